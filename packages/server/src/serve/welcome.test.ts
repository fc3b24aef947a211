import { expect, it } from "vitest";
import { welcome } from "./welcome.js";

const base = "http://127.0.0.1:8100";

it("shows a password that was made up, this once", () => {
  expect(welcome(base, { name: "admin", password: "abc-def" }, null)).toMatch(
    /password +abc-def\n +\(shown only now; /,
  );
});

it("says where the password of the settings is instead of repeating it", () => {
  const told = welcome(base, { name: "admin", password: null }, null);
  expect(told).toContain("the one in the setting adminPassword\n  (change it with: kalends user password admin)");
});

it("speaks of no password when the account was there", () => {
  expect(welcome(base, null, null)).not.toContain("password");
});

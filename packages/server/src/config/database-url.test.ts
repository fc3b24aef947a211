import { expect, it } from "vitest";
import { withoutPassword, withPassword } from "./database-url.js";

it("puts a password into the URL so that it comes out again", () => {
  const url = new URL(withPassword("postgres://kalends@db:5432/kalends?sslmode=require", "p@ss:/w$& ord"));
  expect(decodeURIComponent(url.password)).toBe("p@ss:/w$& ord");
  expect([url.username, url.host, url.pathname, url.search]).toEqual([
    "kalends",
    "db:5432",
    "/kalends",
    "?sslmode=require",
  ]);
});

it("leaves a URL alone when there is none", () => {
  expect(withPassword("postgres://kalends@db/kalends", undefined)).toBe("postgres://kalends@db/kalends");
});

it("shows no password, wherever it came from", () => {
  expect(withoutPassword(withPassword("postgres://kalends@db/kalends", "a@b:c/d"))).toBe(
    "postgres://kalends:***@db/kalends",
  );
});

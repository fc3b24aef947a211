import { describe, expect, it } from "vitest";
import {
  accountName,
  checkedDisplayName,
  checkedDomain,
  checkedLogin,
  checkedPassword,
  DirectoryError,
} from "./names.js";
import { firstSwitchOff, isService } from "./switches.js";

describe("names of the directory", () => {
  it("folds logins and domains", () => {
    expect(checkedLogin(" Ann.Smith+cal ")).toBe("ann.smith+cal");
    expect(checkedDomain("Mail.Example.")).toBe("mail.example");
    expect(accountName("Bob", "mail.example")).toEqual({ login: "bob", domain: "mail.example" });
    expect(accountName("bob@Other.example", "mail.example").domain).toBe("other.example");
  });

  it.each(["", "a b", "a/b", "..", "-x", ".x", "x.", "a..b", "jörg", "x".repeat(65), "anyone", "a@b", "~a"])(
    "refuses the login %j",
    (login) => expect(() => checkedLogin(login)).toThrow(DirectoryError),
  );

  it.each(["", "a..b", "-a.b", "a_b", "mail example", "x".repeat(64), "münchen.example"])(
    "refuses the domain %j",
    (name) => expect(() => checkedDomain(name)).toThrow(DirectoryError),
  );

  it("refuses empty display names and passwords that are empty or endless, saying what is allowed", () => {
    expect(() => checkedDisplayName("  ")).toThrow("1 to 200 characters");
    expect(() => checkedDisplayName("a\nb")).toThrow(DirectoryError);
    expect(() => checkedPassword("")).toThrow("is empty");
    expect(() => checkedPassword("x".repeat(1025))).toThrow("at most 1024");
  });
});

describe("service switches", () => {
  it("are on unless switched off, the account's before the domain's", () => {
    expect(firstSwitchOff("webcal", {}, {})).toBeNull();
    expect(firstSwitchOff("webcal", { webcal: true }, { webcal: false })).toBe("domain");
    expect(firstSwitchOff("webcal", { webcal: false }, { webcal: false })).toBe("account");
    expect(isService("webcal") && !isService("mail")).toBe(true);
  });
});

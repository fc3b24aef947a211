import type { PrincipalId } from "@kalends/store";
import { describe, expect, it } from "vitest";
import { formatIdentifier, formatSubject, ofPrincipal, parseIdentifier, parseSubject } from "./subject.js";

describe("subjects", () => {
  it.each(["p:12", "d:3", "anyone", "anonymous", "public"])("stores and reads %j", (text) => {
    const subject = parseSubject(text);
    expect(subject && formatSubject(subject)).toBe(text);
  });

  it("knows no other text", () => {
    for (const text of ["", "p:", "p:x", "q:1", "p:1 ", "Anyone", "p:12345678901234567890"])
      expect(parseSubject(text)).toBeUndefined();
    expect(formatSubject(ofPrincipal(5 as PrincipalId))).toBe("p:5");
  });

  it.each(["bob", "-bob", "bob@other.example", "anyone", "-anyone@mail.example", "anonymous", "-anonymous"])(
    "reads and prints the identifier %j (ACL-82, RFC 4314 2)",
    (text) => {
      const identifier = parseIdentifier(text);
      expect(identifier && formatIdentifier(identifier)).toBe(text);
    },
  );

  it("folds names and tells accounts, domains and everybody apart", () => {
    expect(parseIdentifier(" -Bob@Mail.Example ")).toEqual({
      type: "account",
      login: "bob",
      domain: "mail.example",
      positive: false,
    });
    expect(parseIdentifier("anyone@x")).toEqual({ type: "domain", domain: "x", positive: true });
    for (const text of ["", "-", "@x", "bob@"]) expect(parseIdentifier(text)).toBeUndefined();
  });
});

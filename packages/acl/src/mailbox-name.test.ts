import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeMailboxPath,
  formatMailboxName,
  mailboxCandidates,
  parseMailboxName,
  parseMailboxPath,
} from "./mailbox-name.js";

const reason = (raw: string): string | undefined => {
  const parsed = parseMailboxPath(raw);
  return parsed.ok ? undefined : parsed.reason;
};

describe("mailbox names", () => {
  it.each([
    ["", null, [], false],
    ["Calendar", null, ["Calendar"], false],
    ["Work/Team.ics", null, ["Work", "Team.ics"], false],
    ["~Bob/", { login: "bob", domain: null }, [], true],
    ["~bob@Other.example/Sch%C3%B6n", { login: "bob", domain: "other.example" }, ["Schön"], false],
    ["%7Ebob/x", { login: "bob", domain: null }, ["x"], false],
    ["~bob/~x/", { login: "bob", domain: null }, ["~x"], true],
    ["a%20b+c", null, ["a b+c"], false],
  ])("reads %j", (raw, account, path, trailingSlash) => {
    const parsed = parseMailboxPath(raw);
    expect(parsed).toEqual({ ok: true, name: { account, path, trailingSlash } });
  });

  it.each([
    ["a//b", "empty"],
    ["/", "empty"],
    ["~bob//x", "empty"],
    ["a/../b", '".."'],
    ["%2e%2e/b", '".."'],
    ["./b", '"."'],
    ["a%00b", "NUL"],
    ["a%0Ab", "control"],
    ["a%2Fb", "slash"],
    ["a%zz", "percent-encoded"],
    ["%ff", "percent-encoded"],
    ["~/x", "account"],
    ["~bob@/x", "domain"],
  ])("refuses %j with a reason (seed rules of URL resolution: 400)", (raw, why) => {
    expect(reason(raw)).toContain(why);
  });

  it("looks up the exact name first, then the name without one .ics (CGP-06)", () => {
    expect(mailboxCandidates(["Work", "Team.ics"])).toEqual([
      ["Work", "Team.ics"],
      ["Work", "Team"],
    ]);
    expect(mailboxCandidates(["x.ics.ics"])).toEqual([["x.ics.ics"], ["x.ics"]]);
    expect(mailboxCandidates(["Calendar"])).toEqual([["Calendar"]]);
    expect(mailboxCandidates([".ics"])).toEqual([[".ics"]]);
    expect(mailboxCandidates([])).toEqual([[]]);
  });

  it("prints what it reads, encoded and plain", () => {
    const segment = fc
      .string({ unit: "grapheme", minLength: 1 })
      .filter((s) => !/[/\u0000-\u001f\u007f]/.test(s) && s !== "." && s !== "..");
    const account = fc.record({
      login: fc.stringMatching(/^[a-z0-9._+-]{1,8}$/),
      domain: fc.option(fc.stringMatching(/^[a-z0-9-]{1,8}\.example$/), { nil: null }),
    });
    const name = fc.record({ account, path: fc.array(segment, { maxLength: 4 }), trailingSlash: fc.boolean() });
    fc.assert(
      fc.property(name, (value) => {
        expect(parseMailboxPath(encodeMailboxPath(value))).toEqual({ ok: true, name: value });
        expect(parseMailboxName(formatMailboxName(value))).toEqual({ ok: true, name: value });
      }),
    );
  });

  it("never throws on any bytes", () => {
    fc.assert(fc.property(fc.string(), (raw) => void parseMailboxPath(raw)));
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ALL_RIGHTS,
  formatRights,
  has,
  maskOf,
  NO_RIGHTS,
  parseRights,
  RIGHTS,
  type Right,
  rightsMask,
  rightsOf,
  satisfies,
  wordsOf,
} from "./rights.js";

const mask = (letters: string) => maskOf(...([...letters] as Right[]));

describe("rights", () => {
  it("gives each letter one bit, all of them together ALL_RIGHTS (CGP-16, RFC 4314 2.1)", () => {
    expect(RIGHTS.reduce((sum, { bit }) => sum + bit, 0)).toBe(ALL_RIGHTS);
    expect(parseRights("lrswipcda9")).toEqual({ ok: true, rights: ALL_RIGHTS });
    expect(parseRights("")).toEqual({ ok: true, rights: NO_RIGHTS });
  });

  it("prints what it reads, whatever the order (RFC 4314 2.1)", () => {
    expect(formatRights(mask("dirl"))).toBe("lrid");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: ALL_RIGHTS }), (bits) => {
        const rights = rightsMask(bits);
        expect(parseRights(formatRights(rights))).toEqual({ ok: true, rights });
        expect(rightsOf(rights).every((right) => has(rights, right))).toBe(true);
      }),
    );
  });

  it("refuses letters that name no right, and says which are known", () => {
    const reason = '"R" is no right; use letters out of lrswipcda9';
    expect(parseRights("lRx")).toEqual({ ok: false, reason });
    for (const letters of ["lx", "constructor", " l", "l,r"]) expect(parseRights(letters).ok).toBe(false);
  });

  it("says rights in words (CGP-16)", () => {
    expect(wordsOf(mask("r9"))).toBe("Read, Free-busy");
    expect(wordsOf(NO_RIGHTS)).toBe("");
  });

  it("lets readers see free-busy time without a letter of its own (ACL-05, RFC 4791 6.1.1)", () => {
    expect(satisfies(mask("r"), "9")).toBe(true);
    expect(satisfies(mask("l"), "9")).toBe(false);
    expect(satisfies(mask("9"), "r")).toBe(false);
  });

  it("drops bits that name no right", () => {
    expect(rightsMask(-1)).toBe(ALL_RIGHTS);
    expect(rightsMask(4096 + 1)).toBe(1);
  });

  it("reads the newer letters of a whole group, and writes the older ones (ACL-84, RFC 4314 2.1.1)", () => {
    expect(parseRights("lrk")).toEqual(parseRights("lrc"));
    expect(parseRights("xlte")).toEqual(parseRights("ld"));
    for (const part of ["t", "te", "ex", "lx"])
      expect(parseRights(part)).toMatchObject({ ok: false, reason: expect.stringContaining("say d") });
    const parsed = parseRights("ktex");
    expect(parsed.ok && formatRights(parsed.rights)).toBe("cd");
  });
});

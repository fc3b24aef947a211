import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ALL_RIGHTS,
  formatRights,
  has,
  NO_RIGHTS,
  parseRights,
  RIGHTS,
  rightsMask,
  rightsOf,
  satisfies,
  UnknownRight,
  wordsOf,
} from "./rights.js";

describe("rights", () => {
  it("gives each letter one bit, all of them together ALL_RIGHTS (RFC 4314 2.1)", () => {
    expect(RIGHTS.reduce((sum, { bit }) => sum + bit, 0)).toBe(ALL_RIGHTS);
    expect(parseRights("lrswipcda9")).toBe(ALL_RIGHTS);
    expect(parseRights("")).toBe(NO_RIGHTS);
  });

  it("prints what it reads, whatever the order (RFC 4314 2.1)", () => {
    expect(formatRights(parseRights("dirl"))).toBe("lrid");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: ALL_RIGHTS }), (bits) => {
        const mask = rightsMask(bits);
        expect(parseRights(formatRights(mask))).toBe(mask);
        expect(rightsOf(mask).every((right) => has(mask, right))).toBe(true);
      }),
    );
  });

  it("refuses letters that name no right, and says which are known", () => {
    expect(() => parseRights("lx")).toThrow(UnknownRight);
    expect(() => parseRights("lR")).toThrow('"R" is no right; use letters out of lrswipcda9');
    expect(() => parseRights("constructor")).toThrow(UnknownRight);
  });

  it("says rights in words", () => {
    expect(wordsOf(parseRights("r9"))).toBe("Read, Free-busy");
    expect(wordsOf(NO_RIGHTS)).toBe("");
  });

  it("lets readers see free-busy time without a letter of its own (ACL-05, RFC 4791 6.1.1)", () => {
    expect(satisfies(parseRights("r"), "9")).toBe(true);
    expect(satisfies(parseRights("l"), "9")).toBe(false);
    expect(satisfies(parseRights("9"), "r")).toBe(false);
  });

  it("drops bits that name no right", () => {
    expect(rightsMask(-1)).toBe(ALL_RIGHTS);
    expect(rightsMask(4096 + 1)).toBe(1);
  });
});

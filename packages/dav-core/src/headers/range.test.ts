import { describe, expect, it } from "vitest";
import { parseRange, rangeApplies } from "./range.js";

describe("parseRange", () => {
  it.each([
    ["bytes=0-4", { first: 0, last: 4 }],
    ["bytes=5-", { first: 5, last: 9 }],
    ["bytes=-3", { first: 7, last: 9 }],
    ["bytes=-30", { first: 0, last: 9 }],
    ["bytes=8-30", { first: 8, last: 9 }],
    ["bytes=10-", "none"],
    ["bytes=-0", "none"],
    ["bytes=5-4", "all"],
    ["bytes=-", "all"],
    ["bytes=0-1,3-4", "all"],
    ["lines=0-1", "all"],
    [undefined, "all"],
  ])("reads %s of ten octets (DAV-127)", (header, range) => {
    expect(parseRange(header, 10)).toEqual(range);
  });
  it("finds no last octets in an empty body (DAV-127)", () => {
    expect(parseRange("bytes=-3", 0)).toBe("none");
  });
});

describe("rangeApplies", () => {
  const time = Date.UTC(2026, 0, 2, 3, 4, 5, 900);
  it.each([
    [undefined, true],
    ['"a"', true],
    ['"b"', false],
    ['W/"a"', false],
    ["a", false],
    ["Fri, 02 Jan 2026 03:04:05 GMT", true],
    ["Fri, 02 Jan 2026 03:04:06 GMT", false],
  ])("If-Range %s: %s (DAV-127)", (header, applies) => {
    expect(rangeApplies(header, '"a"', time)).toBe(applies);
  });
});

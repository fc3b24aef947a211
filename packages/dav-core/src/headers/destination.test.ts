import { describe, expect, it } from "vitest";
import { Refused } from "../refusal.js";
import { parseDestination, parseOverwrite } from "./destination.js";

const ORIGIN = "https://cal.example";
const outcome = (header: string | undefined): string | number => {
  try {
    return parseDestination(header, ORIGIN);
  } catch (error) {
    if (error instanceof Refused) return error.refusal.status;
    throw error;
  }
};

describe("parseDestination", () => {
  it.each([
    ["https://cal.example/a/b%20c", "/a/b%20c"],
    ["https://CAL.example:443/a", "/a"],
    ["https://cal.example", "/"],
    ["/a/b", "/a/b"],
    ["/a?x#y", "/a"],
    [undefined, 400],
    ["a/b", 400],
    ["", 400],
    ["//cal.example/a", 400],
    ["https://other.example/a", 502],
    ["http://cal.example/a", 502],
    ["https://cal.example:8443/a", 502],
  ])("makes %s into %s (DAV-70)", (header, expected) => {
    expect(outcome(header)).toBe(expected);
  });
});

describe("parseOverwrite", () => {
  it("is true unless it says F, and nothing else may be said (RFC 4918 10.6)", () => {
    expect([undefined, "T", "t", "F"].map(parseOverwrite)).toEqual([true, true, true, false]);
    expect(() => parseOverwrite("no")).toThrow("Overwrite must be T or F.");
  });
});

import { describe, expect, it } from "vitest";
import { parseDepth } from "./depth.js";

describe("parseDepth", () => {
  it.each([
    ["0", 0, false],
    ["1", 1, false],
    ["Infinity", "infinity", false],
    ["1,noroot", 1, true],
    ["1, noroot", 1, true],
  ])("reads %s (RFC 4918 10.2, DAV-117)", (header, depth, noroot) => {
    expect(parseDepth(header, 0)).toEqual({ depth, noroot });
  });
  it("takes the method's own depth without the header (DAV-21)", () => {
    expect(parseDepth(undefined, "infinity").depth).toBe("infinity");
  });
  it.each(["", "2", "one", "constructor", "0,noroot"])("refuses %j with 400", (header) => {
    expect(() => parseDepth(header, 0)).toThrow("Depth must be");
  });
});

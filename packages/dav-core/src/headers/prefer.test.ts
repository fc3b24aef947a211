import { describe, expect, it } from "vitest";
import { parsePreferences, preferenceHeaders, wantsMinimal } from "./prefer.js";

const read = (fields: Readonly<Record<string, string>>) => parsePreferences(new Map(Object.entries(fields)));

describe("parsePreferences", () => {
  it.each([
    [{ prefer: "return=minimal" }, { minimal: true, representation: false, depthNoroot: false }],
    [{ prefer: 'return="minimal"' }, { minimal: true, representation: false, depthNoroot: false }],
    [{ prefer: "Return = Representation; x=1" }, { minimal: false, representation: true, depthNoroot: false }],
    [{ prefer: "return=representation, return=minimal" }, { minimal: true, representation: false, depthNoroot: false }],
    [{ prefer: "depth-noroot, wait=5" }, { minimal: false, representation: false, depthNoroot: true }],
    [{ brief: "t" }, { minimal: true, representation: false, depthNoroot: false }],
    [{ brief: "f" }, { minimal: false, representation: false, depthNoroot: false }],
    [{ prefer: "no-such-thing" }, { minimal: false, representation: false, depthNoroot: false }],
  ])("reads %j (DAV-116, DAV-117, DAV-118)", (fields, preferences) => {
    expect(read(fields as unknown as Record<string, string>)).toEqual(preferences);
  });
  it("tells whether short answers are wanted (DAV-110)", () => {
    expect(wantsMinimal({ headers: new Map([["brief", "t"]]) })).toBe(true);
    expect(wantsMinimal({ headers: new Map() })).toBe(false);
  });
});

describe("preferenceHeaders", () => {
  it("names what was honoured and lets caches tell answers apart (DAV-116)", () => {
    expect(preferenceHeaders({ minimal: true, depthNoroot: true })).toEqual({
      Vary: "Prefer, Brief",
      "Preference-Applied": "return=minimal, depth-noroot",
    });
    expect(preferenceHeaders({ minimal: false })).toEqual({ Vary: "Prefer, Brief" });
  });
});

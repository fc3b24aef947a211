import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Names, placeOf } from "./place.js";

const FOLDER = ["pub", "calendar"];
const place = (path: string, from: Names = []) => placeOf(path, from, FOLDER);

describe("what a path names", () => {
  it.each([
    ["", [], { at: "folder", names: [] }],
    ["/", ["pub"], { at: "folder", names: [] }],
    ["pub", [], { at: "folder", names: ["pub"] }],
    ["//pub/./calendar//", [], { at: "folder", names: FOLDER }],
    ["..", FOLDER, { at: "folder", names: ["pub"] }],
    ["../../../..", FOLDER, { at: "folder", names: [] }],
    ["bob.vfb", FOLDER, { at: "file", name: "bob.vfb" }],
    ["/pub/calendar/bob.vfb", [], { at: "file", name: "bob.vfb" }],
    ["calendar/../calendar/bob.vfb", ["pub"], { at: "file", name: "bob.vfb" }],
    ["bob.vfb/", FOLDER, { at: "nothing" }],
    ["bob.vfb", ["pub"], { at: "nothing" }],
    ["/Pub", [], { at: "nothing" }],
    ["/pub/calendar/a/b", [], { at: "nothing" }],
    ["/etc/passwd", [], { at: "nothing" }],
    ["/other/calendar/bob.vfb", [], { at: "nothing" }],
    ["/pub/calendar/bob\0.vfb", [], { at: "nothing" }],
  ])("%j from %j", (path, from, expected) => {
    expect(place(path, from)).toEqual(expected);
  });

  it("is on the way to the folder, one name in it, or nothing, whatever is written", () => {
    const part = fc.constantFrom("..", ".", "", "pub", "calendar", "bob.vfb", "x");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.constantFrom<Names[]>([], ["pub"], FOLDER), (parts, from) => {
        const found = place(parts.join("/"), from);
        if (found.at === "folder") expect(FOLDER.slice(0, found.names.length)).toEqual(found.names);
        if (found.at === "file") expect(["", ".", ".."].includes(found.name) || found.name.includes("/")).toBe(false);
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { Refused } from "../refusal.js";
import { decodePath, encodePath, encodeSegment, parentHref } from "./segments.js";

const statusOf = (path: string): number => {
  try {
    decodePath(path);
  } catch (error) {
    if (error instanceof Refused) return error.refusal.status;
    throw error;
  }
  return 200;
};

describe("decodePath", () => {
  it.each([
    ["/", [], true],
    ["/a", ["a"], false],
    ["/a/b/", ["a", "b"], true],
    ["/%7Eann%40x/", ["~ann@x"], true],
    ["/%7eann@x/", ["~ann@x"], true],
    ["/Work%2FTeam/", ["Work/Team"], true],
    ["/Sch%C3%B6n", ["Schön"], false],
    ["/a%20b+c", ["a b+c"], false],
  ])("reads %s whatever its encoding (DAV-17)", (path, names, slash) => {
    expect(decodePath(path)).toEqual({ names, slash });
  });

  it.each([
    "a",
    "//",
    "/a//b",
    "/..",
    "/a/%2e%2E/b",
    "/.",
    "/a%2F..%2Fb",
    "/a%00",
    "/a%0A",
    "/%C3%28",
    "/%zz",
    "/%C2%85",
    "/a%2F",
  ])("refuses %s with 400 (DAV-17)", (path) => {
    expect(statusOf(path)).toBe(400);
  });

  it("refuses with one line that says why", () => {
    expect(() => decodePath("/a/../b")).toThrow('".." is not allowed as a name in the path.');
  });
});

describe("encodeSegment", () => {
  it.each([
    ["~ann@mail.example", "~ann@mail.example"],
    ["Work/Team", "Work%2FTeam"],
    ["a b", "a%20b"],
    ["it's (1)!*", "it%27s%20%281%29%21%2A"],
    ["Schön", "Sch%C3%B6n"],
    ["50%", "50%25"],
  ])("writes %s as %s (DAV-10)", (name, encoded) => {
    expect(encodeSegment(name)).toBe(encoded);
  });
});

describe("encodePath and parentHref", () => {
  it("gives one canonical form to all encodings (DAV-17)", () => {
    const forms = ["/CalDAV/~ann@x/W%2fT/", "/CalDAV/%7Eann%40x/W%2FT/", "/%43alDAV/%7eann%40x/W%2FT/"];
    expect(new Set(forms.map((form) => encodePath(decodePath(form))))).toEqual(new Set(["/CalDAV/~ann@x/W%2FT/"]));
  });
  it.each([
    ["/a/b/", "/a/"],
    ["/a/b", "/a/"],
    ["/a/", "/"],
    ["/", "/"],
  ])("finds the collection around %s", (href, parent) => {
    expect(parentHref(href)).toBe(parent);
  });
});

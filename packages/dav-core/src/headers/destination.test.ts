import { describe, expect, it } from "vitest";
import { Refused } from "../refusal.js";
import { type Known, localPath, parseDestination, parseOverwrite } from "./destination.js";

const HERE = { origin: "https://cal.example" };
const outcome = (header: string | undefined): string | number => {
  try {
    return parseDestination(header, HERE);
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

describe("localPath behind a proxy with a prefix", () => {
  const behind: Known = {
    origin: "https://cal.example/dav",
    aliases: ["http://127.0.0.1:8100"],
    mount: "/dav",
  };

  it.each([
    ["https://cal.example/dav/CalDAV/a%20b", "/CalDAV/a%20b"],
    ["/dav/CalDAV/a", "/CalDAV/a"],
    ["/dav", "/"],
    ["https://cal.example/dav/", "/"],
    ["http://127.0.0.1:8100/CalDAV/a", "/CalDAV/a"],
    ["/CalDAV/a", "/CalDAV/a"],
    ["/davits/a", "/davits/a"],
    ["https://elsewhere.example/dav/CalDAV/a", undefined],
  ])("makes %s into %s (DAV-70, RFC 4918 8.3)", (reference, expected) => {
    expect(localPath(reference, behind)).toBe(expected);
  });
});

describe("parseOverwrite", () => {
  it("is true unless it says F, and nothing else may be said (RFC 4918 10.6)", () => {
    expect([undefined, "T", "t", "F"].map(parseOverwrite)).toEqual([true, true, true, false]);
    expect(() => parseOverwrite("no")).toThrow("Overwrite must be T or F.");
  });
});

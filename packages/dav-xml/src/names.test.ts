import { describe, expect, it } from "vitest";
import { clarkOfValues, XMLNS_NS } from "./names.js";

describe("names that come as values", () => {
  it.each([
    ["DAV:", "owner", "{DAV:}owner"],
    ["", "x", "{}x"],
    ["a}b", "é-1.2", "{a}b}é-1.2"],
  ])("%j and %j are %s", (ns, local, name) => {
    expect(clarkOfValues(ns, local)).toBe(name);
  });

  it.each([
    ["DAV:", ""],
    ["DAV:", "a b"],
    ["DAV:", "D:owner"],
    ["DAV:", "1"],
    ["DAV:", "x/><y"],
    ["DAV:", "a\n"],
    [XMLNS_NS, "x"],
  ])("%j and %j are refused: no element can be written with them (DAV-03)", (ns, local) => {
    expect(() => clarkOfValues(ns, local)).toThrow(expect.objectContaining({ name: "XmlFault", kind: "malformed" }));
  });
});

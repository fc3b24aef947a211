import { describe, expect, it } from "vitest";
import { type CurrentState, evaluate, isConditional, parseTagList } from "./etag.js";

const headers = (fields: Readonly<Record<string, string>>) => new Map(Object.entries(fields));
const TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const DATE = "Fri, 02 Jan 2026 03:04:05 GMT";
const EARLIER = "Fri, 02 Jan 2026 03:04:04 GMT";
const here: CurrentState = { etag: '"a"', modifiedAt: TIME };
const collection: CurrentState = { etag: null, modifiedAt: null };

describe("parseTagList", () => {
  it.each([
    ['"a"', ["a"]],
    ['"a", W/"b"', ["a", "b"]],
    ['"a","b" ,"c"', ["a", "b", "c"]],
    ["a", ["a"]],
    ['"a,b"', ["a,b"]],
    ["", []],
  ])("reads %s (DAV-123)", (header, opaques) => {
    const list = parseTagList(header);
    expect(list === "*" ? list : list.map(({ opaque }) => opaque)).toEqual(opaques);
  });
  it("reads the star", () => {
    expect(parseTagList(" * ")).toBe("*");
  });
});

describe("evaluate", () => {
  it.each<[string, Readonly<Record<string, string>>, CurrentState | null, boolean, string]>([
    ["DAV-121", { "if-match": '"a"' }, here, false, "proceed"],
    ["DAV-121", { "if-match": 'W/"a"' }, here, false, "failed"],
    ["DAV-123", { "if-match": '"b", "a"' }, here, false, "proceed"],
    ["DAV-123", { "if-match": "a" }, here, false, "proceed"],
    ["DAV-121", { "if-match": '"b"' }, here, false, "failed"],
    ["DAV-121", { "if-match": "*" }, here, false, "proceed"],
    ["DAV-122", { "if-match": "*" }, null, false, "failed"],
    ["DAV-122", { "if-match": "*" }, collection, false, "proceed"],
    ["DAV-121", { "if-match": '"a"' }, collection, false, "failed"],
    ["DAV-122", { "if-none-match": "*" }, here, false, "failed"],
    ["DAV-122", { "if-none-match": "*" }, null, false, "proceed"],
    ["DAV-121", { "if-none-match": 'W/"a"' }, here, true, "not-modified"],
    ["DAV-120", { "if-none-match": '"a"' }, here, false, "failed"],
    ["DAV-120", { "if-none-match": '"b"' }, here, true, "proceed"],
    ["DAV-120", { "if-unmodified-since": DATE }, here, false, "proceed"],
    ["DAV-120", { "if-unmodified-since": EARLIER }, here, false, "failed"],
    ["DAV-120", { "if-match": '"a"', "if-unmodified-since": EARLIER }, here, false, "proceed"],
    ["DAV-120", { "if-modified-since": DATE }, here, true, "not-modified"],
    ["DAV-120", { "if-modified-since": EARLIER }, here, true, "proceed"],
    ["DAV-120", { "if-modified-since": DATE }, here, false, "proceed"],
    ["DAV-120", { "if-none-match": '"b"', "if-modified-since": DATE }, here, true, "proceed"],
    ["DAV-120", { "if-modified-since": "yesterday" }, here, true, "proceed"],
    ["DAV-120", { "if-match": '"a"', "if-none-match": '"a"' }, here, true, "not-modified"],
    ["DAV-13", {}, null, false, "proceed"],
  ])("%s: %j", (_id, fields, current, reading, outcome) => {
    expect(evaluate(headers(fields), current, reading)).toBe(outcome);
  });
});

describe("isConditional", () => {
  it("is true only with a conditional header (DAV-13)", () => {
    expect(isConditional(headers({ "if-match": "*" }))).toBe(true);
    expect(isConditional(headers({ "if-range": '"a"' }))).toBe(false);
  });
});

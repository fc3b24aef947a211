import { describe, expect, it } from "vitest";
import { evaluateIf, parseIf, submittedTokens } from "./if.js";

const state = (etag: string | null, ...tokens: readonly string[]) => ({
  etag,
  holds: (t: string) => tokens.includes(t),
});
const states: Readonly<Record<string, ReturnType<typeof state>>> = {
  "": state('"a"', "urn:sync:1"),
  "/other/": state(null, "urn:sync:2"),
  "/gone": state(null),
};
const holds = (header: string): Promise<boolean> =>
  evaluateIf(parseIf(header), async (tag) => states[tag ?? ""] ?? state(null));

describe("the If header", () => {
  it.each([
    ['(["a"])', true],
    ['(["b"])', false],
    ["([a])", true],
    ['([W/"a"])', false],
    ["(<urn:sync:1>)", true],
    ["(<urn:sync:9>)", false],
    ['(<urn:sync:1> ["a"])', true],
    ['(<urn:sync:1> ["b"])', false],
    ['(["b"]) (["a"])', true],
    ["(Not <DAV:no-lock>)", true],
    ['(not ["a"])', false],
    ['(<urn:sync:9>) (Not <DAV:no-lock> ["a"])', true],
    ["</other/> (<urn:sync:2>)", true],
    ["</other/> (<urn:sync:1>)", false],
    ['</gone> (Not ["a"])', true],
    ["</gone> (<urn:sync:1>) </other/> (<urn:sync:9>) (<urn:sync:2>)", true],
    ['(<urn:sync:1>["a"])', true],
  ])("%s is %s (RFC 4918 10.4, DAV-102, SYNC-70, SYNC-71)", async (header, outcome) => {
    expect(await holds(header)).toBe(outcome);
  });

  it.each([
    "",
    "()",
    "(",
    "<urn:a>",
    "(<urn:a>",
    "(Not)",
    "(Not Not <urn:a>)",
    "nonsense",
    '(["a"]) </x> (<urn:a>)',
    "</x> </y> (<urn:a>)",
    "((<urn:a>))",
    "(<a b>)",
  ])("refuses %j with 400 (RFC 4918 10.4.2)", (header) => {
    expect(() => parseIf(header)).toThrow("The If header is malformed.");
  });

  it("submits the tokens of all lists, but no negated ones (DAV-101)", () => {
    expect(submittedTokens(parseIf("(<urn:a>) (<urn:b> Not <urn:c>)"))).toEqual(new Set(["urn:a", "urn:b"]));
  });

  it("looks each resource up once, and none after a list that holds", async () => {
    const asked: (string | null)[] = [];
    await evaluateIf(parseIf("</a> (<urn:x>) (<urn:y>) </b> (<urn:z>) </c> (<urn:x>)"), async (tag) => {
      asked.push(tag);
      return state(null, ...(tag === "/b" ? ["urn:z"] : []));
    });
    expect(asked).toEqual(["/a", "/b"]);
  });
});

import { describe, expect, it } from "vitest";
import { slope } from "./figures.js";
import { faultOf } from "./judge.js";
import { KEPT } from "./paths.js";
import { readReplies } from "./replies.js";
import { shrink } from "./shrink.js";
import { isWireShot, type RequestShot, requestOctets, type Shot } from "./shot.js";
import { drawShot, SHOT_KINDS } from "./shots.js";

const SHOT: RequestShot = { kind: "x", as: null, verb: "REPORT", path: "/", headers: [], body: "" };
const answer = (status: number, body: string, type = "text/plain") => {
  const head = `HTTP/1.1 ${status} Said\r\nContent-Type: ${type}`;
  return { replies: [{ status, head, body, isLast: false }], milliseconds: 1, isSilent: false };
};
const drawn = Array.from({ length: 600 }, (_, n) => drawShot(3, n));

describe("shots", () => {
  it("are the same for the same seed and number, and others for another", () => {
    expect(Array.from({ length: 50 }, (_, n) => drawShot(3, n))).toEqual(drawn.slice(0, 50));
    expect(drawShot(4, 1)).not.toEqual(drawn[1]);
  });

  it("are of every sort, hold octets only, and never name what must stay", () => {
    expect(new Set(drawn.map(({ kind }) => kind))).toEqual(new Set(SHOT_KINDS.map(({ name }) => name)));
    const octets = (shot: Shot) => (isWireShot(shot) ? shot.pieces.join("") : requestOctets(shot));
    expect(drawn.filter((shot) => [...octets(shot)].some((c) => c > "\u00ff"))).toEqual([]);
    expect(drawn.filter((shot) => JSON.stringify(shot).includes(KEPT))).toEqual([]);
  });

  it("signed in as the one whose data stay only read", () => {
    const verbs = drawn.flatMap((shot) => (isWireShot(shot) || shot.as !== "ann" ? [] : [shot.verb]));
    expect(new Set(verbs)).toEqual(new Set(["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"]));
  });
});

describe("answers off the wire", () => {
  it("are taken whole, by length or in chunks, one behind the other, interim ones left out", () => {
    const text =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc" +
      "HTTP/1.1 207 M\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\nHTTP/1.1 204 No\r\n\r\nHTTP";
    const { replies, rest } = readReplies(text, false);
    expect(replies.map(({ status, body }) => [status, body])).toEqual([
      [200, "abc"],
      [207, "def"],
      [204, ""],
    ]);
    expect(rest).toBe("HTTP");
  });

  it("are waited for while a part is missing", () => {
    expect(readReplies("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", false).replies).toEqual([]);
    expect(readReplies("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", false).replies).toEqual([]);
    expect(readReplies("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", true).replies).toHaveLength(1);
  });
});

describe("the judge", () => {
  it.each([
    [answer(500, ""), "status 500"],
    [answer(503, ""), "status 503"],
    [answer(400, "x\n    at a (/b.js:1:2)"), "a stack trace in the answer"],
    [answer(207, "<a>HTTP/1.1 500 X</a>"), "an item with a 5xx status"],
    [answer(207, "<a><b></a>", "application/xml"), expect.stringContaining("no XML")],
    [{ replies: [], milliseconds: 1, isSilent: true }, "no answer"],
  ])("finds fault %#", (outcome, fault) => {
    expect(faultOf(SHOT, outcome)).toEqual(fault);
  });

  it.each([200, 207, 400, 404, 412, 501, 502, 507])("takes %i for an honest answer", (status) => {
    expect(faultOf(SHOT, answer(status, "<a/>", "application/xml"))).toBeNull();
  });
});

it("a file that calls itself XML comes back as it was sent", () => {
  expect(faultOf({ ...SHOT, verb: "GET" }, answer(200, "\0", "application/xml"))).toBeNull();
});

describe("a failing shot", () => {
  it("is made smaller as long as it fails", async () => {
    const headers = [
      ["Depth", "1"],
      ["If", "x"],
    ] as const;
    const long = { ...SHOT, headers, body: `${"a".repeat(100)}EVIL${"b".repeat(100)}` };
    const fails = async (shot: Shot) => !isWireShot(shot) && shot.body.includes("EVIL") && shot.headers.length > 0;
    expect(await shrink(long, fails)).toMatchObject({ body: "EVIL", headers: [["If", "x"]] });
  });
});

it("the slope is that of the last half, per ten thousand requests", () => {
  const samples = [0, 90, 10, 11, 12, 13].map((value, n) => ({ shots: n * 1000, value }));
  expect(slope(samples)).toBeCloseTo(10);
});

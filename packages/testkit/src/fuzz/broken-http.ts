import type { Random } from "../generators/random.js";
import { timesOf } from "./chance.js";
import { drawHeaders } from "./headers.js";
import { mutated } from "./mutate.js";
import { ATTACKER, drawOwnObject, drawPath } from "./paths.js";
import { type RequestShot, requestOctets, type WireShot } from "./shot.js";

const request = (random: Random, about: Partial<RequestShot> = {}): string =>
  requestOctets({
    kind: "wire",
    as: ATTACKER,
    verb: "GET",
    path: drawPath(random),
    headers: drawHeaders(random),
    body: "",
    ...about,
  });

const own = (verb: string, random: Random, headers: RequestShot["headers"], body = ""): string =>
  requestOctets({ kind: "wire", as: ATTACKER, verb, path: drawOwnObject(random), headers, body });

const CALENDAR_TYPE = ["Content-Type", "text/calendar"] as const;

/** Without the length that `requestOctets` gives. */
const lengthless = (text: string): string => text.replace(/Content-Length: \d+\r\n/, "");

function inPieces(random: Random, text: string): readonly string[] {
  const size = Math.max(1, Math.ceil(text.length / (2 + random.int(4))));
  return timesOf(Math.ceil(text.length / size), (n) => text.slice(n * size, (n + 1) * size));
}

type Sort = (random: Random) => Omit<WireShot, "kind">;

const SORTS: readonly [Sort, ...Sort[]] = [
  (random) => ({ pieces: [mutated(random, request(random))], ending: "wait" }),
  (random) => ({ pieces: inPieces(random, request(random)), ending: "wait" }),
  (random) => ({ pieces: [timesOf(2 + random.int(6), () => request(random)).join("")], ending: "wait" }),
  (random) => ({ pieces: [timesOf(2 + random.int(6), () => request(random)).join("")], ending: "abort" }),
  (random) => ({
    pieces: [own("PUT", random, [CALENDAR_TYPE], "BEGIN:VCALENDAR\r\n".repeat(20)).slice(0, -100)],
    ending: "abort",
  }),
  (random) => ({
    pieces: [own("PUT", random, [CALENDAR_TYPE], "BEGIN:VCALENDAR\r\n".repeat(20)).slice(0, -100)],
    ending: "close",
  }),
  (random) => ({
    pieces: inPieces(random, own("PROPFIND", random, [["Depth", "1"]], `<a xmlns="DAV:">${" ".repeat(200)}</a>`)),
    ending: "close",
  }),
  (random) => ({
    pieces: [
      `${lengthless(own("PUT", random, [CALENDAR_TYPE, ["Transfer-Encoding", "chunked"]]))}${random.pick(["5\r\nBEGIN\r\n0\r\n\r\n", "zz\r\n", "ffffffffffffffff\r\nx", "5\r\nBEG", "-1\r\n\r\n", "0\r\nX: y\r\n\r\n", "5;a=b\r\nBEGIN\r\n0\r\n\r\n", "0\r\n\r\nGET / HTTP/1.1\r\n\r\n"])}`,
    ],
    ending: "wait",
  }),
  (random) => ({
    pieces: [
      own(
        "PUT",
        random,
        [CALENDAR_TYPE, ["Transfer-Encoding", random.pick(["chunked", "gzip", "chunked, identity", "x"])]],
        "5\r\nBEGIN\r\n0\r\n\r\n",
      ),
    ],
    ending: "wait",
  }),
  (random) => ({
    pieces: [
      own(
        "PUT",
        random,
        [CALENDAR_TYPE, ["Content-Length", random.pick(["5", "-1", "x", "99999999999999999999", "+3"])]],
        "BEGIN",
      ),
    ],
    ending: "wait",
  }),
  (random) => ({
    pieces: [
      own("PUT", random, [CALENDAR_TYPE, ["Expect", random.pick(["100-continue", "200-ok"])]], "BEGIN:VCALENDAR"),
    ],
    ending: "wait",
  }),
  (random) => ({
    pieces: [
      random.pick([
        "",
        "\r\n\r\n",
        "\u0000\u0000",
        "GET",
        "GET /",
        "GET / HTTP/9.9\r\n\r\n",
        "GET  / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001",
        "GET / HTTP/1.0\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
      ]),
    ],
    ending: random.pick(["wait", "close", "abort"]),
  }),
  (random) => ({
    pieces: [
      `GET ${drawPath(random)} HTTP/1.1\r\nHost: a\r\n${timesOf(random.pick([1, 100, 2500]), (n) => `X-${n}: ${"y".repeat(random.pick([1, 10]))}`).join("\r\n")}\r\n\r\n`,
    ],
    ending: "wait",
  }),
  (random) => ({
    pieces: [`GET /${"a".repeat(random.pick([100, 20_000, 100_000]))} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ending: "wait",
  }),
  (random) => ({
    pieces: [
      request(random, {
        verb: "GET",
        headers: [
          ["Upgrade", random.pick(["websocket", "h2c"])],
          ["Connection", "Upgrade"],
        ],
      }),
    ],
    ending: "wait",
  }),
  (random) => ({
    pieces: [
      request(random, {
        verb: "GET",
        path: random.pick([
          "http://mail.example/CalDAV/",
          "https://[/",
          "http://",
          "mail.example:1",
          "//x/y",
          "*",
          "http:///x",
          "\u00e9",
        ]),
      }),
    ],
    ending: "wait",
  }),
  (random) => ({
    pieces: [
      request(random, {
        verb: "REPORT",
        path: "/CalDAV/~mal/Calendar/",
        headers: [["Depth", "1"]],
        body: '<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><C:calendar-data/></prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>',
      }),
    ],
    ending: "abort",
  }),
];

export const drawBrokenHttp = (random: Random): WireShot => ({ kind: "broken HTTP", ...random.pick(SORTS)(random) });

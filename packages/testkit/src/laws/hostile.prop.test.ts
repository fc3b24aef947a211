import { monitorEventLoopDelay } from "node:perf_hooks";
import { cal, dav } from "@kalends/dav-xml";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { mkcalendarBody, multigetBody, propfindBody, proppatchBody, queryBody, syncBody } from "../client/bodies.js";
import type { DavClient } from "../client/client.js";
import { eachDatabase } from "../databases.js";
import { generateObject, objectText } from "../generators/calendar.js";
import { startServer, type TestServer } from "../server.js";
import { runs } from "./runs.js";

const BLOCKED_MS = 50;
const CALM_TRIES = 5;
/** What an honest server may say to nonsense beyond 4xx: not implemented, another server, no room. */
const HONEST = [501, 502, 507];

const xmlBodies = [
  propfindBody([dav("displayname"), cal("calendar-data")]),
  proppatchBody({ [dav("displayname")]: "x" }, [dav("getetag")]),
  mkcalendarBody({ [dav("displayname")]: "x", [cal("calendar-timezone")]: "BEGIN:VCALENDAR" }),
  syncBody("data:,x_1", [dav("getetag")], 3),
  multigetBody(["/CalDAV/Calendar/a.ics"], [cal("calendar-data")]),
  queryBody("VEVENT", { start: "20260101T000000Z", end: "20270101T000000Z" }, [dav("getetag")]),
];

interface Mutation {
  readonly at: number;
  readonly drop: number;
  readonly put: string;
}

const piece = fc.oneof(
  fc.string({ maxLength: 12, unit: "binary" }),
  fc.constantFrom("<", ">", "&", "]]>", "<![CDATA[", "&#0;", "<!--", "\r\n", ";", ":", '"', "\u0000", "\ufeff"),
  fc.constantFrom("RRULE:FREQ=SECONDLY\r\n", "DTSTART:99999999T999999Z\r\n", "BEGIN:VEVENT\r\n", "END:VCALENDAR\r\n"),
  fc.constantFrom("DURATION:P9999999999D\r\n", "RDATE:20260101T000000Z,x\r\n", "TZID:Europe/Nowhere\r\n"),
);
const mutations = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.nat(20), put: piece }),
  { minLength: 1, maxLength: 6 },
);

const mutate = (text: string, changes: readonly Mutation[]): string =>
  changes.reduce((now, { at, drop, put }) => {
    const cut = Math.floor(at * now.length);
    return now.slice(0, cut) + put + now.slice(cut + drop);
  }, text);

interface Attack {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const xmlAttack = fc.record({
  method: fc.constantFrom("PROPFIND", "PROPPATCH", "REPORT", "MKCALENDAR", "MKCOL", "POST"),
  path: fc.constantFrom("Calendar/", "", "Calendar/a.ics", "New/"),
  headers: fc.record({ Depth: fc.constantFrom("0", "1"), "Content-Type": fc.constant("application/xml") }),
  body: fc.oneof(
    fc.tuple(fc.constantFrom(...xmlBodies), mutations).map(([text, changes]) => mutate(text, changes)),
    fc.uint8Array({ maxLength: 200 }),
  ),
});

const calendarAttack = fc.record({
  method: fc.constantFrom("PUT", "POST"),
  path: fc.constantFrom("Calendar/a.ics", "Calendar/b.ics", "Calendar/"),
  headers: fc.constant({ "Content-Type": "text/calendar" }),
  body: fc.oneof(
    fc.tuple(fc.nat(500), mutations).map(([n, changes]) => mutate(objectText(generateObject(3, n)), changes)),
    fc.uint8Array({ maxLength: 200 }),
  ),
});

const headerAttack = fc.record({
  method: fc.constantFrom("GET", "PUT", "DELETE", "PROPFIND", "MOVE", "COPY", "REPORT"),
  path: fc.oneof(
    fc.constantFrom("Calendar/a.ics", "Calendar/", "%", "%2e%2e/", "a//b"),
    fc.string({ maxLength: 30 }).map(encodeURIComponent),
  ),
  headers: fc.dictionary(
    fc.constantFrom(
      "If",
      "If-Match",
      "If-None-Match",
      "Depth",
      "Destination",
      "Prefer",
      "Range",
      "Overwrite",
      "If-Modified-Since",
    ),
    fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom('(["x"])', "(<", "infinity", "bytes=5-1", "http://[", "/%zz"),
    ),
  ),
  body: fc.constant(""),
});

eachDatabase("hostile input", (database) => {
  let server: TestServer;
  let ann: DavClient & { readonly home: string };
  beforeAll(async () => {
    server = await startServer({ database });
    ann = await server.someone();
  });
  afterAll(() => server.stop());

  const send = ({ method, path, headers, body }: Attack) =>
    ann.request(method, `${ann.home}${path}`, { headers, body });

  /** The longest the event loop stood still while an attack was answered, in milliseconds. */
  async function longestPause(attack: Attack): Promise<number> {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await send(attack);
    delay.disable();
    return delay.max / 1e6;
  }

  async function withstands(attack: Attack): Promise<void> {
    const known = server.faults.length;
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const { status, text } = await send(attack);
    delay.disable();
    if (status >= 500 && !HONEST.includes(status)) {
      throw new Error(`${status}: ${text}\n${server.faults.slice(known).join("\n")}`);
    }
    // A pause of the machine is over the next time; one of our making is not.
    for (let n = 0, pause = delay.max / 1e6; pause > BLOCKED_MS; pause = await longestPause(attack)) {
      if (++n > CALM_TRIES) throw new Error(`blocks the event loop for ${Math.round(pause)} ms`);
    }
  }

  // The calendar that is attacked stays.
  const isLasting = ({ method, path }: Attack): boolean => !(["DELETE", "MOVE"].includes(method) && path.endsWith("/"));

  // Characters that no client library sends in a header or a path are not ours to answer.
  const sendable = ({ headers }: Attack): boolean =>
    Object.values(headers).every((value) => /^[\t\x20-\x7e]*$/.test(value));

  for (const [title, attack, count] of [
    ["XML bodies", xmlAttack, 200],
    ["calendar bodies", calendarAttack, 200],
    ["headers and paths", headerAttack, 150],
  ] as const) {
    it(`in ${title} is refused without a server error and without a stop (DAV-03, CAL-30)`, async () => {
      const attacks = (attack as fc.Arbitrary<Attack>).filter((drawn) => sendable(drawn) && isLasting(drawn));
      await fc.assert(fc.asyncProperty(attacks, withstands), { numRuns: runs(count) });
    }, 300_000);
  }

  it("of great size or depth is refused early (DAV-03, RFC 4918 20)", async () => {
    const deep = `${"<a>".repeat(5000)}${"</a>".repeat(5000)}`;
    const wide = `<a>${"<b/>".repeat(60_000)}</a>`;
    const long = "x".repeat(3_000_000);
    for (const body of [deep, wide, long]) {
      await withstands({ method: "PROPFIND", path: "Calendar/", headers: { Depth: "0" }, body });
      await withstands({ method: "REPORT", path: "Calendar/", headers: { Depth: "0" }, body });
    }
    const huge = objectText(generateObject(1, 1)).replace("SUMMARY:", `SUMMARY:${"y".repeat(2_000_000)}`);
    const bob = await server.someone();
    const answer = await bob.put(`${bob.home}Calendar/huge.ics`, huge);
    expect([403, 413]).toContain(answer.status);
  });
});

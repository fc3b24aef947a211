import { cal, dav } from "@kalends/dav-xml";
import { type Database, openDatabase, raw } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DavClient } from "../client/client.js";
import { calendarText, eventText } from "../generators/text.js";
import { startServer, type TestServer } from "../server.js";
import { postgresUrl } from "../test-database.js";
import { explain, faultsOf } from "./explain.js";

const SINGLE = 3000;
const SERIES = 300;
const DAY = 86_400_000;
const FIRST = Date.UTC(2020, 0, 1);

const stamp = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
const linesOf = (uid: string, start: number, more: readonly string[] = []) =>
  eventText(uid, { start: `:${stamp(start)}`, end: `:${stamp(start + DAY / 24)}` })
    .split("\r\n")
    .slice(3, -2)
    .flatMap((line) => (line.startsWith("DTEND") ? [line, ...more] : [line]));

/** One event a day, and series of four weeks one after the other. */
const FILE = calendarText([
  ...Array.from({ length: SINGLE }, (_, n) => linesOf(`single-${n}`, FIRST + n * DAY)).flat(),
  ...Array.from({ length: SERIES }, (_, n) =>
    linesOf(`series-${n}`, FIRST + n * 10 * DAY, ["RRULE:FREQ=WEEKLY;COUNT=4"]),
  ).flat(),
]);

const window = { start: stamp(FIRST + 700 * DAY), end: stamp(FIRST + 703 * DAY) };
const BUSY = `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">
  <C:time-range start="${window.start}" end="${window.end}"/></C:free-busy-query>`;
const PATH = "/CalDAV/~crowd/Big/";
const COLLECTIONS = new Set(["object", "occurrence"]);

const asked: readonly { readonly title: string; readonly rows: number; ask(client: DavClient): Promise<unknown> }[] = [
  {
    title: "query of three days",
    rows: 60,
    ask: (client) => client.query(PATH, "VEVENT", window, [dav("getetag"), cal("calendar-data")]),
  },
  { title: "query of three days for ETags", rows: 60, ask: (client) => client.query(PATH, "VEVENT", window) },
  { title: "free-busy-query of three days", rows: 60, ask: (client) => client.report(PATH, BUSY) },
  {
    title: "multiget of 50",
    rows: 60,
    ask: (client) =>
      client.multiget(
        PATH,
        Array.from({ length: 50 }, (_, n) => `${PATH}single-${n * 7}.ics`),
      ),
  },
];

describe.runIf(postgresUrl() !== undefined)("plans for a calendar that was just filled, before any statistics", () => {
  let server: TestServer;
  let explainer: Database;

  beforeAll(async () => {
    server = await startServer({ database: "postgres" });
    explainer = await openDatabase({ url: server.house.config.database, poolSize: 1, deadlineMs: 60_000 });
    await explainer.script(
      [...COLLECTIONS].map((table) => `alter table ${table} set (autovacuum_enabled = false)`).join(";"),
    );
    await server.createAccount("crowd");
    expect((await server.client("crowd").put("/CalendarData/~crowd/Big.ics", FILE)).status).toBeLessThan(300);
  }, 120_000);
  afterAll(async () => {
    await explainer?.close();
    await server?.stop();
  });

  it.each(asked)("read what they need by an index: $title", async ({ ask, rows }) => {
    const client = server.client("crowd");
    const statistics = await explainer.one<{ known: number }>(
      raw("select count(*) as known from pg_stats where tablename in ('object', 'occurrence')"),
    );
    expect(statistics?.known).toBe(0);
    const { seen } = await server.watchStatements(() => ask(client));
    const about = seen.filter(({ text }) => /\bobject\b/.test(text));
    expect(about.length).toBeGreaterThan(0);
    for (const statement of about) {
      const plan = await explain(explainer, statement);
      expect(faultsOf(plan, { large: COLLECTIONS, rows })).toEqual([]);
    }
  });
});

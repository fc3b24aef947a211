import { cal, cs, dav } from "@kalends/dav-xml";
import { type Database, openDatabase, raw, type StatementSeen } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DavClient } from "../client/client.js";
import { calendarText, eventText, taskText } from "../generators/text.js";
import { startServer, type TestServer } from "../server.js";
import { postgresUrl } from "../test-database.js";
import { explain, faultsOf, nodesOf, type PlanNode } from "./explain.js";
import { copyAccount } from "./many-accounts.js";

/** 10 000 accounts make 20 000 calendars and 1 000 000 objects, and take about two minutes. */
const ACCOUNTS = Number(process.env.KALENDS_TEST_ACCOUNTS ?? 1000);
const EACH = 50;
const BIG = 3000;
/** A table with more rows than this is never read from one end to the other. */
const LARGE = 900;
const DAY = 86_400_000;

const names = [dav("getetag"), dav("resourcetype"), cs("getctag"), dav("sync-token")];
const stamp = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
const day = (index: number) => Date.UTC(2020, 0, 1) + index * DAY;

/** One event of an hour a day. */
const daily = (uid: string, index: number) =>
  eventText(uid, { start: `:${stamp(day(index) + 9 * 3_600_000)}`, end: `:${stamp(day(index) + 10 * 3_600_000)}` });

const fileOf = (count: number) =>
  calendarText(
    Array.from({ length: count }, (_, index) => daily(`big-${index}`, index).split("\r\n").slice(3, -2)).flat(),
  );

const range = (from: number, days: number) => ({ start: stamp(day(from)), end: stamp(day(from + days)) });
const busyBody = ({ start, end }: { start: string; end: string }) =>
  `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="${start}" end="${end}"/></C:free-busy-query>`;

interface Hot {
  readonly title: string;
  /** Rows a statement may read from a table. */
  readonly rows: number;
  readonly ask: (client: DavClient, round: number) => Promise<unknown>;
}

const OWN = "/CalDAV/~clone7";
const HREFS = Array.from({ length: 50 }, (_, index) => `${OWN}/Calendar/e${index}.ics`);
const LIST = 3 * EACH;
const FEW = 20;

/** What clients do all day, in a calendar of 50 objects and in one of some thousands. */
const hot: readonly Hot[] = [
  { title: "poll of a calendar", rows: FEW, ask: (client) => client.propfind(`${OWN}/Calendar/`, names) },
  { title: "poll of a home with its calendars", rows: FEW, ask: (client) => client.propfind(`${OWN}/`, names, "1") },
  { title: "listing of a calendar", rows: LIST, ask: (client) => client.propfind(`${OWN}/Calendar/`, names, "1") },
  { title: "multiget of 50", rows: LIST, ask: (client) => client.multiget(`${OWN}/Calendar/`, HREFS) },
  { title: "first sync", rows: LIST, ask: (client) => client.syncCollection(`${OWN}/Calendar/`, "") },
  { title: "GET of one object", rows: FEW, ask: (client) => client.get(`${OWN}/Calendar/e3.ics`) },
  {
    title: "PUT of a new object",
    rows: FEW,
    ask: (client, round) => client.put(`${OWN}/Calendar/new${round}.ics`, daily(`new${round}`, 5)),
  },
  {
    title: "PUT of a changed object",
    rows: FEW,
    ask: (client, round) => client.put(`${OWN}/Calendar/e4.ics`, daily("e4", 10 + round)),
  },
  {
    title: "DELETE of an object",
    rows: FEW,
    ask: (client, round) => client.delete(`${OWN}/Calendar/e${10 + round}.ics`),
  },
  {
    title: "query of a month",
    rows: LIST,
    ask: (client) => client.query(`${OWN}/Calendar/`, "VEVENT", range(0, 31), [dav("getetag"), cal("calendar-data")]),
  },
  { title: "query of to-dos", rows: LIST, ask: (client) => client.query(`${OWN}/Tasks/`, "VTODO", null) },
  {
    title: "free-busy-query",
    rows: LIST,
    ask: (client) => client.report(`${OWN}/Calendar/`, busyBody(range(0, 31))),
  },
  {
    title: "whole calendar as a file",
    rows: LIST,
    ask: (client) => client.get(`${OWN}/Calendar/`, { Accept: "text/calendar" }),
  },
];

const BIG_HOME = "/CalDAV/~crowd/Big";

/** What must not depend on how many objects a calendar has. */
const inBig: readonly Hot[] = [
  { title: "poll of a large calendar", rows: FEW, ask: (client) => client.propfind(`${BIG_HOME}/`, names) },
  {
    title: "PUT into a large calendar",
    rows: FEW,
    ask: (client, round) => client.put(`${BIG_HOME}/new${round}.ics`, daily(`into${round}`, 5)),
  },
  { title: "GET from a large calendar", rows: FEW, ask: (client) => client.get(`${BIG_HOME}/new0.ics`) },
  {
    title: "changes of a large calendar",
    rows: FEW,
    async ask(client, round) {
      const { responses } = await client.propfind(`${BIG_HOME}/`, [dav("sync-token")]);
      const token = responses[0]?.found(dav("sync-token")) ?? "";
      await client.put(`${BIG_HOME}/later${round}.ics`, daily(`later${round}`, 6));
      const { responses: changes } = await client.syncCollection(`${BIG_HOME}/`, token);
      expect(changes.length).toBe(1);
    },
  },
  {
    title: "DELETE from a large calendar",
    rows: FEW,
    ask: (client, round) => client.delete(`${BIG_HOME}/later${round}.ics`),
  },
  {
    title: "removals from a large calendar",
    rows: FEW,
    async ask(client, round) {
      await client.put(`${BIG_HOME}/gone${round}.ics`, daily(`gone${round}`, 6));
      const { responses } = await client.propfind(`${BIG_HOME}/`, [dav("sync-token")]);
      const token = responses[0]?.found(dav("sync-token")) ?? "";
      await client.delete(`${BIG_HOME}/gone${round}.ics`);
      const { responses: changes } = await client.syncCollection(`${BIG_HOME}/`, token);
      expect(changes.map(({ status }) => status)).toEqual([404]);
    },
  },
  {
    title: "query of three days in a large calendar",
    rows: FEW,
    ask: (client) => client.query(`${BIG_HOME}/`, "VEVENT", range(700, 3), [dav("getetag"), cal("calendar-data")]),
  },
  {
    title: "free-busy-query of three days in a large calendar",
    rows: FEW,
    ask: (client) => client.report(`${BIG_HOME}/`, busyBody(range(700, 3))),
  },
];

const plan = (node: Partial<PlanNode>): PlanNode => ({ "Node Type": "Index Scan", "Plan Rows": 1, ...node });

describe("the judge of plans", () => {
  const limits = { large: new Set(["object"]), rows: 10 };
  it("refuses to read a large table from one end to the other, at any depth, and lets small ones be", () => {
    const scan = (table: string) => plan({ "Node Type": "Seq Scan", "Relation Name": table });
    expect(faultsOf(plan({ Plans: [plan({ Plans: [scan("object")] })] }), limits)).toEqual(["reads all of object"]);
    expect(faultsOf(plan({ Plans: [scan("domain")] }), limits)).toEqual([]);
  });
  it("refuses what goes to the disk", () => {
    expect(faultsOf(plan({ "Node Type": "Sort", "Sort Space Type": "Disk" }), limits)).toEqual([
      "Sort writes to the disk",
    ]);
    expect(faultsOf(plan({ "Node Type": "Sort", "Sort Space Type": "Memory" }), limits)).toEqual([]);
  });
  it("counts the rows that are read, thrown away or not, in all loops", () => {
    const read = { "Relation Name": "object", "Actual Rows": 1, "Rows Removed by Filter": 2 };
    expect(faultsOf(plan({ ...read, "Actual Loops": 3 }), limits)).toEqual([]);
    expect(faultsOf(plan({ ...read, "Actual Loops": 4 }), limits)).toEqual(["reads 12 rows of object, more than 10"]);
  });
});

const url = postgresUrl();

describe.runIf(url !== undefined)(`plans among ${ACCOUNTS} accounts with ${ACCOUNTS * 2 * EACH} objects`, () => {
  let server: TestServer;
  let explainer: Database;
  let large: ReadonlySet<string>;
  const now = Date.now();

  beforeAll(async () => {
    server = await startServer({ database: "postgres", clock: () => now });
    await server.createAccount("crowd");
    const crowd = server.client("crowd");
    expect((await crowd.put("/CalendarData/~crowd/Big.ics", fileOf(BIG))).status).toBeLessThan(300);
    await server.createAccount("clone");
    const clone = server.client("clone");
    await clone.mkcalendar("/CalDAV/~clone/Second/");
    for (let index = 0; index < EACH; index++) {
      await clone.put(`/CalDAV/~clone/Calendar/e${index}.ics`, daily(`e${index}`, index * 3));
      if (index < 5) await clone.put(`/CalDAV/~clone/Tasks/t${index}.ics`, taskText(`t${index}`));
      await clone.put(`/CalDAV/~clone/Second/s${index}.ics`, daily(`s${index}`, index * 3));
    }
    explainer = await openDatabase({ url: server.house.config.database, poolSize: 1, deadlineMs: 900_000 });
    await copyAccount(explainer, "clone", ACCOUNTS);
    const tables = await explainer.rows<{ name: string }>(
      raw(`select relname as name from pg_class where relkind = 'r' and reltuples > ${LARGE}`),
    );
    large = new Set(tables.map(({ name }) => name));
  }, 900_000);
  afterAll(async () => {
    await explainer?.close();
    await server?.stop();
  });

  it("are judged in a database that is large where it matters", () => {
    expect([...large]).toEqual(expect.arrayContaining(["binding", "collection", "grant_entry", "object", "principal"]));
  });

  async function faults(login: string, password: string, { ask, rows }: Hot): Promise<readonly string[]> {
    const client = server.client(login, password);
    await ask(client, 0);
    const { seen } = await server.watchStatements(() => ask(client, 1));
    expect(seen.length).toBeGreaterThan(0);
    const found: string[] = [];
    for (const statement of distinct(seen)) {
      const plan = await explain(explainer, statement);
      const about = statement.text.replace(/\s+/g, " ").slice(0, 300);
      found.push(...faultsOf(plan, { large, rows }).map((fault) => `${fault}: ${about}`));
      expect(nodesOf(plan).length).toBeGreaterThan(0);
    }
    return found;
  }

  it.each(hot)("find what they need by an index: $title", async (one) => {
    expect(await faults("clone7", "clone", one)).toEqual([]);
  });

  it.each(inBig)("do not grow with the calendar: $title", async (one) => {
    expect(await faults("crowd", "crowd", one)).toEqual([]);
  });

  it("find what a guest may see by an index", async () => {
    await server.setRights("~clone9/Calendar", "clone7", "lr");
    const path = "/CalDAV/~clone9/Calendar/";
    const guest: Hot = { title: "guest", rows: LIST, ask: (client) => client.propfind(path, names, "1") };
    const poll: Hot = { title: "poll", rows: FEW, ask: (client) => client.propfind(path, names) };
    // Some thousand bindings are few enough for PostgreSQL to prefer reading them all.
    const counts = (fault: string) => ACCOUNTS >= 10_000 || !/ of binding\b/.test(fault);
    expect((await faults("clone7", "clone", guest)).filter(counts)).toEqual([]);
    expect((await faults("clone7", "clone", poll)).filter(counts)).toEqual([]);
  });

  it("find one account among all when somebody signs in", async () => {
    const stranger = () => server.client("clone11", "clone").propfind("/CalDAV/~clone11/", names);
    const { seen } = await server.watchStatements(stranger);
    for (const statement of distinct(seen)) {
      expect(faultsOf(await explain(explainer, statement), { large, rows: FEW })).toEqual([]);
    }
  });
});

function distinct(seen: readonly StatementSeen[]): readonly StatementSeen[] {
  return [...new Map(seen.map((statement) => [statement.text, statement])).values()];
}

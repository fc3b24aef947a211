import { dav } from "@kalends/dav-xml";
import { coreMigrations, migrate, openDatabase, sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "./server.js";
import { postgresUrl } from "./test-database.js";

const event = (uid: string, title: string) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\n` +
  `DTSTART:20260102T090000Z\r\nDURATION:PT1H\r\nSUMMARY:${title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
const RANGE = { start: "20260101T000000Z", end: "20260201T000000Z" };

/** All that a migration of the next version may do by the rules: columns, tables, indexes of new tables, functions. */
const expansion = (tables: readonly string[]): string =>
  [
    ...tables.map(
      (table) => `alter table ${table} add column a_next text, add column b_next bigint not null default 7;`,
    ),
    "create table next_table (id bigint primary key, note text not null);",
    "create index next_table_note on next_table (note);",
    "create function next_function() returns integer language sql as $$ select 1 $$;",
  ].join("\n");

describe.skipIf(postgresUrl() === undefined)("a process of the version before", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ database: "postgres" });
  });
  afterAll(() => server.stop());

  /** What programs do in a day; gives the statuses, without those that are as they should be. */
  async function day(who: Awaited<ReturnType<TestServer["someone"]>>, round: string): Promise<readonly string[]> {
    const odd: string[] = [];
    const want = (what: string, status: number, wanted: readonly number[]) =>
      void (wanted.includes(status) || odd.push(`${round} ${what}: ${status}`));
    const calendar = `${who.home}Calendar/`;
    const [a, b] = [`${calendar}a-${round}.ics`, `${calendar}b-${round}.ics`];
    const start = await who.syncCollection(calendar, "");
    want("PUT", (await who.put(a, event(`a-${round}`, "one"))).status, [201]);
    want("PUT again", (await who.put(a, event(`a-${round}`, "two"))).status, [204]);
    want("GET", (await who.get(a)).status, [200]);
    want("MOVE", (await who.request("MOVE", a, { headers: { Destination: server.base + b } })).status, [201]);
    want("LOCK", (await who.request("LOCK", b, { body: LOCK })).status, [200]);
    want("MKCALENDAR", (await who.mkcalendar(`${who.home}c-${round}/`, { [dav("displayname")]: "C" })).status, [201]);
    want("ACL", (await who.request("OPTIONS", calendar)).status, [200]);
    want("listing", (await who.propfind(calendar, [dav("getetag"), dav("sync-token")], "1")).responses.length, [2, 3]);
    want("query", (await who.query(calendar, "VEVENT", RANGE)).responses.length, [1, 2]);
    want("multiget", (await who.multiget(calendar, [b])).responses.length, [1]);
    want("whole file", (await who.get("/CalendarData/Calendar.ics")).status, [200]);
    const token = start.syncToken ?? "";
    want("sync", (await who.syncCollection(calendar, token)).responses.length, [1, 2]);
    want("PROPPATCH", (await who.proppatch(calendar, { [dav("displayname")]: round })).responses.length, [1]);
    await server.setRights(`~${who.login}/Calendar`, "anyone", "lr");
    return odd;
  }

  it("goes on without a single error while the next version's migration is applied, and afterwards", async () => {
    // Often enough that statements are prepared: those stay valid only while their results keep their form.
    for (let i = 0; i < 12; i += 1) expect(await day(await server.someone(), `before-${i}`)).toEqual([]);
    const tables = await server.db.rows<{ name: string }>(
      sql`select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'`,
    );
    expect(tables.length).toBeGreaterThan(20);
    const next = await openDatabase({ url: server.house.config.database, poolSize: 1 });
    const migrated = migrate(next, [
      ...coreMigrations(),
      { id: "9000-next", sql: expansion(tables.map(({ name }) => `"${name}"`)) },
    ]);
    const people = await Promise.all(Array.from({ length: 4 }, () => server.someone()));
    const during = await Promise.all(people.map((who, i) => day(who, `during-${i}`)));
    await migrated;
    expect(during.flat()).toEqual([]);
    for (const who of people) expect(await day(who, "after")).toEqual([]);
    expect(server.faults).toEqual([]);
    await next.close();
  }, 60_000);
});

const LOCK =
  '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';

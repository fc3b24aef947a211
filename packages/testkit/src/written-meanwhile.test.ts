import { cal, dav } from "@kalends/dav-xml";
import { type Database, sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { eventText } from "./generators/text.js";
import { startServer, type TestServer } from "./server.js";

const RANGE = { start: "20260301T000000Z", end: "20260302T000000Z" };
/** The index is sure of the first; the second depends on the zone of the reader, and is read. Both touch the range. */
const sure = (lines: readonly string[] = []) => eventText("one", { lines });
const unsure = (lines: readonly string[] = []) =>
  eventText("one", { start: ";VALUE=DATE:20260301", end: ";VALUE=DATE:20260302", lines });
const BUSY = `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="${RANGE.start}" end="${RANGE.end}"/></C:free-busy-query>`;
/** No request here takes more statements. */
const MOST = 6;

eachDatabase("what is written while a request reads", (database) => {
  let server: TestServer;
  let ann: DavClient & { readonly login: string; readonly home: string };
  let guest: DavClient;
  let path: string;
  /** Runs before each statement. */
  let between: (() => unknown) | null = null;

  /** Hears of every statement before it is sent. */
  const watched = (db: Database): Database => {
    const told = async () => {
      const now = between;
      // What is done in between asks the database as well.
      between = null;
      await now?.();
      between = now;
    };
    return {
      ...db,
      rows: async (q) => (await told(), db.rows(q)),
      one: async (q) => (await told(), db.one(q)),
    };
  };

  beforeAll(async () => {
    const now = Date.now();
    server = await startServer({ database, clock: () => now, watched });
    ann = await server.someone();
    const other = await server.someone();
    guest = other;
    await server.setRights(`~${ann.login}/Calendar`, other.login, "lr");
    path = `${ann.home}Calendar/one.ics`;
  });
  afterAll(() => server.stop());

  /** Asks with a change made before each statement in turn; gives what the answers said. */
  async function changing(first: () => Promise<unknown>, second: () => Promise<unknown>, ask: () => Promise<number>) {
    const counts: number[] = [];
    for (let at = 0; at < MOST; at += 1) {
      await first();
      let before = 0;
      between = () => (before++ === at ? second() : undefined);
      counts.push(await ask());
      between = null;
    }
    return counts;
  }
  const put = (text: string) => async () => expect((await ann.put(path, text)).status).toBeLessThan(300);

  const once = Array.from({ length: MOST }, () => 1);
  const texts: readonly (readonly [string, string, string])[] = [
    ["the index is no longer sure of", sure(), unsure()],
    ["the index became sure of", unsure(), sure()],
    ["is shown in part from now on", sure(), sure(["CLASS:CONFIDENTIAL"])],
    ["is no longer shown in part", unsure(["CLASS:CONFIDENTIAL"]), sure()],
    ["is shown in part, and moved", unsure(["CLASS:CONFIDENTIAL"]), sure(["CLASS:CONFIDENTIAL"])],
  ];

  describe.each(texts)("calendar-query gives once what %s (CAL-81, RFC 4791 7.8)", (_, first, second) => {
    it.each([
      ["tags", [dav("getetag")]],
      ["texts", [dav("getetag"), cal("calendar-data")]],
    ])("asked for %s, by its owner and by a guest", async (_what, names) => {
      for (const who of [ann, guest]) {
        const ask = async () =>
          (await who.query(`${ann.home}Calendar/`, "VEVENT", RANGE, names)).responses.filter(
            ({ href, status }) => href === path && status !== 404,
          ).length;
        expect(await changing(put(first), put(second), ask)).toEqual(once);
      }
    });
  });

  const busy = async () => Number(/^FREEBUSY/m.test((await ann.report(`${ann.home}Calendar/`, BUSY)).text));

  it.each(texts)("free-busy-query counts what %s (CAL-122, RFC 4791 7.10)", async (_, first, second) => {
    expect(await changing(put(first), put(second), busy)).toEqual(once);
  });

  it("free-busy-query counts what the index learns meanwhile (CAL-122; decision 0030)", async () => {
    const basis = (value: string) => () =>
      server.db.rows(sql`update object set basis = ${value} where name = 'one.ics'`);
    const text = eventText("one", { lines: ["RRULE:FREQ=DAILY"] });
    await ann.put(path, text);
    const known = await server.db.one<{ basis: string }>(sql`select basis from object where name = 'one.ics'`);
    expect(await changing(basis("before"), basis(known?.basis ?? ""), busy)).toEqual(once);
  });
});

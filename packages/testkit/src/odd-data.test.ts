import { readFileSync } from "node:fs";
import { type Clark, cal, dav } from "@kalends/dav-xml";
import { sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DavClient, multistatusOf } from "./client/client.js";
import type { DavResponse } from "./client/connection.js";
import type { Multistatus } from "./client/multistatus.js";
import { eachDatabase } from "./databases.js";
import { startServer, type TestServer } from "./server.js";

interface Odd {
  readonly file: string;
  readonly fate: "stored" | "repaired" | "refused";
  readonly code?: string;
  readonly says?: string;
  /** Content-Type, where it is not the usual one. */
  readonly type?: string;
  readonly march?: readonly string[];
}

const ODD = new URL("../../../test-fixtures/odd/", import.meta.url);
const odds = JSON.parse(readFileSync(new URL("fates.json", ODD), "utf8")) as readonly Odd[];
const kept = odds.filter(({ fate }) => fate !== "refused");
const refused = odds.filter(({ fate }) => fate === "refused");
const sent = ({ file }: Odd) => readFileSync(new URL(file, ODD));
const stored = (odd: Odd) =>
  readFileSync(new URL(odd.fate === "repaired" ? `repaired/${odd.file}` : odd.file, ODD), "utf8");

/** XML readers make LF of every line end (XML 1.0 2.11). */
const xmlText = (text: string) => text.replaceAll("\r\n", "\n");
/** Has an event inside the event, which is no instance. */
const isNested = (file: string) => file.endsWith("event-in-event.ics");
const NOW = Date.UTC(2026, 0, 31, 12);
const MARCH = { start: "20260301T000000Z", end: "20260401T000000Z" };
const BODY: readonly Clark[] = [dav("getetag"), cal("calendar-data")];
const XML = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"';
const RANGE = `start="${MARCH.start}" end="${MARCH.end}"`;
const EXPANDED = `<C:calendar-query ${XML}><prop><C:calendar-data><C:expand ${RANGE}/></C:calendar-data></prop><C:filter>
  <C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range ${RANGE}/></C:comp-filter></C:comp-filter>
  </C:filter></C:calendar-query>`;
const TEXT_MATCH = `<C:calendar-query ${XML}><prop><getetag/></prop><C:filter><C:comp-filter name="VCALENDAR">
  <C:comp-filter name="VEVENT"><C:prop-filter name="DESCRIPTION"><C:text-match negate-condition="yes">nowhere</C:text-match>
  </C:prop-filter></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
const FREE_BUSY = `<C:free-busy-query ${XML}><C:time-range ${RANGE}/></C:free-busy-query>`;

eachDatabase("odd and damaged data", (database) => {
  let server: TestServer;
  let ann: DavClient & { readonly home: string; readonly login: string };
  let path: string;
  let unchanged: readonly [before: string | undefined, after: string | undefined];
  const answers = new Map<string, DavResponse>();

  const put = async (odd: Odd): Promise<void> => {
    const headers = { "Content-Type": odd.type ?? "text/calendar; charset=utf-8" };
    answers.set(odd.file, await ann.request("PUT", path + odd.file, { headers, body: sent(odd) }));
  };
  const answerTo = ({ file }: Odd): DavResponse => {
    const answer = answers.get(file);
    if (!answer) throw new Error(`${file} was not sent`);
    return answer;
  };
  const token = async () => (await ann.propfind(path, [dav("sync-token")])).of(path).found(dav("sync-token"));
  const hrefs = (of: readonly Odd[]) => of.map(({ file }) => path + file).sort();

  beforeAll(async () => {
    server = await startServer({ database, clock: () => NOW });
    ann = await server.someone();
    path = `${ann.home}Odd/`;
    await ann.mkcalendar(path);
    for (const odd of kept) await put(odd);
    const before = await token();
    for (const odd of refused) await put(odd);
    unchanged = [before, await token()];
  });
  afterAll(() => server.stop());

  it.each(kept)("keeps $file: $odd; an ETag comes only when nothing was repaired (CAL-09, CAL-35)", async (odd) => {
    const answer = answerTo(odd);
    expect(answer.status, answer.text).toBe(201);
    expect(answer.headers.etag !== undefined).toBe(odd.fate === "stored");
    const got = await ann.get(path + odd.file);
    expect(got.text).toBe(stored(odd));
    if (odd.fate === "stored") expect(got.headers.etag).toBe(answer.headers.etag);
  });

  it.each(refused)("refuses $file: $odd, with precondition and sentence (CAL-30, RFC 4791 5.3.2.1)", (odd) => {
    const { status, text } = answerTo(odd);
    expect([403, 413]).toContain(status);
    expect(text).toContain(`:${odd.code}`);
    expect(text).toContain(odd.says);
  });

  it("leaves the sync token alone when it refuses (SYNC-01, RFC 6578 3.2)", () => {
    expect(unchanged[0]).toBeTypeOf("string");
    expect(unchanged[1]).toBe(unchanged[0]);
  });

  const told = ({ responses }: Multistatus, name: Clark) =>
    responses
      .filter(({ href }) => href !== path && !href.includes("damaged"))
      .map((each) => [each.href, each.found(name)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));

  /** What every way of reading tells of the objects that are whole. */
  async function view() {
    const all = (await ann.propfind(path, [dav("getetag")], "1")).responses.map(({ href }) => href);
    const ask = async (body: string) => multistatusOf(await ann.report(path, body));
    const whole = await ann.get(path);
    const busy = await ann.report(path, FREE_BUSY);
    return {
      listing: told(await ann.propfind(path, [dav("getetag")], "1"), dav("getetag")),
      multiget: told(
        await ann.multiget(
          path,
          all.filter((href) => href !== path),
        ),
        cal("calendar-data"),
      ),
      sync: told(await ann.syncCollection(path, ""), dav("getetag")),
      events: told(await ann.query(path, "VEVENT", null, BODY), cal("calendar-data")),
      tasks: told(await ann.query(path, "VTODO", MARCH, BODY), cal("calendar-data")),
      march: told(await ann.query(path, "VEVENT", MARCH), dav("getetag")),
      expanded: told(await ask(EXPANDED), cal("calendar-data")),
      text: told(await ask(TEXT_MATCH), dav("getetag")),
      whole: [whole.status, whole.text],
      busy: [busy.status, busy.text],
    };
  }

  describe("once stored", () => {
    let seen: Awaited<ReturnType<typeof view>>;
    beforeAll(async () => {
      seen = await view();
    });

    it("is in every listing, multiget and sync with its own text (CAL-110, SYNC-10)", () => {
      const texts = [...kept]
        .sort((a, b) => (a.file < b.file ? -1 : 1))
        .map((odd) => [path + odd.file, xmlText(stored(odd))]);
      expect(seen.listing.map(([href]) => href)).toEqual(hrefs(kept));
      expect(seen.multiget).toEqual(texts);
      expect(seen.sync).toEqual(seen.listing);
    });

    it("is found in March when it has an instance there (CAL-62)", () => {
      const found = new Set(seen.march.map(([href]) => href));
      const judged = kept.filter(({ march }) => march !== undefined);
      expect(judged.filter(({ file }) => found.has(path + file)).map(({ file }) => file)).toEqual(
        judged.filter(({ march }) => march?.length !== 0).map(({ file }) => file),
      );
    });

    it("expands to as many instances as the table says (CAL-95)", () => {
      const counts = new Map(seen.expanded.map(([href, text]) => [href, text?.match(/^BEGIN:VEVENT/gim)?.length]));
      const wrong = kept.filter(
        ({ file, march }) =>
          march && !isNested(file) && counts.has(path + file) && counts.get(path + file) !== march.length,
      );
      expect(wrong.map(({ file }) => file)).toEqual([]);
    });

    it("is in the calendar as a whole, and its busy time is told (CAL-122)", () => {
      expect(seen.whole[0]).toBe(200);
      const uids = kept.filter(({ file }) =>
        String(seen.whole[1])
          .toLowerCase()
          .includes(`uid:odd-${file.slice(0, 3)}`),
      );
      expect(uids.length).toBeGreaterThan(kept.length - 12);
      expect(seen.busy[0]).toBe(200);
      expect(seen.busy[1]).toContain("FREEBUSY");
    });

    it("is read the same beside damaged objects that came into the store some other way (RFC 4791 7.8)", async () => {
      const bodies = ["", "BEGIN:VCALENDAR\r\nrubbish", "BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "\ufffe<html>\u0001"];
      for (const [index, body] of bodies.entries()) {
        await insertDamaged(server, ann.login, `${index % 2 === 0 ? "000" : "zzz"}-damaged-${index}.ics`, body);
      }
      const after = await view();
      expect(after).toEqual(seen);
      const { responses } = await ann.propfind(path, [dav("getetag")], "1");
      expect(responses.filter(({ href }) => href.includes("damaged"))).toHaveLength(bodies.length);
      expect(server.faults).toEqual([]);
    });
  });
});

/** Puts a row into the calendar that no PUT would have taken, found by any time-range. */
async function insertDamaged({ db }: TestServer, login: string, name: string, data: string): Promise<void> {
  await db.rows(sql`
    with calendar as (
      select b.collection_id as id from binding b join principal p on p.home_id = b.home_id
      where p.login = ${login} and b.slug = 'Odd'
    ), bumped as (
      update collection set revision = revision + 1 where id in (select id from calendar) returning id, revision
    )
    insert into object (collection_id, name, uid, component, etag, size, revision, first_start, last_end, data)
    select id, ${name}, ${name}, 'VEVENT', ${name}, octet_length(${data}), revision, null, null, ${data} from bumped`);
}

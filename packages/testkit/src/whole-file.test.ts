import { sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eachDatabase } from "./databases.js";
import type { Person } from "./rights-matrix/stage.js";
import { startServer, type TestServer } from "./server.js";

const COUNT = 1200;
const event = (n: number, summary: string) =>
  `BEGIN:VEVENT\r\nUID:${n}@whole\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\nSUMMARY:${summary}\r\nEND:VEVENT\r\n`;
const task = "BEGIN:VTODO\r\nUID:task@whole\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Errand\r\nEND:VTODO\r\n";
const events = Array.from({ length: COUNT }, (_, n) => event(n, `Number ${n}`));
const fileOf = (parts: readonly string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\n${parts.join("")}END:VCALENDAR\r\n`;

const FILE = "/CalendarData/Calendar.ics";
const DEL = "/CalendarDataDel/Calendar.ics";

eachDatabase("a whole file", (database) => {
  let server: TestServer;
  let ann: Person;

  beforeAll(async () => {
    server = await startServer({ database });
  });
  beforeEach(async () => {
    ann = await server.someone();
  });
  afterAll(() => server.stop());

  const calendar = () => `${ann.home}Calendar/`;
  const put = async (parts: readonly string[], target = FILE, who = ann) => {
    const { status, headers } = await who.put(target, fileOf(parts));
    return [status, ...(headers["kalends-result"]?.match(/\d+/g) ?? []).map(Number)];
  };
  const tag = async (path = FILE) => (await ann.get(path)).headers["etag"];
  const count = async (path = FILE) => (await ann.get(path)).text.match(/^UID:/gm)?.length ?? 0;
  const token = async () => (await ann.syncCollection(calendar(), "")).syncToken ?? "";
  /** Name, tag, and time of creation of all items. */
  const rows = async () =>
    (
      await server.db.rows<{ name: string; uid: string; state: string }>(sql`select o.name, o.uid,
        concat(o.etag, ' ', o.created_at) as state from object o join principal p on p.default_calendar_id = o.collection_id
        where p.login = ${ann.login}`)
    ).map(({ name, uid, state }) => [uid, `${name} ${state}`] as const);

  it("of many portions counts what it adds, leaves and replaces, and tells the tag it leaves behind (CGP-39)", async () => {
    expect(await put(events)).toEqual([204, COUNT, 0, 0, 0]);
    const first = await tag();
    expect(await put(events)).toEqual([204, 0, 0, COUNT, 0]);
    expect(await tag()).toBe(first);
    const changed = [event(700, "Moved"), ...events.filter((_, n) => n !== 700), event(COUNT, "New")];
    expect(await put(changed)).toEqual([204, 1, 1, COUNT - 1, 0]);
    expect(await tag()).not.toBe(first);
    expect(await count()).toBe(COUNT + 1);
  });

  it("whose last object is broken writes nothing (CGP-34)", async () => {
    await put(events.slice(0, 3));
    const before = await tag();
    const broken = event(1, "Broken").replace("DTSTART:20260105T090000Z", "DTSTART:Tuesday");
    expect(await put([...events.slice(3), broken])).toEqual([400]);
    expect(await tag()).toBe(before);
  });

  it("of ten thousand events is one transaction, within the time of a request (CGP-45)", async () => {
    const many = Array.from({ length: 10_000 }, (_, n) => event(n, `Number ${n}`));
    const before = await token();
    // The server itself ends requests that take longer than they may.
    expect(await put(many)).toEqual([204, 10_000, 0, 0, 0]);
    const transactions = await server.db
      .rows(sql`select distinct o.xmin::text from object o join principal p on p.default_calendar_id = o.collection_id
        where p.login = ${ann.login}`);
    expect(transactions).toHaveLength(1);
    expect((await ann.syncCollection(calendar(), before)).responses).toHaveLength(10_000);
  });

  describe("that replaces all", () => {
    it.each([DEL, `${FILE}?DeleteAll=1`, `${FILE}?deleteall=1`])(
      "is DELETE and PUT in one, at %s (CGP-48, CGP-51)",
      async (path) => {
        await put(events.slice(0, 300));
        const before = await token();
        const wanted = [...events.slice(100, 299), event(299, "Moved"), event(5000, "New")];
        expect(await put(wanted, path)).toEqual([204, 1, 1, 199, 100]);
        const { responses } = await ann.syncCollection(calendar(), before);
        expect([responses.length, responses.filter(({ status }) => status === 404).length]).toEqual([102, 100]);
        expect(await count()).toBe(201);
      },
    );

    it.each(["DeleteAll=0", "DeleteAll=yes", "DeleteAll=", "DeleteAll", "other=1&x", "Delete=1"])(
      "is none with %s: it adds (CGP-51)",
      async (query) => {
        await put(events.slice(0, 2));
        expect(await put(events.slice(2, 3), `${FILE}?${query}`)).toEqual([204, 1, 0, 0, 0]);
        expect(await count()).toBe(3);
      },
    );

    it("leaves the address, tag and time of creation of what is the same, and tells what is gone (CGP-50)", async () => {
      await ann.put(`${calendar()}own-name.ics`, fileOf([event(1, "One")]));
      await put([event(2, "Two"), event(3, "Three")]);
      const before = new Map(await rows());
      const since = await token();
      await put([event(1, "One"), event(2, "Two, later"), event(4, "Four")], DEL);
      const after = new Map(await rows());
      expect([...after.keys()].sort()).toEqual(["1@whole", "2@whole", "4@whole"]);
      expect(after.get("1@whole")).toBe(before.get("1@whole"));
      expect(after.get("1@whole")).toMatch(/^own-name\.ics /);
      expect(after.get("2@whole")?.split(" ")[0]).toBe(before.get("2@whole")?.split(" ")[0]);
      const { responses } = await ann.syncCollection(calendar(), since);
      expect(responses.filter(({ href }) => href.includes("own-name"))).toEqual([]);
      expect(responses.filter(({ status }) => status === 404)).toHaveLength(1);
    });

    it("is read before anything is removed: a bad one leaves the old items (CGP-49)", async () => {
      await put(events.slice(0, 5));
      const before = [await tag(), await rows()];
      const broken = fileOf([event(1, "x")]).replace("END:VEVENT", "");
      for (const path of [DEL, `${FILE}?DeleteAll=1`]) {
        for (const text of [broken, "no calendar at all", ""]) expect((await ann.put(path, text)).status).toBe(400);
      }
      expect([await tag(), await rows()]).toEqual(before);
    });

    it("serves clients that have no DELETE: an empty one empties the calendar (CGP-52, CGP-53)", async () => {
      await put([...events.slice(0, 5), task]);
      expect(await put([], DEL)).toEqual([204, 0, 0, 0, 6]);
      expect([await count(), await count(DEL)]).toEqual([0, 0]);
      expect(await put(events.slice(0, 1), DEL)).toEqual([204, 1, 0, 0, 0]);
    });
  });

  it("can be read and deleted in the realm that replaces, as in the other one (CGP-52)", async () => {
    await put(events.slice(0, 2));
    const [plain, other] = [await ann.get(FILE), await ann.get(DEL)];
    expect([other.status, other.text, other.headers["etag"]]).toEqual([200, plain.text, plain.headers["etag"]]);
    expect((await ann.delete(DEL)).status).toBe(204);
    expect(await count()).toBe(0);
  });

  describe("that is deleted", () => {
    it("loses its events and tasks; the mailbox and what is no such item stay (CGP-46, CGP-47)", async () => {
      await server.db.rows(sql`update collection set components = array['VEVENT','VJOURNAL'] where id in
        (select default_calendar_id from principal where login = ${ann.login})`);
      const journal = "BEGIN:VJOURNAL\r\nUID:j\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Diary\r\nEND:VJOURNAL\r\n";
      expect((await ann.put(`${calendar()}j.ics`, fileOf([journal]))).status).toBe(201);
      await put([...events.slice(0, 3), task]);
      const since = await token();
      expect((await ann.delete(FILE)).status).toBe(204);
      const { status, text } = await ann.get(FILE);
      expect([status, text.includes("BEGIN:VEVENT"), text.includes("BEGIN:VTODO")]).toEqual([200, false, false]);
      expect((await ann.get(`${calendar()}j.ics`)).status).toBe(200);
      const { responses } = await ann.syncCollection(calendar(), since);
      expect(responses.map((each) => each.status)).toEqual([404, 404, 404, 404]);
      expect((await ann.delete(FILE)).status).toBe(204);
    });

    it("comes back with restore, what is there again left as it is (CGP-47)", async () => {
      await put([...events.slice(0, 4), task]);
      await ann.delete(FILE);
      await put([event(1, "Newer")]);
      const undelete = (args = {}) => server.admin("undelete", { mailbox: `~${ann.login}/Calendar`, ...args });
      expect(await undelete({ since: "2126-01-01" })).toEqual({ restored: 0, left: 0 });
      expect(await undelete({ since: "1h" })).toMatchObject({ restored: 4 });
      expect(await count()).toBe(5);
      expect((await ann.get(FILE)).text).toContain("SUMMARY:Newer");
      expect(await undelete()).toMatchObject({ restored: 0 });
      await put([], DEL);
      expect(await undelete()).toMatchObject({ restored: 5 });
    });

    it("by somebody else is kept with his name (CGP-47)", async () => {
      const bob = await server.someone();
      await server.setRights(`~${ann.login}/Calendar`, bob.login, "lrid");
      await put(events.slice(0, 2));
      await bob.delete(`/CalendarData/~${ann.login}/Calendar`);
      expect(await count()).toBe(0);
      const kept = await server.db.rows(sql`select v.written_by = p.id as his from object_version v
        join principal p on p.login = ${bob.login} join principal a on a.default_calendar_id = v.collection_id
        where a.login = ${ann.login}`);
      expect(kept).toEqual([{ his: true }, { his: true }]);
    });
  });
});

import { maskOf } from "@kalends/acl";
import { cal } from "@kalends/dav-xml";
import { sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eachDatabase } from "./databases.js";
import { calendarText, eventText, taskText } from "./generators/text.js";
import type { Person } from "./rights-matrix/stage.js";
import { startServer, type TestServer } from "./server.js";

const FILE = "/CalendarData/Calendar.ics";
const DEL = "/CalendarDataDel/Calendar.ics";

const event = (uid: string, ...lines: string[]) => [
  "BEGIN:VEVENT",
  ...(uid === "" ? [] : [`UID:${uid}`]),
  "DTSTAMP:20260101T000000Z",
  "DTSTART:20260301T120000Z",
  ...lines,
  "END:VEVENT",
];
const fileOf = (...events: readonly string[][]) => calendarText(events.flat());

eachDatabase("PUT of a whole file", (database) => {
  let server: TestServer;
  let ann: Person;
  let bob: Person;

  beforeAll(async () => {
    server = await startServer({ database, config: { limits: { wholeFileSize: 100_000, emptiedAtOnce: 2 } } });
  });
  beforeEach(async () => {
    ann = await server.someone();
    bob = await server.someone();
  });
  afterAll(() => server.stop());

  const calendar = () => `${ann.home}Calendar/`;
  const foreign = (realm = "/CalendarData/", name = "Calendar") => `${realm}~${ann.login}/${name}.ics`;
  const items = async (path = calendar()) => {
    const { responses } = await ann.query(path, "VEVENT", null);
    return new Map(responses.map(({ href, found }) => [href, found("{DAV:}getetag")]));
  };
  /** Status, and counts of added, replaced, unchanged and removed items. */
  const put = async (text: string, path = FILE, who = ann, headers = {}) => {
    const answer = await who.put(path, text, headers);
    return [answer.status, ...(answer.headers["kalends-result"]?.match(/\d+/g) ?? []).map(Number)];
  };

  it("makes an item of each event and task and leaves what is there (CGP-33, CGP-39)", async () => {
    await ann.put(`${calendar()}old.ics`, eventText("old"));
    expect(await put(fileOf(event("a"), event("b")))).toEqual([204, 2, 0, 0, 0]);
    expect((await items()).size).toBe(3);
  });

  it("adds nothing where the seventh of ten events is broken, and says which (CGP-34, CGP-35)", async () => {
    await put(fileOf(event("there")));
    const ten = Array.from({ length: 10 }, (_, n) => event(`e${n}`, ...(n === 6 ? ["DTEND:soon"] : [])));
    const text = fileOf(...ten);
    const { status, text: told } = await ann.put(FILE, text);
    expect(status).toBe(400);
    const line = text.split("\r\n").indexOf("DTEND:soon") + 1;
    expect(told).toMatch(new RegExp(`^line ${line}: UID e6: [^\\n]+\\n$`));
    expect((await items()).size).toBe(1);
  });

  it.each([
    ["no calendar", "no calendar at all", "text/calendar", 400],
    ["nothing", "", "text/calendar", 400],
    ["an event", fileOf(event("a")), "application/json", 415],
    ["an event", fileOf(event("a")), "text/plain", 415],
    ["too much", fileOf(event("a", `DESCRIPTION:${"x".repeat(100_000)}`)), "text/calendar", 413],
    ["an event", fileOf(event("a")), "application/octet-stream", 204],
    ["an event", fileOf(event("a")), "text/calendar; charset=utf-8", 204],
    ["an event", fileOf(event("a")), "", 204],
  ])("$# answers %s sent as another type or none as it should (CGP-35)", async (_what, body, type, status) => {
    const headers: Record<string, string> = type === "" ? {} : { "Content-Type": type };
    const answer = await ann.request("PUT", FILE, { headers, body });
    expect([type, answer.status]).toEqual([type, status]);
    expect((await items()).size).toBe(status === 204 ? 1 : 0);
  });

  it("makes one item of a series and its overrides, and refuses two masters (CGP-36)", async () => {
    const series = [event("s", "RRULE:FREQ=DAILY;COUNT=3"), event("s", "RECURRENCE-ID:20260302T120000Z")];
    expect(await put(fileOf(...series, event("other")))).toEqual([204, 2, 0, 0, 0]);
    expect((await items()).size).toBe(2);
    const { status, text } = await ann.put(FILE, fileOf(event("new"), event("m"), event("m", "SUMMARY:Again")));
    expect([status, text]).toEqual([400, expect.stringContaining("UID m")]);
    expect((await items()).size).toBe(2);
  });

  it("leaves what is the same, and replaces under its address what is not (CGP-37)", async () => {
    await ann.put(`${calendar()}mine.ics`, eventText("a"));
    await put(fileOf(event("b")));
    const before = await items();
    expect(await put(fileOf(event("b")))).toEqual([204, 0, 0, 1, 0]);
    expect(await items()).toEqual(before);
    expect(await put(fileOf(event("a", "SUMMARY:Other"), event("b")))).toEqual([204, 0, 1, 1, 0]);
    const after = await items();
    expect([...after.keys()]).toEqual([...before.keys()]);
    expect(after.get(`${calendar()}mine.ics`)).not.toBe(before.get(`${calendar()}mine.ics`));
  });

  it("takes Delete from others to replace: without it nothing of the file is stored (CGP-20, CGP-37)", async () => {
    await put(fileOf(event("a")));
    await server.setRights(`~${ann.login}/Calendar`, bob.login, "li");
    const before = await items();
    const mixed = fileOf(event("new"), event("a", "SUMMARY:Other"));
    expect(await put(mixed, foreign(), bob)).toEqual([403]);
    expect(await items()).toEqual(before);
    expect(await put(fileOf(event("new"), event("a")), foreign(), bob)).toEqual([204, 1, 0, 1, 0]);
    for (const path of [foreign("/CalendarDataDel/"), `${foreign()}?DeleteAll=1`]) {
      expect(await put(mixed, path, bob)).toEqual([403]);
    }
    await server.setRights(`~${ann.login}/Calendar`, bob.login, "lid");
    expect(await put(mixed, foreign(), bob)).toEqual([204, 0, 1, 1, 0]);
  });

  it("gives a UID made of the content to what has none, the same each time (CGP-38)", async () => {
    const [first, second] = [event("", "SUMMARY:One"), event("", "SUMMARY:Two")];
    expect(await put(fileOf(first, second))).toEqual([204, 2, 0, 0, 0]);
    expect(await put(fileOf(second, first))).toEqual([204, 0, 0, 2, 0]);
    expect(await put(fileOf(first))).toEqual([204, 0, 0, 1, 0]);
    const uids = [...(await ann.get(FILE)).text.matchAll(/^UID:(.+)\r$/gm)].map(([, uid]) => uid);
    expect(new Set(uids).size).toBe(2);
  });

  it("makes an own mailbox that is missing, with 201; a foreign one takes Create where it would stand (CGP-39, CGP-40)", async () => {
    for (const realm of ["/CalendarData/", "/CalendarDataDel/"]) {
      const path = `${realm}New${realm.length}.ics`;
      expect(await put(fileOf(event("a")), path)).toEqual([201, 1, 0, 0, 0]);
      expect(await put(fileOf(event("b")), path)).toEqual([204, 1, 0, 0, realm.includes("Del") ? 1 : 0]);
    }
    const home = (letters: number) => sql`insert into grant_entry (collection_id, subject, positive, rights)
      select h.home_id, 'p:' || w.id, true, ${letters}::bigint from principal h, principal w
      where h.login = ${ann.login} and w.login = ${bob.login}
      on conflict (collection_id, subject, positive) do update set rights = excluded.rights`;
    const attempt = () => put(fileOf(event("a")), foreign("/CalendarData/", "Theirs"), bob);
    expect(await attempt()).toEqual([404]);
    await server.db.rows(home(maskOf("l", "r")));
    expect(await attempt()).toEqual([403]);
    expect((await ann.get("/CalendarData/Theirs")).status).toBe(404);
    await server.db.rows(home(maskOf("l", "r", "i", "c")));
    expect((await attempt())[0]).toBe(201);
    expect((await ann.get("/CalendarData/Theirs")).text).toContain("UID:a");
  });

  it("takes tasks into a calendar of events, which then says that it holds both (CGP-41)", async () => {
    const name = cal("supported-calendar-component-set");
    const held = async () =>
      (await ann.propfind(calendar(), [name])).responses[0]?.props
        .get(name)
        ?.element.children.map(({ attrs }) => [...attrs.values()].join());
    expect(await held()).toEqual(["VEVENT"]);
    expect(await put(taskText("t"))).toEqual([204, 1, 0, 0, 0]);
    expect((await held())?.sort()).toEqual(["VEVENT", "VTODO"]);
    expect((await ann.query(calendar(), "VTODO", null)).responses).toHaveLength(1);
  });

  it.each(["REQUEST", "REPLY", "CANCEL", "COUNTER", "ADD", "REFRESH", "DECLINECOUNTER", "x-other"])(
    "refuses METHOD:%s, and says where messages go; PUBLISH and none are taken (CGP-42)",
    async (method) => {
      const withMethod = (name: string) => fileOf(event("m")).replace("BEGIN:VEVENT", `METHOD:${name}\r\nBEGIN:VEVENT`);
      for (const path of [FILE, DEL]) {
        const { status, text } = await ann.put(path, withMethod(method));
        expect([status, text]).toEqual([403, expect.stringMatching(/^METHOD:[A-Z-]+ .*\bby mail\b/)]);
      }
      expect((await items()).size).toBe(0);
      expect(await put(withMethod("PUBLISH"))).toEqual([204, 1, 0, 0, 0]);
      expect(await put(fileOf(event("m")))).toEqual([204, 0, 0, 1, 0]);
    },
  );

  it("invites nobody (CGP-43)", async () => {
    const invited = event(
      "m",
      `ORGANIZER:mailto:${ann.login}@mail.example`,
      `ATTENDEE:mailto:${bob.login}@mail.example`,
    );
    const state = () =>
      server.db.rows(sql`select (select count(*) from object o join collection c on c.id = o.collection_id
          join principal p on p.id = c.owner_id where p.login = ${bob.login}) as items,
        (select count(*) from outbox where topic not in ('collection', 'principal')) as notes`);
    const before = await state();
    for (const path of [FILE, DEL]) expect((await put(fileOf(invited, event(path.slice(1, 16))), path))[0]).toBe(204);
    expect(await state()).toEqual(before);
    expect((await ann.get(FILE)).text).not.toMatch(/SCHEDULE-STATUS/);
  });

  it("heeds If-Match with the tag of GET, and If-None-Match: *; else 412 and nothing changes (CGP-44)", async () => {
    await put(fileOf(event("a")));
    const tag = (await ann.get(FILE)).headers["etag"] ?? "";
    expect(await put(fileOf(event("b")), FILE, ann, { "If-None-Match": "*" })).toEqual([412]);
    expect(await put(fileOf(event("b")), FILE, ann, { "If-Match": tag })).toEqual([204, 1, 0, 0, 0]);
    const before = await items();
    for (const path of [FILE, DEL, `${FILE}?DeleteAll=1`]) {
      expect(await put(fileOf(event("c")), path, ann, { "If-Match": tag })).toEqual([412]);
    }
    expect((await ann.delete(FILE, { "If-Match": tag })).status).toBe(412);
    expect(await items()).toEqual(before);
    expect((await put(fileOf(event("c")), "/CalendarData/Fresh", ann, { "If-None-Match": "*" }))[0]).toBe(201);
  });

  describe("that is empty", () => {
    const EMPTY = calendarText([]);

    it("empties the calendar where it replaces, and changes nothing where it adds (CGP-52)", async () => {
      await put(fileOf(event("a"), event("b")));
      expect(await put(EMPTY)).toEqual([204, 0, 0, 0, 0]);
      expect(await put(EMPTY, DEL)).toEqual([204, 0, 0, 0, 2]);
      expect((await ann.get(DEL)).text).not.toContain("BEGIN:VEVENT");
    });

    it("must say so above the limit: 403, and 204 with force=1 (CGP-52)", async () => {
      await put(fileOf(event("a"), event("b"), event("c")));
      for (const path of [DEL, `${FILE}?DeleteAll=1`, `${DEL}?force=0`]) {
        const { status, text } = await ann.put(path, EMPTY);
        expect([path, status, text]).toEqual([path, 403, expect.stringContaining("force=1")]);
      }
      expect((await items()).size).toBe(3);
      expect(await put(EMPTY, `${DEL}?force=1`)).toEqual([204, 0, 0, 0, 3]);
      expect((await items()).size).toBe(0);
    });
  });
});

import { dav } from "@kalends/dav-xml";
import { sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eachDatabase } from "./databases.js";
import { calendarText, eventText, taskText } from "./generators/text.js";
import type { Person } from "./rights-matrix/stage.js";
import { startServer, type TestServer } from "./server.js";

const FILE = "/CalendarData/Calendar.ics";

/** A zone of this name with this offset, which nobody knows by it. */
const zone = (tzid: string, offset: string) =>
  `BEGIN:VTIMEZONE\r\nTZID:${tzid}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:${offset}\r\nTZOFFSETTO:${offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n`;

eachDatabase("GET of a whole file", (database) => {
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
  const store = (name: string, text: string) => ann.put(calendar() + name, text);
  const body = async (path = FILE, who = ann) => (await who.get(path)).text;
  const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

  it("gives every event and task as one VCALENDAR, in UTF-8 (CGP-24, CGP-29)", async () => {
    await ann.mkcalendar(`${ann.home}All/`);
    await store("a.ics", eventText("a", { summary: "Grüße" }));
    await ann.put(FILE, taskText("t"));
    const { status, headers, text } = await ann.get(FILE);
    expect([status, headers["content-type"]?.toLowerCase()]).toEqual([200, "text/calendar; charset=utf-8"]);
    expect([/BEGIN:VCALENDAR/g, /BEGIN:VEVENT/g, /BEGIN:VTODO/g].map((each) => count(text, each))).toEqual([1, 1, 1]);
    expect(text).toContain("SUMMARY:Grüße");
  });

  it("leaves journals out (CGP-29)", async () => {
    const journal = ["BEGIN:VJOURNAL", "UID:j", "DTSTAMP:20260101T000000Z", "SUMMARY:Diary", "END:VJOURNAL"];
    await server.db.rows(sql`update collection set components = array['VEVENT','VJOURNAL'] where id in
      (select default_calendar_id from principal where login = ${ann.login})`);
    expect((await store("j.ics", calendarText(journal))).status).toBe(201);
    await store("a.ics", eventText("a"));
    const text = await body();
    expect([count(text, /UID:a/g), count(text, /VJOURNAL/g)]).toEqual([1, 0]);
    expect(await body(calendar())).toContain("BEGIN:VJOURNAL");
  });

  it("gives to HEAD the head of GET and no body, with tag, length and date (CGP-25)", async () => {
    for (const text of [eventText("a"), eventText("b", { summary: "Ä".repeat(500) })]) {
      await ann.put(FILE, text);
      const get = await ann.get(FILE);
      const head = await ann.request("HEAD", FILE);
      const { date: _get, "x-request-id": _id, ...expected } = get.headers;
      const { date: _head, "x-request-id": _other, ...told } = head.headers;
      expect([head.status, head.text, told]).toEqual([200, "", expected]);
      expect(Number(told["content-length"])).toBe(Buffer.byteLength(get.text));
      expect(told["etag"]).toMatch(/^"/);
      expect(Date.parse(told["last-modified"] ?? "")).toBeGreaterThan(0);
    }
  });

  it("gives an empty VCALENDAR for a mailbox without items, or 204 where it is asked to (CGP-26)", async () => {
    const { status, headers, text } = await ann.get(FILE);
    expect([status, headers["content-type"]?.slice(0, 13)]).toEqual([200, "text/calendar"]);
    expect(text).toMatch(
      /^BEGIN:VCALENDAR\r\nVERSION:2\.0\r\nPRODID:[^\r]+\r\n(?:[A-Z-]+:[^\r]*\r\n)*END:VCALENDAR\r\n$/,
    );
    for (const query of ["empty=204", "EMPTY=204"]) {
      const none = await ann.get(`${FILE}?${query}`);
      expect([none.status, none.text, none.headers["etag"]]).toEqual([204, "", headers["etag"]]);
    }
    expect((await ann.get(`${FILE}?empty=1`)).status).toBe(200);
    await ann.put(FILE, eventText("a"));
    expect((await ann.get(`${FILE}?empty=204`)).text).toContain("UID:a");
  });

  it("keeps a series and its overrides together, and defines each zone once (CGP-27)", async () => {
    const zoned = { zones: [zone("Office", "+0100")], start: ";TZID=Office:20260301T120000", end: "" };
    const series = ["BEGIN:VEVENT", "UID:s", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=Office:20260301T120000"];
    const changed = ["RECURRENCE-ID;TZID=Office:20260302T120000", "SUMMARY:Moved", "END:VEVENT"];
    await store(
      "s.ics",
      calendarText([...series, "RRULE:FREQ=DAILY;COUNT=3", "END:VEVENT", ...series, ...changed], zoned.zones),
    );
    await store("a.ics", eventText("a", zoned));
    await store("z.ics", eventText("z", zoned));
    const text = await body();
    expect(count(text, /BEGIN:VTIMEZONE/g)).toBe(1);
    expect([...text.matchAll(/^UID:(.)/gm)].map(([, uid]) => uid).join("")).toMatch(/^(?=.*ss)[asz]{4}$/);
  });

  it("gives other names to other definitions of a zone, and to what refers to them (CGP-27)", async () => {
    for (const [uid, offset] of [
      ["a", "+0100"],
      ["b", "+0500"],
    ] as const) {
      await store(
        `${uid}.ics`,
        eventText(uid, { zones: [zone("Office", offset)], start: ";TZID=Office:20260301T120000", end: "" }),
      );
    }
    const text = await body();
    const zones = new Map(
      [...text.matchAll(/TZID:(.+)\r\n[^]*?TZOFFSETTO:(.+)\r\n/g)].map(([, tzid, offset]) => [tzid, offset]),
    );
    expect([...zones.values()].sort()).toEqual(["+0100", "+0500"]);
    const meant = [...text.matchAll(/UID:(.)\r\n[^]*?DTSTART;TZID="?([^":]+)"?:/g)].map(([, uid, tzid]) => [
      uid,
      zones.get(tzid ?? ""),
    ]);
    expect(new Map(meant as [string, string][])).toEqual(
      new Map([
        ["a", "+0100"],
        ["b", "+0500"],
      ]),
    );
  });

  it("leaves damaged items out, counts them in the head and tells the log; never 500 (CGP-28)", async () => {
    for (const uid of ["a", "b", "c"]) await store(`${uid}.ics`, eventText(uid));
    expect((await ann.get(FILE)).headers["kalends-skipped"]).toBeUndefined();
    const before = server.warnings.length;
    const damage = (name: string, data: string) => sql`update object set data = ${data} where name = ${name}
      and collection_id in (select default_calendar_id from principal where login = ${ann.login})`;
    await server.db.rows(damage("a.ics", "BEGIN:VCALENDAR\r\nrubbish"));
    await server.db.rows(damage("c.ics", "Dear all,\r\nno calendar"));
    const { status, headers, text } = await ann.get(FILE);
    expect([status, headers["kalends-skipped"], count(text, /^UID:/gm)]).toEqual([200, "2", 1]);
    expect(text).toContain("UID:b");
    expect(server.warnings.slice(before)).toMatchObject([{ count: 2, path: FILE }]);
    expect(server.faults).toEqual([]);
  });

  it("answers 304 to the present tag, which moves with items alone (CGP-31)", async () => {
    const tag = async () => (await ann.get(FILE)).headers["etag"] ?? "";
    const tags = [await tag()];
    const moves = async (act: () => Promise<unknown>) => {
      await act();
      const now = await tag();
      const isNew = !tags.includes(now);
      tags.push(now);
      const conditional = await ann.get(FILE, { "If-None-Match": now });
      expect([conditional.status, conditional.text]).toEqual([304, ""]);
      return isNew;
    };
    expect(await moves(() => store("a.ics", eventText("a")))).toBe(true);
    expect(await moves(() => ann.put(FILE, eventText("b")))).toBe(true);
    expect(await moves(() => store("a.ics", eventText("a", { summary: "Other" })))).toBe(true);
    const old = tags.at(-1) ?? "";
    expect(await moves(() => ann.put(FILE, eventText("b")))).toBe(false);
    expect(await moves(() => server.setRights(`~${ann.login}/Calendar`, "anyone", "lr"))).toBe(false);
    expect(await moves(() => ann.proppatch(calendar(), { "{urn:x}mark": "1" }))).toBe(false);
    expect(await moves(() => ann.put(`${ann.home}Tasks/t.ics`, taskText("t")))).toBe(false);
    expect(await moves(() => ann.delete(`${calendar()}a.ics`))).toBe(true);
    expect((await ann.get(FILE, { "If-None-Match": old })).status).toBe(200);
  });

  describe("by somebody else", () => {
    const CONFIDENTIAL = eventText("c", { summary: "Doctor", lines: ["CLASS:CONFIDENTIAL", "LOCATION:Clinic"] });

    it("has no private items, and of confidential ones the time (CGP-32)", async () => {
      const [bob, admin] = [await server.someone(), await server.someone()];
      await store("open.ics", eventText("open"));
      await store("p.ics", eventText("p", { summary: "Secret", lines: ["CLASS:PRIVATE"] }));
      await store("c.ics", CONFIDENTIAL);
      await server.setRights(`~${ann.login}/Calendar`, bob.login, "lrid");
      await server.setRights(`~${ann.login}/Calendar`, admin.login, "lra");
      const file = `/CalendarData/~${ann.login}/Calendar.ics`;
      const seen = await body(file, bob);
      expect([...seen.matchAll(/^UID:(.*)\r$/gm)].map(([, uid]) => uid).sort()).toEqual(["c", "open"]);
      expect(seen).not.toMatch(/Secret|Doctor|Clinic/);
      expect(count(seen, /^DTSTART:20260301T120000Z/gm)).toBe(2);
      expect(count(await body(file, admin), /Secret|Doctor|Clinic/g)).toBe(3);
      expect(count(await body(), /Secret|Doctor|Clinic/g)).toBe(3);
    });
  });

  it("tells refusals as one line, and as DAV:error to programs that take XML (CGP-13, CGP-35)", async () => {
    const bob = await server.someone();
    await server.setRights(`~${ann.login}/Calendar`, bob.login, "l");
    const file = `/CalendarData/~${ann.login}/Calendar.ics`;
    const plain = await bob.get(file);
    expect([plain.status, plain.headers["content-type"], plain.text]).toEqual([
      403,
      "text/plain; charset=utf-8",
      'The rights "r" are missing here.\n',
    ]);
    const conditionOf = async (answer: ReturnType<Person["request"]>) => (await answer).xml().children[0]?.name;
    const xml = { Accept: "text/xml, application/xml;q=0.9" };
    expect(await conditionOf(bob.get(file, xml))).toBe(dav("need-privileges"));
    const broken = calendarText([
      "BEGIN:VEVENT",
      "UID:bad",
      "DTSTAMP:20260101T000000Z",
      "DTSTART:Tuesday",
      "END:VEVENT",
    ]);
    const refused = await ann.put(FILE, broken, xml);
    expect(refused.status).toBe(400);
    expect(refused.xml().children.map(({ name }) => name)).toEqual([
      "{urn:ietf:params:xml:ns:caldav}valid-calendar-data",
      dav("responsedescription"),
    ]);
    await server.admin("user.services", { name: ann.login, off: "webcal" });
    for (const realm of ["/CalendarData/", "/CalendarDataDel/", "/CalDAV/"]) {
      const answer = await ann.get(`${realm}Calendar/`, xml);
      expect([answer.status, answer.xml().children[0]?.text]).toEqual([403, "webcal of the account"]);
    }
  });
});

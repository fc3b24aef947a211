import { sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addCollection,
  calendar,
  conditionIn,
  event,
  grant,
  limits,
  names,
  openWorld,
  put,
  report,
  told,
  type World,
} from "../../test/world.js";

let world: World;
const path = "/CalDAV/~ann/Cal/";

const objects: Readonly<Record<string, string>> = {
  "timed.ics": event(
    "timed",
    "DTSTART:20260110T120000Z",
    "DTEND:20260110T130000Z",
    "SUMMARY:Lunch",
    "CATEGORIES:Food,Fun",
  ),
  "weekly.ics": event("weekly", "DTSTART:20250106T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", "SUMMARY:Standup"),
  "day.ics": event("day", "DTSTART;VALUE=DATE:20260120", "SUMMARY:Holiday"),
  "alarm.ics": event(
    "alarm",
    "DTSTART:20260301T120000Z",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "DESCRIPTION:x",
    "TRIGGER:-P1D",
    "END:VALARM",
  ),
  "task.ics": calendar("BEGIN:VTODO", "UID:task", "DTSTAMP:20260101T000000Z", "DUE:20260110T120000Z", "END:VTODO"),
  "note.ics": calendar(
    "BEGIN:VJOURNAL",
    "UID:note",
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260110T120000Z",
    "END:VJOURNAL",
  ),
};

beforeAll(async () => {
  world = await openWorld();
  await addCollection(world, "ann", "Cal");
  await addCollection(world, "ann", "Other");
  for (const [name, text] of Object.entries(objects))
    expect((await put(world, `${path}${name}`, text)).status).toBe(201);
  await put(world, "/CalDAV/~ann/Other/else.ics", event("else", "DTSTART:20260110T120000Z", "DURATION:PT1H"));
});
afterAll(() => world.db.close());

const ETAG = "<D:prop><D:getetag/></D:prop>";
const DATA = "<D:prop><D:getetag/><C:calendar-data/></D:prop>";
const inCalendar = (inner: string) => `<C:filter><C:comp-filter name="VCALENDAR">${inner}</C:comp-filter></C:filter>`;
const inEvent = (inner: string) => inCalendar(`<C:comp-filter name="VEVENT">${inner}</C:comp-filter>`);
const range = (start: string | null, end: string | null) =>
  `<C:time-range${start ? ` start="${start}"` : ""}${end ? ` end="${end}"` : ""}/>`;
const query = (content: string, depth = "1", at = path) => report(world, at, "C:calendar-query", content, depth);

describe("calendar-query", () => {
  it.each<[string, string, readonly string[]]>([
    ["everything", inCalendar(""), Object.keys(objects).sort()],
    ["a component", inCalendar('<C:comp-filter name="VTODO"/>'), ["task.ics"]],
    [
      "what a component is not",
      inCalendar('<C:comp-filter name="VEVENT"><C:is-not-defined/></C:comp-filter>'),
      ["note.ics", "task.ics"],
    ],
    ["a range", inEvent(range("20260110T000000Z", "20260111T000000Z")), ["timed.ics"]],
    ["a range within an endless rule", inEvent(range("20300107T000000Z", "20300108T000000Z")), ["weekly.ics"]],
    ["nothing that only begins where the range ends", inEvent(range("20260109T000000Z", "20260110T120000Z")), []],
    ["from a day on", inEvent(range("20260115T000000Z", null)), ["alarm.ics", "day.ics", "weekly.ics"]],
    ["up to a day", inEvent(range(null, "20260101T000000Z")), ["weekly.ics"]],
    [
      "everything by an absurd range",
      inEvent(range("16010101T000000Z", "99991231T235959Z")),
      ["alarm.ics", "day.ics", "timed.ics", "weekly.ics"],
    ],
    [
      "a task by its due date",
      inCalendar(`<C:comp-filter name="VTODO">${range("20260110T000000Z", "20260111T000000Z")}</C:comp-filter>`),
      ["task.ics"],
    ],
    [
      "a journal entry",
      inCalendar(`<C:comp-filter name="VJOURNAL">${range("20260110T000000Z", "20260111T000000Z")}</C:comp-filter>`),
      ["note.ics"],
    ],
    [
      "alarms of a day",
      inEvent(`<C:comp-filter name="VALARM">${range("20260228T000000Z", "20260301T000000Z")}</C:comp-filter>`),
      ["alarm.ics"],
    ],
    [
      "text in any case",
      inEvent('<C:prop-filter name="SUMMARY"><C:text-match>LUNCH</C:text-match></C:prop-filter>'),
      ["timed.ics"],
    ],
    [
      "text to the octet",
      inEvent('<C:prop-filter name="SUMMARY"><C:text-match collation="i;octet">LUNCH</C:text-match></C:prop-filter>'),
      [],
    ],
    [
      "one of many values",
      inEvent('<C:prop-filter name="CATEGORIES"><C:text-match>fun</C:text-match></C:prop-filter>'),
      ["timed.ics"],
    ],
    [
      "a UID",
      inEvent('<C:prop-filter name="UID"><C:text-match collation="i;octet">week</C:text-match></C:prop-filter>'),
      ["weekly.ics"],
    ],
    [
      "events without a summary",
      inEvent('<C:prop-filter name="SUMMARY"><C:is-not-defined/></C:prop-filter>'),
      ["alarm.ics"],
    ],
  ])("finds %s, with and without bodies (CAL-62 to CAL-83)", async (_, filter, expected) => {
    expect(names(await query(`${ETAG}${filter}`))).toEqual(expected);
    expect(names(await query(`${DATA}${filter}`))).toEqual(expected);
  });

  it("reads no body for what the index is sure of, and at most three statements in all (CAL-60)", async () => {
    const answer = await query(`${ETAG}${inEvent(range("20260101T000000Z", "20260201T000000Z"))}`);
    expect(answer.statements).toBeLessThanOrEqual(3);
    expect(world.statements.filter((text) => /(?<!then )o\.data/.test(text))).toHaveLength(1);
    expect((await query(`${ETAG}${inCalendar('<C:comp-filter name="VEVENT"/>')}`)).statements).toBe(2);
    expect(world.statements.filter((text) => /(?<!then )o\.data/.test(text))).toHaveLength(0);
  });

  it("puts whole days at local midnight of the zone that is named (CAL-73, CAL-82)", async () => {
    const evening = inEvent(range("20260119T150000Z", "20260119T160000Z"));
    expect(names(await query(`${ETAG}${evening}`))).toEqual([]);
    const tokyo = `${ETAG}${evening}<C:timezone-id>Asia/Tokyo</C:timezone-id>`;
    expect(names(await query(tokyo))).toEqual(["day.ics"]);
  });

  it("uses the calendar's own zone when the request names none (CAL-73)", async () => {
    await addCollection(world, "ann", "Tokyo");
    await put(world, "/CalDAV/~ann/Tokyo/day.ics", objects["day.ics"] ?? "");
    await world.db.rows(sql`update collection set timezone = 'Asia/Tokyo' where display_name = 'Tokyo'`);
    const evening = inEvent(range("20260119T150000Z", "20260119T160000Z"));
    expect(names(await query(`${ETAG}${evening}`, "1", "/CalDAV/~ann/Tokyo/"))).toEqual(["day.ics"]);
  });

  it("takes Depth literally: 0 reaches no member of a calendar, but one object itself (CAL-60)", async () => {
    const filter = inCalendar("");
    expect(names(await query(`${ETAG}${filter}`, "0"))).toEqual([]);
    expect(names(await query(`${ETAG}${filter}`, "infinity"))).toHaveLength(6);
    expect(names(await query(`${ETAG}${filter}`, "0", `${path}task.ics`))).toEqual(["task.ics"]);
    expect(names(await query(`${ETAG}${inEvent("")}`, "0", `${path}task.ics`))).toEqual([]);
  });

  it("reaches the calendars of a home with Depth infinity, and only those that may be read (CAL-61, CAL-79)", async () => {
    const day = inEvent(range("20260110T000000Z", "20260111T000000Z"));
    expect(names(await query(`${ETAG}${day}`, "infinity", "/CalDAV/~ann/"))).toEqual(["else.ics", "timed.ics"]);
    expect(names(await query(`${ETAG}${day}`, "1", "/CalDAV/~ann/"))).toEqual([]);
  });

  it("gives parts and instances with the tag of the whole object (CAL-91, CAL-93, CAL-99)", async () => {
    const data = `<D:prop><D:getetag/><C:calendar-data><C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="SUMMARY"/></C:comp></C:comp>
      <C:expand start="20260105T000000Z" end="20260113T000000Z"/></C:calendar-data></D:prop>`;
    const answer = await query(
      `${data}${inEvent('<C:prop-filter name="UID"><C:text-match>weekly</C:text-match></C:prop-filter>')}`,
    );
    const text = told(answer)[0]?.props.get("{urn:ietf:params:xml:ns:caldav}calendar-data")?.el.text ?? "";
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(2);
    expect(text).toContain("SUMMARY:Standup");
    expect(text).not.toMatch(/RRULE|UID/);
    expect(answer.text).not.toContain("&#13;");
    expect(told(answer)[0]?.props.get("{DAV:}getetag")?.status).toBe(200);
  });

  it("tells each time what is stored then, in the zone and within the limit asked then (CAL-73, CAL-76, CAL-93)", async () => {
    const at = "/CalDAV/~ann/Again/";
    await addCollection(world, "ann", "Again");
    const floating = (hour: string) => event("f", `DTSTART:20260110T${hour}0000`, "DURATION:PT1H", "RRULE:FREQ=DAILY");
    const data =
      '<D:prop><C:calendar-data><C:expand start="20260110T000000Z" end="20260112T000000Z"/></C:calendar-data></D:prop>';
    const ask = async (zone = "") => {
      const answer = await query(`${data}${inEvent("")}${zone}`, "1", at);
      const text = told(answer)[0]?.props.get("{urn:ietf:params:xml:ns:caldav}calendar-data")?.el.text ?? "";
      return [...text.matchAll(/DTSTART:(\d{8}T\d\d)/g)].map(([, start]) => start);
    };
    await put(world, `${at}f.ics`, floating("20"));
    const evening = ["20260110T20", "20260111T20"];
    expect(await ask()).toEqual(evening);
    expect(await ask()).toEqual(evening);
    expect(await ask("<C:timezone-id>America/New_York</C:timezone-id>")).toEqual(["20260110T20"]);
    world.limits = { ...limits, instancesPerRequest: 1 };
    expect(await ask()).toEqual([]);
    world.limits = limits;
    await put(world, `${at}f.ics`, floating("08"));
    expect(await ask()).toEqual(["20260110T08", "20260111T08"]);
  });

  it("answers 507 for an object that expands beyond the limit, the rest is given (CAL-76)", async () => {
    world.limits = { ...limits, instancesPerRequest: 10 };
    const data =
      '<D:prop><C:calendar-data><C:expand start="20260101T000000Z" end="20270101T000000Z"/></C:calendar-data></D:prop>';
    const items = told(await query(`${data}${inEvent("")}`));
    world.limits = limits;
    expect(items.filter(({ status }) => status === 507).map(({ href }) => href)).toEqual([`${path}weekly.ics`]);
    expect(items).toHaveLength(4);
  });

  it.each<[string, string, string]>([
    ["valid-filter", "", ETAG],
    ["valid-filter", inEvent('<C:comp-filter name="VTODO"/>'), ETAG],
    [
      "supported-collation",
      inEvent('<C:prop-filter name="UID"><C:text-match collation="x">y</C:text-match></C:prop-filter>'),
      ETAG,
    ],
    ["valid-calendar-data", `${inEvent("")}<C:timezone>nonsense</C:timezone>`, ETAG],
    ["valid-timezone", `${inEvent("")}<C:timezone-id>Nowhere/Atlantis</C:timezone-id>`, ETAG],
    [
      "supported-calendar-data",
      inEvent(""),
      '<D:prop><C:calendar-data content-type="application/calendar+xml"/></D:prop>',
    ],
  ])("refuses with %s (CAL-63 to CAL-76, CAL-90)", async (condition, filter, props) => {
    const answer = await query(`${props}${filter}`);
    expect({ status: answer.status, condition: conditionIn(answer) }).toEqual({
      status: 403,
      condition: `{urn:ietf:params:xml:ns:caldav}${condition}`,
    });
  });

  it("answers 400 to a Depth that is none, before anything is sent (RFC 4918 10.2)", async () => {
    expect((await query(`${ETAG}${inCalendar("")}`, "2")).status).toBe(400);
  });

  it("is not for those who may only look the calendar up (CAL-79, RFC 3744 3.1)", async () => {
    const id = await addCollection(world, "ann", "Closed");
    await grant(world, id, "bob", 1);
    expect(
      (await report(world, "/CalDAV/~ann/Closed/", "C:calendar-query", `${ETAG}${inCalendar("")}`, "1", "bob")).status,
    ).toBe(403);
  });
});

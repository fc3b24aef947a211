import { readXml } from "@kalends/dav-xml";
import { withTimezones } from "@kalends/icalendar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCollection, event, lunch, openWorld, put, report, send, told, type World } from "../../test/world.js";

let world: World;
const calendar = "/CalDAV/~ann/Cal/";
const path = `${calendar}a.ics`;
const JCAL = "application/calendar+json";
const XCAL = "application/calendar+xml";

beforeAll(async () => {
  world = await openWorld();
  await addCollection(world, "ann", "Cal");
  await put(world, path, lunch("a"));
  await put(world, `${calendar}b.ics`, event("b", "DTSTART;TZID=Europe/Berlin:20260110T120000", "DURATION:PT1H"));
});
afterAll(() => world.db.close());

const get = (at: string, headers: Readonly<Record<string, string>> = {}) => send(world, "GET", at, { headers });

describe("GET of a calendar object", () => {
  it("gives the stored octets and says that Accept matters (CAL-34, RFC 9110 12.5.5)", async () => {
    const { status, headers, text } = await get(path);
    expect({ status, text }).toEqual({ status: 200, text: lunch("a") });
    expect(headers).toMatchObject({
      "Content-Type": "text/calendar; charset=utf-8; component=vevent",
      Vary: "Accept, CalDAV-Timezones",
    });
  });

  it("gives jCal where it is asked for (RFC 7265)", async () => {
    const { headers, text } = await get(path, { accept: JCAL });
    expect(headers["Content-Type"]).toBe(`${JCAL}; component=vevent`);
    const [name, , components] = JSON.parse(text);
    expect([name, components[0][0]]).toEqual(["vcalendar", "vevent"]);
    expect(components[0][1]).toContainEqual(["dtstart", {}, "date-time", "2026-01-10T12:00:00Z"]);
  });

  it("gives xCal where it is asked for (RFC 6321)", async () => {
    const { headers, text } = await get(path, { accept: XCAL });
    expect(headers["Content-Type"]).toBe(`${XCAL}; charset=utf-8; component=vevent`);
    const root = readXml(text);
    expect(root.name).toBe("{urn:ietf:params:xml:ns:icalendar-2.0}icalendar");
    expect(root.children.map(({ name }) => name)).toEqual(["{urn:ietf:params:xml:ns:icalendar-2.0}vcalendar"]);
    expect(text).toMatch(/<\w+:summary><\w+:text>Lunch</);
  });

  it("has a strong tag per format, and 304 and 412 go by it (RFC 9110 8.8.3, 13.1)", async () => {
    const tags = await Promise.all(
      [{}, { accept: JCAL }, { accept: XCAL }].map(async (h) => (await get(path, h)).headers.ETag),
    );
    const [plain = "", jcal = ""] = tags;
    expect(new Set(tags).size).toBe(3);
    expect(jcal).toMatch(/^"[^"]+"$/);
    const answer = await get(path, { accept: JCAL, "if-none-match": jcal });
    expect(answer).toMatchObject({ status: 304, headers: { ETag: jcal, Vary: "Accept, CalDAV-Timezones" } });
    expect((await get(path, { accept: JCAL, "if-none-match": plain })).status).toBe(200);
    expect((await get(path, { accept: JCAL, "if-match": plain })).status).toBe(412);
    expect((await get(path, { "if-none-match": plain })).status).toBe(304);
  });

  it("answers HEAD with the headers of GET (RFC 9110 9.3.2)", async () => {
    const head = await send(world, "HEAD", path, { headers: { accept: JCAL } });
    expect(head.headers).toEqual((await get(path, { accept: JCAL })).headers);
  });

  it("cuts ranges out of the representation (RFC 9110 14.2)", async () => {
    const { status, text } = await get(path, { accept: JCAL, range: "bytes=0-11" });
    expect([status, text]).toEqual([206, '["vcalendar"']);
  });
});

describe("GET of a whole calendar", () => {
  it("streams jCal (RFC 7265)", async () => {
    const { headers, text } = await get(calendar, { accept: JCAL });
    expect(headers).toMatchObject({ "Content-Type": JCAL, Vary: "Accept, CalDAV-Timezones" });
    const [name, properties, components] = JSON.parse(text);
    expect(name).toBe("vcalendar");
    expect(properties).toContainEqual(["x-wr-calname", {}, "text", "Cal"]);
    expect(components.filter(([each]: [string]) => each === "vevent")).toHaveLength(2);
  });

  it("streams xCal (RFC 6321)", async () => {
    const { headers, text } = await get(calendar, { accept: XCAL });
    expect(headers["Content-Type"]).toBe(`${XCAL}; charset=utf-8`);
    expect(readXml(text).children[0]?.children.map(({ name }) => name.split("}")[1])).toEqual([
      "properties",
      "components",
    ]);
    expect(text.match(/<\w+:vevent>/g)).toHaveLength(2);
  });

  it("has a tag per format (RFC 9110 8.8.3)", async () => {
    const jcal = (await get(calendar, { accept: JCAL })).headers.ETag ?? "";
    expect((await get(calendar, { accept: JCAL, "if-none-match": jcal })).status).toBe(304);
    expect((await get(calendar, { "if-none-match": jcal })).status).toBe(200);
  });

  it.each([JCAL, XCAL])("is well-formed %s when the calendar is empty", async (accept) => {
    await addCollection(world, "ann", accept.slice(-4));
    const { text } = await get(`/CalDAV/~ann/${accept.slice(-4)}/`, { accept });
    if (accept === JCAL) expect(JSON.parse(text)[2]).toEqual([]);
    else expect(readXml(text).children).toHaveLength(1);
  });
});

describe("CalDAV-Timezones (CAL-100, RFC 7809 3.1.3)", () => {
  const zoned = `${calendar}b.ics`;
  const stored = event("b", "DTSTART;TZID=Europe/Berlin:20260110T120000", "DURATION:PT1H");
  const dataOf = (answer: Parameters<typeof told>[0]) =>
    told(answer)[0]?.props.get("{urn:ietf:params:xml:ns:caldav}calendar-data")?.el.text.replaceAll("\n", "\r\n");

  it.each([
    [{}, stored, withTimezones(stored)],
    [{ "caldav-timezones": "T" }, withTimezones(stored), withTimezones(stored)],
    [{ "caldav-timezones": "F" }, stored, stored],
  ])("GET with %s of what was stored without and with its zone", async (headers, without, withZone) => {
    await put(world, `${calendar}c.ics`, withTimezones(stored.replaceAll("UID:b", "UID:c")));
    const answer = await get(zoned, headers);
    expect(answer.text).toBe(without);
    expect(answer.headers.ETag).toBe((await get(zoned)).headers.ETag);
    expect((await get(`${calendar}c.ics`, headers)).text).toBe(withZone.replaceAll("UID:b", "UID:c"));
  });

  it("GET of the whole calendar writes each zone once, or none", async () => {
    expect((await get(calendar)).text.match(/BEGIN:VTIMEZONE/g)).toHaveLength(1);
    expect((await get(calendar, { "caldav-timezones": "F" })).text).not.toContain("VTIMEZONE");
  });

  it.each([
    ["T", "<C:calendar-data/>", withTimezones(stored)],
    ["F", "<C:calendar-data/>", stored],
    [
      "F",
      '<C:calendar-data><C:limit-recurrence-set start="20260101T000000Z" end="20260201T000000Z"/></C:calendar-data>',
      stored,
    ],
  ])("REPORT with %s and %s", async (header, data, expected) => {
    const body = (href: string) => `<D:prop>${data}</D:prop><D:href>${href}</D:href>`;
    const answer = await report(world, calendar, "C:calendar-multiget", body(zoned), "1", "ann", {
      "caldav-timezones": header,
    });
    expect(dataOf(answer)).toBe(expected);
  });

  it("adds no zone where components are named (CAL-91)", async () => {
    const data =
      '<C:calendar-data><C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:allprop/></C:comp></C:comp></C:calendar-data>';
    const answer = await report(
      world,
      calendar,
      "C:calendar-multiget",
      `<D:prop>${data}</D:prop><D:href>${zoned}</D:href>`,
    );
    expect(dataOf(answer)).not.toContain("VTIMEZONE");
  });
});

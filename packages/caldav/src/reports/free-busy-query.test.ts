import { maskOf } from "@kalends/acl";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCollection, event, grant, openWorld, put, report, send, type World, xml } from "../../test/world.js";

let world: World;
const path = "/CalDAV/~ann/Cal/";
const WINDOW = '<C:time-range start="20260110T000000Z" end="20260111T000000Z"/>';

beforeAll(async () => {
  world = await openWorld();
  const id = await addCollection(world, "ann", "Cal");
  await grant(world, id, "bob", maskOf("9"));
  const objects = [
    ["noon", "DTSTART:20260110T120000Z", "DTEND:20260110T130000Z"],
    ["touching", "DTSTART:20260110T130000Z", "DTEND:20260110T133000Z"],
    ["maybe", "DTSTART:20260110T150000Z", "DURATION:PT1H", "STATUS:TENTATIVE"],
    ["off", "DTSTART:20260110T170000Z", "DURATION:PT1H", "STATUS:CANCELLED"],
    ["clear", "DTSTART:20260110T180000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"],
    ["late", "DTSTART:20260110T233000Z", "DURATION:PT1H"],
    ["daily", "DTSTART:20250101T060000Z", "DURATION:PT30M", "RRULE:FREQ=DAILY"],
  ] as const;
  for (const [uid, ...lines] of objects) await put(world, `${path}${uid}.ics`, event(uid, ...lines));
});
afterAll(() => world.db.close());

const ask = (content: string, as = "ann", at = path) => report(world, at, "C:free-busy-query", content, "1", as);
const periods = (text: string) => text.split("\r\n").filter((line) => line.startsWith("FREEBUSY"));

describe("free-busy-query", () => {
  it("merges opaque time, leaves out what is cancelled or transparent, cuts to the window (CAL-120, CAL-122, CAL-123)", async () => {
    const answer = await ask(WINDOW);
    expect(answer).toMatchObject({ status: 200, headers: { "Content-Type": "text/calendar; charset=utf-8" } });
    expect(answer.text).not.toContain("METHOD");
    expect(periods(answer.text)).toEqual([
      "FREEBUSY:20260110T060000Z/20260110T063000Z",
      "FREEBUSY:20260110T120000Z/20260110T133000Z",
      "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260110T150000Z/20260110T160000Z",
      "FREEBUSY:20260110T233000Z/20260111T000000Z",
    ]);
  });

  it("tells an empty window by a VFREEBUSY without periods (CAL-124)", async () => {
    const { text } = await ask('<C:time-range start="20200110T000000Z" end="20200111T000000Z"/>');
    expect(text).toMatch(/BEGIN:VFREEBUSY[\s\S]*DTSTART:20200110T000000Z\r\nDTEND:20200111T000000Z/);
    expect(periods(text)).toEqual([]);
  });

  it("answers those who hold nothing but Free-busy, and hides the calendar from others (CAL-121)", async () => {
    expect(periods((await ask(WINDOW, "bob")).text)).toHaveLength(4);
    const id = await addCollection(world, "ann", "Shown");
    await grant(world, id, "bob", maskOf("l"));
    expect((await ask(WINDOW, "bob", "/CalDAV/~ann/Shown/")).status).toBe(404);
    await addCollection(world, "ann", "Hidden");
    expect((await ask(WINDOW, "bob", "/CalDAV/~ann/Hidden/")).status).toBe(404);
  });

  it("unites the calendars of a home (CAL-120)", async () => {
    await addCollection(world, "ann", "More");
    await put(world, "/CalDAV/~ann/More/x.ics", event("x", "DTSTART:20260110T200000Z", "DURATION:PT1H"));
    expect(periods((await ask(WINDOW, "ann", "/CalDAV/~ann/")).text)).toHaveLength(5);
  });

  it("weighs availabilities by priority, wherever they are kept, and lays events on top (CAL-130, CAL-132, RFC 7953 5)", async () => {
    const calendar = (...lines: readonly string[]) =>
      ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", ...lines, "END:VCALENDAR", ""].join("\r\n");
    const span = ["DTSTART:20260110T000000Z", "DTEND:20260111T000000Z"];
    const availability = (uid: string, ...lines: readonly string[]) =>
      calendar("BEGIN:VAVAILABILITY", `UID:${uid}`, "DTSTAMP:20260101T000000Z", ...span, ...lines, "END:VAVAILABILITY");
    const part = (from: string, to: string) => [
      "BEGIN:AVAILABLE",
      `UID:${from}`,
      "DTSTAMP:20260101T000000Z",
      `DTSTART:20260110T${from}Z`,
      `DTEND:20260110T${to}Z`,
      "END:AVAILABLE",
    ];
    const at = "/CalDAV/~ann/Hours/";
    const body = xml(
      "C:mkcalendar",
      '<D:set><D:prop><C:supported-calendar-component-set><C:comp name="VEVENT"/><C:comp name="VAVAILABILITY"/></C:supported-calendar-component-set></D:prop></D:set>',
    );
    expect((await send(world, "MKCALENDAR", at, { body })).status).toBe(201);
    await put(world, `${at}office.ics`, availability("office", "PRIORITY:5", ...part("080000", "180000")));
    await put(world, `${at}all.ics`, availability("all", ...part("000000", "235900")));
    await put(world, `${at}meeting.ics`, event("meeting", "DTSTART:20260110T100000Z", "DURATION:PT1H"));
    expect(periods((await ask(WINDOW, "ann", at)).text)).toEqual([
      "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260110T000000Z/20260110T080000Z",
      "FREEBUSY:20260110T100000Z/20260110T110000Z",
      "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260110T180000Z/20260111T000000Z",
    ]);
    await addCollection(world, "ann", "inbox", "schedule-inbox");
    const closed = availability("closed", "PRIORITY:1", "BUSYTYPE:BUSY-TENTATIVE");
    const set = xml(
      "D:propertyupdate",
      `<D:set><D:prop><C:calendar-availability>${closed}</C:calendar-availability></D:prop></D:set>`,
    );
    await send(world, "PROPPATCH", "/CalDAV/~ann/inbox/", { body: set });
    expect(periods((await ask(WINDOW, "ann", at)).text)).toHaveLength(3);
    const whole = periods((await ask(WINDOW, "ann", "/CalDAV/~ann/")).text);
    expect(whole).toContain("FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260110T000000Z/20260111T000000Z");
    expect(whole.join()).not.toContain("UNAVAILABLE");
  });

  it.each([
    ["no window", "", 400],
    ["an open window", '<C:time-range start="20260110T000000Z"/>', 400],
    ["more days than allowed", '<C:time-range start="20200101T000000Z" end="20260101T000000Z"/>', 507],
  ])("refuses %s (CAL-120)", async (_, content, status) => {
    expect((await ask(content)).status).toBe(status);
  });

  it("does not work on an object (CAL-120)", async () => {
    expect((await ask(WINDOW, "ann", `${path}noon.ics`)).status).toBe(403);
  });
});

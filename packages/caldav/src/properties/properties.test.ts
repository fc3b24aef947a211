import { sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCollection, lunch, openWorld, put, send, type Told, told, type World, xml } from "../../test/world.js";

let world: World;
let number = 0;
const home = "/CalDAV/~ann/";

beforeAll(async () => {
  world = await openWorld();
  await addCollection(world, "ann", "Cal");
  await addCollection(world, "ann", "inbox", "schedule-inbox");
});
afterAll(() => world.db.close());

const C = (local: string) => `{urn:ietf:params:xml:ns:caldav}${local}` as const;
const A = (local: string) => `{http://apple.com/ns/ical/}${local}` as const;
const CS = (local: string) => `{http://calendarserver.org/ns/}${local}` as const;

async function find(path: string, ...elements: readonly string[]): Promise<Told["props"]> {
  const body = xml("D:propfind", `<D:prop>${elements.map((name) => `<${name}/>`).join("")}</D:prop>`);
  const [item] = told(await send(world, "PROPFIND", path, { headers: { depth: "0" }, body }));
  return item?.props ?? new Map();
}
async function patch(path: string, set: string, as = "ann") {
  const body = xml("D:propertyupdate", `<D:set><D:prop>${set}</D:prop></D:set>`);
  const [item] = told(await send(world, "PROPPATCH", path, { body, as }));
  return [...(item?.props.values() ?? [])].map(({ status }) => status);
}
const make = async (props: string, root = "C:mkcalendar") => {
  number += 1;
  const path = `${home}New${number}/`;
  const body = xml(root, `<D:set><D:prop>${props}</D:prop></D:set>`);
  return { path, answer: await send(world, root === "C:mkcalendar" ? "MKCALENDAR" : "MKCOL", path, { body }) };
};

const ZONE = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//Apple//EN",
  "BEGIN:VTIMEZONE",
  "TZID:Europe/Berlin",
  "BEGIN:STANDARD",
  "DTSTART:19961027T030000",
  "TZOFFSETFROM:+0200",
  "TZOFFSETTO:+0100",
  "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
  "END:STANDARD",
  "END:VTIMEZONE",
  "END:VCALENDAR",
];

describe("a calendar as Apple makes it", () => {
  const props = `<A:calendar-order>3</A:calendar-order><A:calendar-color symbolic-color="orange">#FF9500FF</A:calendar-color>
    <C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>
    <C:calendar-timezone>${ZONE.join("&#13;\n")}&#13;\n</C:calendar-timezone><D:displayname>Errands</D:displayname>
    <C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp><C:calendar-free-busy-set/>`;

  it("is made in one step and shows what was set (APL-17, CAL-21, CAL-24, CAL-26)", async () => {
    const { path, answer } = await make(props);
    expect(answer.status).toBe(201);
    const found = await find(
      path,
      "D:resourcetype",
      "A:calendar-color",
      "A:calendar-order",
      "C:supported-calendar-component-set",
      "C:schedule-calendar-transp",
      "C:calendar-timezone-id",
      "C:calendar-timezone",
    );
    expect(found.get("{DAV:}resourcetype")?.el.children.map(({ name }) => name)).toEqual([
      "{DAV:}collection",
      C("calendar"),
    ]);
    const color = found.get(A("calendar-color"))?.el;
    expect([color?.text, color?.attrs.get("symbolic-color")]).toEqual(["#FF9500FF", "orange"]);
    expect(found.get(A("calendar-order"))?.el.text).toBe("3");
    expect(found.get(C("supported-calendar-component-set"))?.el.children.map((el) => el.attrs.get("name"))).toEqual([
      "VTODO",
    ]);
    expect(found.get(C("schedule-calendar-transp"))?.el.children[0]?.name).toBe(C("transparent"));
    expect(found.get(C("calendar-timezone-id"))?.el.text).toBe("Europe/Berlin");
    expect(found.get(C("calendar-timezone"))?.el.text).toBe(`${ZONE.join("\n")}\n`.trimEnd());
    expect((await put(world, `${path}a.ics`, lunch("a"))).status).toBe(403);
  });

  it("is not made when one value is wrong, and the others are told 424 (CAL-22)", async () => {
    const { path, answer } = await make(
      "<D:displayname>x</D:displayname><C:calendar-timezone>nonsense</C:calendar-timezone>",
    );
    expect([207, 403]).toContain(answer.status);
    expect(answer.text).toContain("valid-calendar-data");
    expect((await send(world, "PROPFIND", path, { headers: { depth: "0" } })).status).toBe(404);
  });

  it.each(["", '<C:comp name="VPARTY"/>'])("takes no set of components like %j (CAL-24)", async (comps) => {
    const { answer } = await make(`<C:supported-calendar-component-set>${comps}</C:supported-calendar-component-set>`);
    expect(answer.text).toContain("supported-calendar-component");
    expect(answer.status).not.toBe(201);
  });

  it("holds events, tasks and notes when no set is named (CAL-27)", async () => {
    const { path } = await make("<D:displayname/>");
    const found = (await find(path, "C:supported-calendar-component-set")).get(C("supported-calendar-component-set"));
    expect(found?.el.children.map((el) => el.attrs.get("name"))).toEqual(["VEVENT", "VTODO", "VJOURNAL"]);
  });

  it("may be a bookmark of a feed (apple-props: CS:subscribed)", async () => {
    const type = "<D:resourcetype><D:collection/><CS:subscribed/></D:resourcetype>";
    const { path, answer } = await make(
      `${type}<CS:source><D:href>https://feeds.example/a.ics</D:href></CS:source><A:refreshrate>P1D</A:refreshrate><CS:subscribed-strip-alarms/>`,
      "D:mkcol",
    );
    expect(answer.status).toBe(201);
    const found = await find(
      path,
      "D:resourcetype",
      "CS:source",
      "A:refreshrate",
      "CS:subscribed-strip-alarms",
      "CS:subscribed-strip-todos",
    );
    expect(found.get("{DAV:}resourcetype")?.el.children.map(({ name }) => name)).toEqual([
      "{DAV:}collection",
      CS("subscribed"),
    ]);
    expect(found.get(CS("source"))?.el.children[0]?.text).toBe("https://feeds.example/a.ics");
    expect(found.get(CS("subscribed-strip-alarms"))?.status).toBe(200);
    expect(found.get(CS("subscribed-strip-todos"))?.status).toBe(404);
    expect((await put(world, `${path}a.ics`, lunch("a"))).status).toBe(403);
  });
});

describe("properties of a calendar", () => {
  const path = `${home}Cal/`;

  it("tells what the server takes (CAL-05, RFC 4791 5.2.4 to 5.2.9)", async () => {
    const found = await find(
      path,
      "C:max-resource-size",
      "C:min-date-time",
      "C:max-date-time",
      "C:max-instances",
      "C:max-attendees-per-instance",
      "C:supported-calendar-data",
      "C:supported-collation-set",
      "D:supported-report-set",
    );
    expect(found.get(C("max-resource-size"))?.el.text).toBe("100000");
    expect(found.get(C("min-date-time"))?.el.text).toBe("15000101T000000Z");
    expect(found.get(C("max-date-time"))?.el.text).toBe("29991231T235959Z");
    expect(found.get(C("max-instances"))?.el.text).toBe("500");
    expect(found.get(C("supported-calendar-data"))?.el.children[0]?.attrs.get("content-type")).toBe("text/calendar");
    const collations = found.get(C("supported-collation-set"))?.el.children.map(({ text }) => text);
    expect(collations).toEqual(expect.arrayContaining(["i;ascii-casemap", "i;octet"]));
    expect([...found.values()].every(({ status }) => status === 200)).toBe(true);
  });

  it("has no calendar-data outside of reports (RFC 4791 9.6)", async () => {
    await put(world, `${path}a.ics`, lunch("a"));
    expect((await find(`${path}a.ics`, "C:calendar-data")).get(C("calendar-data"))?.status).toBe(404);
  });

  it.each<[string, string]>([
    ["C:max-resource-size", "1"],
    ["C:supported-calendar-component-set", '<C:comp name="VTODO"/>'],
  ])("protects %s (CAL-24)", async (name, value) => {
    expect(await patch(path, `<${name}>${value}</${name}>`)).toEqual([403]);
  });

  it("keeps zone and zone id equal, whichever is set (CAL-73, RFC 7809 5.2)", async () => {
    expect(await patch(path, "<C:calendar-timezone-id>America/New_York</C:calendar-timezone-id>")).toEqual([200]);
    expect((await find(path, "C:calendar-timezone")).get(C("calendar-timezone"))?.el.text).toContain(
      "TZID:America/New_York\n",
    );
    expect(await patch(path, `<C:calendar-timezone>${ZONE.join("\n")}</C:calendar-timezone>`)).toEqual([200]);
    expect((await find(path, "C:calendar-timezone-id")).get(C("calendar-timezone-id"))?.el.text).toBe("Europe/Berlin");
    expect(await patch(path, "<C:calendar-timezone-id>Nowhere/Atlantis</C:calendar-timezone-id>")).toEqual([403]);
  });

  const ALARM = "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-PT15M\nEND:VALARM";
  it.each([
    ["one alarm", ALARM, 200],
    ["nothing", "", 200],
    ["two alarms", `${ALARM}\n${ALARM}`, 403],
    ["an event", "BEGIN:VEVENT\nEND:VEVENT", 403],
    ["an alarm that breaks out", `${ALARM}\nEND:VEVENT\nBEGIN:VEVENT`, 403],
    ["words", "remind me", 403],
  ])("takes %s as default alarm: %#", async (_, value, status) => {
    const name = "C:default-alarm-vevent-datetime";
    expect(await patch(path, `<${name}>${value}</${name}>`)).toEqual([status]);
    expect(await patch(home, `<${name}>${value}</${name}>`)).toEqual([status]);
  });

  it("takes default alarms on homes and calendars only (APL-15)", async () => {
    expect(await patch(`${home}inbox/`, "<C:default-alarm-vevent-date/>")).toEqual([403]);
  });

  it.each(["<C:opaque/><C:transparent/>", "", "<C:half/>"])(
    "takes no transparency %j (RFC 6638 9.1)",
    async (value) => {
      expect(await patch(path, `<C:schedule-calendar-transp>${value}</C:schedule-calendar-transp>`)).toEqual([403]);
    },
  );
});

describe("properties of home and inbox", () => {
  it("lists the sets a calendar may be made with (CAL-26)", async () => {
    const sets = (await find(home, "C:supported-calendar-component-sets")).get(C("supported-calendar-component-sets"));
    expect(sets?.el.children.every(({ name }) => name === C("supported-calendar-component-set"))).toBe(true);
    expect(sets?.el.children[1]?.children[0]?.attrs.get("name")).toBe("VTODO");
  });

  it("points to the default calendar, and can be told another (RFC 6638 9.2)", async () => {
    const inbox = `${home}inbox/`;
    const name = "C:schedule-default-calendar-URL";
    expect((await find(inbox, name)).get(C("schedule-default-calendar-URL"))?.status).toBe(404);
    expect(await patch(inbox, `<${name}><D:href>${home}Cal/</D:href></${name}>`)).toEqual([200]);
    expect((await find(inbox, name)).get(C("schedule-default-calendar-URL"))?.el.children[0]?.text).toBe(`${home}Cal/`);
    await world.db.rows(sql`update principal set default_calendar_id = null`);
  });

  it("keeps one availability under both names (CAL-133, CAL-134)", async () => {
    const inbox = `${home}inbox/`;
    const value =
      "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VAVAILABILITY\nUID:v\nDTSTAMP:20260101T000000Z\nEND:VAVAILABILITY\nEND:VCALENDAR";
    expect(await patch(inbox, `<CS:calendar-availability>${value}</CS:calendar-availability>`)).toEqual([200]);
    expect((await find(inbox, "C:calendar-availability")).get(C("calendar-availability"))?.el.text).toBe(value);
    expect(await patch(inbox, `<C:calendar-availability>${lunch("a")}</C:calendar-availability>`)).toEqual([403]);
    expect(await patch(inbox, "<C:calendar-free-busy-set><D:href>/</D:href></C:calendar-free-busy-set>")).toEqual([
      200,
    ]);
  });
});

const availability = (...parts: readonly string[]): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", ...parts, "END:VCALENDAR"].join("\n");
const unavailable = (uid: string, ...lines: readonly string[]): string =>
  ["BEGIN:VAVAILABILITY", `UID:${uid}`, "DTSTAMP:20260101T000000Z", ...lines, "END:VAVAILABILITY"].join("\n");
const OFFICE = ["BEGIN:AVAILABLE", "UID:o", "DTSTAMP:20260101T000000Z", "DTSTART:20260105T090000Z"];

describe("the availability of an inbox", () => {
  const set = (value: string) =>
    send(world, "PROPPATCH", `${home}inbox/`, {
      body: xml(
        "D:propertyupdate",
        `<D:set><D:prop><C:calendar-availability>${value}</C:calendar-availability></D:prop></D:set>`,
      ),
    });

  it("may have several components, with parts that recur (CAL-131, CAL-133, RFC 7953 3.1)", async () => {
    const value = availability(
      unavailable("a", ...OFFICE, "DURATION:PT8H", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU", "END:AVAILABLE"),
      unavailable("b", "PRIORITY:1", "DTSTART:20260801T000000Z", "DURATION:P7D", "BUSYTYPE:BUSY"),
    );
    expect(told(await set(value))[0]?.props.get(C("calendar-availability"))?.status).toBe(200);
    expect((await find(`${home}inbox/`, "C:calendar-availability")).get(C("calendar-availability"))?.el.text).toBe(
      value,
    );
  });

  it.each([
    ["no calendar", "hello", "valid-calendar-data"],
    ["an event beside it", availability(unavailable("a"), lunch("b")), "valid-calendar-data"],
    ["zones alone", ZONE.join("\n"), "valid-calendar-data"],
    [
      "a part without a start",
      availability(unavailable("a", ...OFFICE.slice(0, 3), "END:AVAILABLE")),
      "valid-calendar-data",
    ],
    [
      "a part without a UID",
      availability(unavailable("a", "BEGIN:AVAILABLE", "DTSTART:20260105T090000Z", "END:AVAILABLE")),
      "valid-calendar-data",
    ],
    [
      "a part with two ends",
      availability(unavailable("a", ...OFFICE, "DURATION:PT1H", "DTEND:20260105T100000Z", "END:AVAILABLE")),
      "valid-calendar-data",
    ],
    ["a length without a start", availability(unavailable("a", "DURATION:PT1H")), "valid-calendar-data"],
    ["one UID twice", availability(unavailable("a"), unavailable("a")), "valid-calendar-object-resource"],
    ["an unknown zone", availability(unavailable("a", "DTSTART;TZID=Nowhere/Land:20260801T000000")), "valid-timezone"],
    [
      "an unknown calendar system",
      availability(unavailable("a", ...OFFICE, "RRULE:RSCALE=MAYAN;FREQ=DAILY", "END:AVAILABLE")),
      "supported-rscale",
    ],
  ])("cannot be %s (CAL-131, CAL-133, RFC 7953 7.2.4)", async (_, value, condition) => {
    const answer = await set(value);
    expect(told(answer)[0]?.props.get(C("calendar-availability"))?.status).toBe(403);
    expect(answer.text).toContain(`:${condition}`);
  });
});

describe("calendar systems of recurrence rules", () => {
  it.each([home, `${home}Cal/`])("are told by %s (CAL-57, RFC 7529 10.1)", async (path) => {
    const found = (await find(path, "C:supported-rscale-set")).get(C("supported-rscale-set"));
    const names = found?.el.children.map(({ name, text }) => (name === C("supported-rscale") ? text : name));
    expect(found?.status).toBe(200);
    expect(names).toEqual(expect.arrayContaining(["GREGORIAN", "CHINESE", "ETHIOPIC", "HEBREW"]));
  });
});

import { maskOf, type Right } from "@kalends/acl";
import { type CollectionId, sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  addCollection,
  calendar,
  conditionIn,
  event,
  grant,
  limits,
  lunch,
  openWorld,
  put,
  report,
  send,
  tokenOf,
  type World,
} from "../../test/world.js";

let world: World;
let number = 0;
let id: CollectionId;
let home: string;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.db.close());
beforeEach(async () => {
  world.limits = limits;
  number += 1;
  home = `/CalDAV/~ann/Cal${number}/`;
  id = await addCollection(world, "ann", `Cal${number}`);
});

const cal = (local: string) => `{urn:ietf:params:xml:ns:caldav}${local}`;
const DTSTART = "DTSTART:20260110T120000Z";

describe("PUT of a calendar object", () => {
  it("creates with 201 and replaces with 204, in two statements and then in one, the tag told each time (CAL-35, DAV-60)", async () => {
    const made = await put(world, `${home}a.ics`, lunch("a"), { "if-none-match": "*" });
    expect(made).toMatchObject({ status: 201, text: "" });
    expect(made.headers.ETag).toMatch(/^"[\w-]{20,}"$/);
    expect(made.statements).toBe(2);
    const changed = await put(world, `${home}a.ics`, lunch("a").replace("Lunch", "Dinner"), {
      "if-match": made.headers.ETag ?? "",
    });
    expect(changed.status).toBe(204);
    expect(changed.headers.ETag).not.toBe(made.headers.ETag);
    expect(changed.statements).toBe(1);
    const read = await send(world, "GET", `${home}a.ics`);
    expect(read.text).toBe(lunch("a").replace("Lunch", "Dinner"));
    expect(read.headers).toMatchObject({
      ETag: changed.headers.ETag,
      "Content-Type": "text/calendar; charset=utf-8; component=vevent",
    });
  });

  it("changes neither tag nor token when the same octets come again (SYNC-82)", async () => {
    const made = await put(world, `${home}a.ics`, lunch("a"));
    const token = await tokenOf(world, home);
    const again = await put(world, `${home}a.ics`, lunch("a"));
    expect(again).toMatchObject({ status: 204, headers: { ETag: made.headers.ETag } });
    expect(await tokenOf(world, home)).toBe(token);
  });

  it("keeps back the tag when the stored octets differ from those sent (CAL-35, CAL-36)", async () => {
    const answer = await put(world, `${home}a.ics`, lunch("a").replaceAll("\r\n", "\n"));
    expect(answer.status).toBe(201);
    expect(answer.headers.ETag).toBeUndefined();
    expect((await send(world, "GET", `${home}a.ics`)).text).toBe(lunch("a"));
  });

  it("gives back what it stored when asked for it (DAV-113)", async () => {
    const answer = await put(world, `${home}a.ics`, lunch("a").replaceAll("\r\n", "\n"), {
      prefer: "return=representation",
    });
    expect(answer).toMatchObject({ status: 201, text: lunch("a") });
    expect(answer.headers).toMatchObject({
      "Content-Location": `${home}a.ics`,
      "Preference-Applied": "return=representation",
    });
    expect(answer.headers.ETag).toBeDefined();
  });

  it.each([
    ["another tag", { "if-match": '"other"' }],
    ["any tag there", { "if-none-match": "*" }],
    ["a list without a tag", { if: '(["other"])' }],
  ])("answers 412 to %s and changes nothing (DAV-08)", async (_, headers) => {
    await put(world, `${home}a.ics`, lunch("a"));
    const token = await tokenOf(world, home);
    expect((await put(world, `${home}a.ics`, lunch("a").replace("Lunch", "X"), headers)).status).toBe(412);
    expect((await send(world, "GET", `${home}a.ics`)).text).toBe(lunch("a"));
    expect(await tokenOf(world, home)).toBe(token);
  });

  it("answers 412 to If-Match where nothing is (DAV-08)", async () => {
    expect((await put(world, `${home}a.ics`, lunch("a"), { "if-match": "*" })).status).toBe(412);
  });

  it.each([
    ["none", undefined],
    ["octet-stream", "application/octet-stream"],
    ["a form", "application/x-www-form-urlencoded"],
    ["parameters", "Text/Calendar;charset=utf-8;component=VEVENT"],
  ])("takes iCalendar sent with a media type of %s (CAL-37)", async (_, type) => {
    const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
    expect((await send(world, "PUT", `${home}a.ics`, { body: lunch("a"), headers })).status).toBe(201);
  });

  it("answers 409 where there is no calendar to hold it (DAV-61)", async () => {
    expect((await put(world, "/CalDAV/~ann/Nowhere/Deep/a.ics", lunch("a"))).status).toBe(409);
  });

  it("refuses parts of an object (DAV-62)", async () => {
    expect((await put(world, `${home}a.ics`, lunch("a"), { "content-range": "bytes 0-10/20" })).status).toBe(400);
  });
});

const attendees = Array.from({ length: 6 }, (_, i) => `ATTENDEE:mailto:a${i}@mail.example`);
const recurring = (uid: string) => event(uid, DTSTART, "RRULE:FREQ=DAILY");

/** Each breaks one precondition of an otherwise good calendar that holds `held.ics` with UID `held` (RFC 4791 5.3.2.1). */
type Break = readonly [condition: string, status: number, body: string, name?: string];
const breaks: readonly Break[] = [
  ["supported-calendar-data", 403, "<icalendar/>"],
  ["supported-calendar-data", 403, lunch("a").replace("VERSION:2.0", "VERSION:1.0")],
  ["max-resource-size", 403, event("a", DTSTART, `DESCRIPTION:${"x".repeat(100_000)}`)],
  ["valid-calendar-data", 403, lunch("a").replace("END:VEVENT", "END:VTODO")],
  ["valid-calendar-data", 403, event("a", "DTSTART:20260231T120000Z")],
  ["valid-calendar-data", 403, event("a", "SUMMARY:no start")],
  ["valid-calendar-object-resource", 403, lunch("a").replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:REQUEST")],
  [
    "valid-calendar-object-resource",
    403,
    calendar("BEGIN:VEVENT", "UID:a", DTSTART, "END:VEVENT", "BEGIN:VEVENT", "UID:b", DTSTART, "END:VEVENT"),
  ],
  [
    "valid-calendar-object-resource",
    403,
    calendar("BEGIN:VEVENT", "UID:a", DTSTART, "END:VEVENT", "BEGIN:VEVENT", "UID:a", DTSTART, "END:VEVENT"),
  ],
  [
    "valid-calendar-object-resource",
    403,
    calendar("BEGIN:VEVENT", "UID:a", DTSTART, "END:VEVENT", "BEGIN:VTODO", "UID:a", "END:VTODO"),
  ],
  ["valid-calendar-object-resource", 403, calendar()],
  ["supported-calendar-component", 403, calendar("BEGIN:VTODO", "UID:a", "DTSTAMP:20260101T000000Z", "END:VTODO")],
  ["no-uid-conflict", 409, lunch("held")],
  ["no-uid-conflict", 409, lunch("other"), "held.ics"],
  ["min-date-time", 403, event("a", "DTSTART:14000101T000000Z")],
  ["max-date-time", 403, event("a", "DTSTART:35000101T000000Z")],
  ["max-attendees-per-instance", 403, event("a", DTSTART, "ORGANIZER:mailto:ann@mail.example", ...attendees)],
  ["max-instances", 403, event("a", DTSTART, "RRULE:FREQ=DAILY;COUNT=501")],
  ["valid-timezone", 403, event("a", "DTSTART;TZID=Nowhere/Atlantis:20260110T120000")],
  ["supported-rscale", 403, event("a", DTSTART, "RRULE:RSCALE=MAYAN;FREQ=YEARLY")],
];
const broken = breaks.map(([condition, status, body, name = "new.ics"]) => ({ condition, status, body, name }));

describe("preconditions of PUT (CAL-30)", () => {
  it.each(broken)(
    "refuses with $condition ($status) and leaves object and token untouched",
    async ({ condition, status, body, name }) => {
      await addCollection(world, "ann", `Events${number}`, "calendar", ["VEVENT"]);
      const path = `/CalDAV/~ann/Events${number}/`;
      await put(world, `${path}held.ics`, lunch("held"));
      const token = await tokenOf(world, path);
      const answer = await put(
        world,
        `${path}${name}`,
        body,
        body.startsWith("<") ? { "content-type": "application/xml" } : {},
      );
      expect({ status: answer.status, condition: conditionIn(answer) }).toEqual({ status, condition: cal(condition) });
      expect(await tokenOf(world, path)).toBe(token);
      expect((await send(world, "GET", `${path}held.ics`)).text).toBe(lunch("held"));
      expect((await send(world, "GET", `${path}new.ics`)).status).toBe(404);
    },
  );

  it("accepts a rule without end: only explicit dates are bounded (RFC 4791 5.2.7)", async () => {
    expect((await put(world, `${home}a.ics`, recurring("a"))).status).toBe(201);
  });

  it("names the holder of a UID to those who may read, and to nobody else (CAL-32)", async () => {
    const id = await addCollection(world, "ann", `Drop${number}`);
    await grant(world, id, "bob", maskOf("l", "i"));
    const path = `/CalDAV/~ann/Drop${number}/`;
    await put(world, `${path}held.ics`, lunch("held"));
    expect((await put(world, `${path}b.ics`, lunch("held"))).text).toContain(`<D:href>${path}held.ics</D:href>`);
    const blind = await put(world, `${path}b.ics`, lunch("held"), {}, "bob");
    expect(conditionIn(blind)).toBe(cal("no-uid-conflict"));
    expect(blind.text).not.toContain("held.ics");
  });

  it("refuses one object more than a calendar may hold, not the change of one there (RFC 4331 6)", async () => {
    world.limits = { ...limits, objectsPerCalendar: 1 };
    await put(world, `${home}a.ics`, lunch("a"));
    const answer = await put(world, `${home}b.ics`, lunch("b"));
    expect({ status: answer.status, condition: conditionIn(answer) }).toEqual({
      status: 507,
      condition: "{DAV:}quota-not-exceeded",
    });
    expect((await put(world, `${home}a.ics`, lunch("a").replace("Lunch", "X"))).status).toBe(204);
    await send(world, "DELETE", `${home}a.ics`);
    expect((await put(world, `${home}b.ics`, lunch("b"))).status).toBe(201);
  });

  it("has room where the calendar's row knows no better than a count (RFC 4331 6)", async () => {
    world.limits = { ...limits, objectsPerCalendar: 3 };
    await world.db.rows(sql`update collection set members = 9 where id = ${id}`);
    expect((await put(world, `${home}a.ics`, lunch("a"))).status).toBe(201);
    expect(await put(world, `${home}b.ics`, lunch("b"))).toMatchObject({ status: 201, statements: 2 });
  });
});

describe("rights of PUT and DELETE", () => {
  it.each([
    ["Insert alone adds", "li", 201, 403],
    ["Insert and Delete replace", "lid", 201, 204],
    ["Read alone does neither", "lr", 403, 403],
    ["who sees nothing meets nothing", "", 409, 404],
  ])("%s (RFC 3744 appendix B)", async (_, letters, adding, replacing) => {
    const id = await addCollection(world, "ann", `Team${number}`);
    const path = `/CalDAV/~ann/Team${number}/`;
    await grant(world, id, "bob", maskOf(...([...letters] as Right[])));
    await put(world, `${path}held.ics`, lunch("held"));
    expect((await put(world, `${path}new.ics`, lunch("new"), {}, "bob")).status).toBe(adding);
    const replaced = await put(world, `${path}held.ics`, lunch("held").replace("Lunch", "X"), {}, "bob");
    expect([replacing, replacing === 404 ? 409 : replacing]).toContain(replaced.status);
  });
});

describe("DELETE of a calendar object", () => {
  it("removes it once; the second time there is nothing (DAV-70)", async () => {
    await put(world, `${home}a.ics`, lunch("a"));
    const gone = await send(world, "DELETE", `${home}a.ics`);
    expect(gone.status).toBe(204);
    expect(gone.statements).toBe(1);
    expect((await send(world, "DELETE", `${home}a.ics`)).status).toBe(404);
    expect((await send(world, "GET", `${home}a.ics`)).status).toBe(404);
  });

  it("answers 412 to another tag and keeps the object (DAV-08)", async () => {
    await put(world, `${home}a.ics`, lunch("a"));
    expect((await send(world, "DELETE", `${home}a.ics`, { headers: { "if-match": '"other"' } })).status).toBe(412);
    expect((await send(world, "GET", `${home}a.ics`)).status).toBe(200);
  });

  it("is told to a client that syncs (SYNC-80)", async () => {
    await put(world, `${home}a.ics`, lunch("a"));
    const token = await tokenOf(world, home);
    await send(world, "DELETE", `${home}a.ics`);
    const body = `<D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>`;
    expect((await report(world, home, "D:sync-collection", body)).text).toMatch(
      /a\.ics<\/D:href><D:status>HTTP\/1\.1 404/,
    );
  });

  it("takes a whole calendar with everything in it (RFC 4918 9.6.1)", async () => {
    await put(world, `${home}a.ics`, lunch("a"));
    expect((await send(world, "DELETE", home)).status).toBe(204);
    expect((await send(world, "GET", `${home}a.ics`)).status).toBe(404);
  });
});

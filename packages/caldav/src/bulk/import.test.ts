import { maskOf } from "@kalends/acl";
import { cs, dav } from "@kalends/dav-xml";
import { refuse } from "@kalends/dav-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  addCollection,
  type Answer,
  calendar,
  grant,
  limits,
  lunch,
  openWorld,
  put,
  send,
  TEXT_CALENDAR,
  told,
  tokenOf,
  type World,
  xml,
} from "../../test/world.js";
import { CALENDAR_DATA } from "../calendar-data.js";
import { MaxAttendeesPerInstance } from "../conditions.js";
import type { ObjectGuard } from "../write/guards.js";

/** Refuses what is called "forbidden", rewrites "secret", and lets others get in between. */
let act: (() => Promise<unknown>) | undefined;
const guard: ObjectGuard = {
  name: "strict",
  async check({ after }) {
    const now = act;
    act = undefined;
    await now?.();
    if (after?.includes("forbidden")) refuse(MaxAttendeesPerInstance, undefined);
    return after?.includes("secret") ? { rewritten: after.replaceAll("secret", "private") } : undefined;
  },
};

let world: World;
let number = 0;
let id: Awaited<ReturnType<typeof addCollection>>;
let home: string;

beforeAll(async () => {
  world = await openWorld({ guards: [guard], emit: [] });
});
afterAll(() => world.db.close());
beforeEach(async () => {
  world.limits = limits;
  number += 1;
  home = `/CalDAV/~ann/Cal${number}/`;
  id = await addCollection(world, "ann", `Cal${number}`);
});

const CTAG = "http://me.com/_namespace/ctag/";
const component = (uid: string, ...lines: readonly string[]) =>
  ["BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT"].join("\r\n");
const at = "DTSTART:20260110T120000Z";
const many = (count: number) => calendar(...Array.from({ length: count }, (_, n) => component(`e${n}`, at)));
const post = (body: string, headers: Readonly<Record<string, string>> = {}, as = "ann") =>
  send(world, "POST", home, { as, body, headers: { ...TEXT_CALENDAR, ...headers } });
const propsOf = (answer: Answer, n: number) => told(answer)[n]?.props;
const errorOf = (answer: Answer, n: number) => answer.text.split("<D:response>")[n + 1] ?? "";

describe("simple import", () => {
  it("stores each UID under a name of its own, with the zones it needs (APL-02)", async () => {
    const zone = (name: string) =>
      ["BEGIN:VTIMEZONE", `TZID:${name}`, "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100"].concat([
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "END:VTIMEZONE",
      ]);
    const override = component("a", "RECURRENCE-ID;TZID=X1:20260117T120000", "DTSTART;TZID=X1:20260117T130000");
    const master = component("a", "DTSTART;TZID=X1:20260110T120000", "RRULE:FREQ=WEEKLY;COUNT=3");
    const answer = await post(calendar(...zone("X1"), ...zone("X2"), master, component("b", at), override));
    expect(told(answer).map(({ href }) => href)).toEqual([`${home}a.ics`, `${home}b.ics`]);
    const [a, b] = [await send(world, "GET", `${home}a.ics`), await send(world, "GET", `${home}b.ics`)];
    expect(a.text).toContain("RECURRENCE-ID");
    expect(a.text).toContain("TZID:X1");
    expect(a.text + b.text).not.toContain("TZID:X2");
    expect(b.text).not.toContain("VTIMEZONE");
  });

  it("tells UID and tag of what is stored as it was sent (APL-03)", async () => {
    const answer = await post(calendar(component("a", at), component("b", at)));
    const read = await send(world, "GET", `${home}a.ics`);
    expect(propsOf(answer, 0)?.get(cs("uid"))).toMatchObject({ status: 200, el: { text: "a" } });
    expect(propsOf(answer, 0)?.get(dav("getetag"))?.el.text).toBe(read.headers.ETag);
    expect([...(propsOf(answer, 0)?.keys() ?? [])]).toEqual([cs("uid"), dav("getetag")]);
  });

  it("keeps back the tag of what it changed, or gives tag and text when asked (APL-03)", async () => {
    const text = (uid: string) => calendar(component(uid, at, "SUMMARY:secret"), component(`${uid}2`, at));
    const plain = await post(text("a"));
    expect([...(propsOf(plain, 0)?.keys() ?? [])]).toEqual([cs("uid")]);
    const given = await post(text("b"), { "x-mobileme-dav-options": "return-changed-data" });
    expect([...(propsOf(given, 0)?.keys() ?? [])]).toEqual([cs("uid"), dav("getetag"), CALENDAR_DATA]);
    expect(propsOf(given, 0)?.get(CALENDAR_DATA)?.el.text).toContain("SUMMARY:private");
    expect(propsOf(given, 1)?.has(CALENDAR_DATA)).toBe(false);
  });

  it("tells what failed with its reason and UID, and stores the others all the same (APL-04, APL-09)", async () => {
    await put(world, `${home}there.ics`, lunch("taken"));
    const parts = [component("taken", at), component("bad"), component("c", at, "SUMMARY:forbidden")];
    const answer = await post(calendar(...parts, component("good", at)));
    expect(told(answer).map(({ href, status }) => [href, status])).toEqual([
      ["", 409],
      ["", 403],
      ["", 403],
      [`${home}good.ics`, 0],
    ]);
    expect(errorOf(answer, 0)).toContain(
      `<D:error><C:no-uid-conflict><D:href>${home}there.ics</D:href></C:no-uid-conflict><CS:uid>taken</CS:uid></D:error>`,
    );
    expect(errorOf(answer, 1)).toContain("<D:error><C:valid-calendar-data/><CS:uid>bad</CS:uid></D:error>");
    expect(errorOf(answer, 2)).toContain("<C:max-attendees-per-instance/><CS:uid>c</CS:uid>");
    expect((await send(world, "GET", `${home}good.ics`)).status).toBe(200);
    expect((await send(world, "GET", `${home}c.ics`)).status).toBe(404);
  });

  it("takes a constant number of statements, whatever the number of objects (APL-02)", async () => {
    const [few, lots] = [await post(many(2)), await post(many(60).replaceAll("UID:e", "UID:f"))];
    expect([told(few).length, told(lots).length]).toEqual([2, 60]);
    expect(lots.statements).toBe(few.statements);
    expect(lots.statements).toBeLessThanOrEqual(6);
  });

  it("announces its limits and keeps to them as a whole (APL-01, APL-08)", async () => {
    world.limits = { ...limits, bulkResources: 3, bulkSize: 5000, objectSize: 1000 };
    const body = xml("D:propfind", '<D:prop><x:bulk-requests xmlns:x="http://me.com/_namespace/"/></D:prop>');
    const property = await send(world, "PROPFIND", home, { headers: { depth: "0" }, body });
    const bounds = "<ME:max-resources>3</ME:max-resources><ME:max-bytes>5000</ME:max-bytes>";
    expect(property.text).toContain(`<ME:simple>${bounds}</ME:simple><ME:crud>${bounds}</ME:crud>`);
    const token = await tokenOf(world, home);
    expect((await post(many(4))).status).toBe(403);
    expect((await post(many(3).replace("UID:e0", `UID:e0\r\nSUMMARY:${"x".repeat(5000)}`))).status).toBe(413);
    expect(await tokenOf(world, home)).toBe(token);
    expect(told(await post(many(3)))).toHaveLength(3);
  });

  it("tells those that find no room (APL-09, RFC 4331 6)", async () => {
    world.limits = { ...limits, objectsPerCalendar: 2 };
    expect(told(await post(many(3))).map(({ status, error }) => [status, error])).toEqual([
      [0, undefined],
      [0, undefined],
      [507, dav("quota-not-exceeded")],
    ]);
  });

  it("holds the CTag in If, escaped or not, and tells the new ones (APL-07, SYNC-72)", async () => {
    const old = await tokenOf(world, home);
    const stored = await post(many(2), { if: `(<${CTAG}${encodeURIComponent(old)}>)` });
    expect(told(stored)).toHaveLength(2);
    expect(stored.headers).toMatchObject({
      CTag: await tokenOf(world, home),
      "Home-CTag": await tokenOf(world, "/CalDAV/~ann/"),
    });
    const late = await post(many(2).replaceAll("UID:e", "UID:f"), { if: `(<${CTAG}${old}>)` });
    expect(late.status).toBe(412);
    expect(late.text).toContain("<ME:ctag-ok/>");
    expect((await send(world, "GET", `${home}f0.ics`)).status).toBe(404);
    const now = await tokenOf(world, home);
    act = () => put(world, `${home}other.ics`, lunch("other"));
    const raced = await post(many(2).replaceAll("UID:e", "UID:g"), { if: `(<${CTAG}${now}>)` });
    expect([raced.status, raced.text.includes("ctag-ok")]).toEqual([412, true]);
    expect((await send(world, "GET", `${home}g0.ics`)).status).toBe(404);
    const odd = await post(many(2), { if: `(<${CTAG}%>)` });
    expect(odd.status).toBe(412);
  });

  it("judges again what others changed meanwhile (APL-09, SYNC-83)", async () => {
    act = () => put(world, `${home}x.ics`, lunch("e1"));
    const answer = await post(many(2));
    expect(told(answer).map(({ href, status }) => [href, status])).toEqual([
      [`${home}e0.ics`, 0],
      ["", 409],
    ]);
  });

  it("takes one object as a new member, unless the request says that it is an import (APL-01, DAV-144)", async () => {
    expect((await post(lunch("one"))).status).toBe(201);
    const bulk = await post(lunch("two"), { "x-mobileme-dav-options": "return-changed-data" });
    expect(told(bulk).map(({ href }) => href)).toEqual([`${home}two.ics`]);
  });

  it("is refused as a whole when it is no calendar, a message, or without the right (APL-09)", async () => {
    const token = await tokenOf(world, home);
    expect((await post("BEGIN:VCALENDAR\r\n", { "x-mobileme-dav-options": "x" })).status).toBe(403);
    expect((await post(many(2).replace("BEGIN:VEVENT", "METHOD:REQUEST\r\n$&"))).status).toBe(403);
    await grant(world, id, "bob", maskOf("l", "r"));
    expect((await post(many(2), {}, "bob")).status).toBe(403);
    expect(await tokenOf(world, home)).toBe(token);
  });
});

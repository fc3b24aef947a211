import { maskOf } from "@kalends/acl";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  addCollection,
  conditionIn,
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

let world: World;
let number = 0;
let id: Awaited<ReturnType<typeof addCollection>>;
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

const post = (body: string, headers: Readonly<Record<string, string>> = {}, as = "ann", path = home) =>
  send(world, "POST", path, { as, body, headers: { ...TEXT_CALENDAR, ...headers } });
const cal = (local: string) => `{urn:ietf:params:xml:ns:caldav}${local}`;

/** Without the sentence for people: PUT stops reading where POST, which takes whole files, can count the octets. */
const unexplained = (body: string): string => body.replace(/<D:responsedescription>[^<]*<\/D:responsedescription>/, "");

describe("POST of a calendar object", () => {
  it("stores it under a name made of its UID, with the statements and the tag of a PUT (DAV-144, CAL-35)", async () => {
    const made = await post(lunch("a@x.example"));
    expect(made).toMatchObject({ status: 201, text: "", headers: { Location: `${home}a@x.example.ics` } });
    const [statements, asPut] = [made.statements, await put(world, `${home}other.ics`, lunch("other"))];
    expect(statements).toBe(asPut.statements);
    const read = await send(world, "GET", made.headers.Location ?? "");
    expect(read).toMatchObject({ status: 200, text: lunch("a@x.example"), headers: { ETag: made.headers.ETag } });
  });

  it("takes a new name where that one is taken, and one of its own for a UID that makes none (DAV-144)", async () => {
    await put(world, `${home}a.ics`, lunch("b"));
    const made = await post(lunch("a"));
    expect(made).toMatchObject({ status: 201, headers: { Location: `${home}new.ics` } });
    expect((await send(world, "GET", `${home}a.ics`)).text).toBe(lunch("b"));
    const odd = await post(lunch("x/../y"));
    expect(odd.headers.Location).toMatch(/\/[0-9a-f]{40}\.ics$/);
  });

  it("keeps the tag back where the octets were changed, or gives them back (DAV-144, DAV-113, CAL-35)", async () => {
    const sent = lunch("a").replaceAll("\r\n", "\n");
    expect((await post(sent)).headers.ETag).toBeUndefined();
    const given = await post(lunch("b").replaceAll("\r\n", "\n"), { prefer: "return=representation" });
    expect(given).toMatchObject({ status: 201, text: lunch("b") });
    expect(given.headers).toMatchObject({ Location: `${home}b.ics`, "Content-Location": `${home}b.ics` });
    expect(given.headers.ETag).toBeDefined();
  });

  it.each<[string, number, string, () => string]>([
    ["no calendar", 403, "valid-calendar-data", () => "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"],
    ["a METHOD", 403, "valid-calendar-object-resource", () => lunch("a").replace("BEGIN:VEVENT", "METHOD:ADD\r\n$&")],
    ["another component", 403, "supported-calendar-component", () => lunch("a").replaceAll("VEVENT", "VFREEBUSY")],
    ["too early a date", 403, "min-date-time", () => lunch("a").replaceAll("20260110", "00010110")],
    ["a wild rule", 403, "max-instances", () => lunch("a").replace("SUMMARY", "RRULE:FREQ=SECONDLY\r\nSUMMARY")],
    ["too many octets", 403, "max-resource-size", () => lunch("a").replace("Lunch", "x".repeat(limits.objectSize))],
  ])("refuses %s just as PUT does (DAV-144, CAL-30)", async (_what, status, condition, text) => {
    const token = await tokenOf(world, home);
    const [posted, stored] = [await post(text()), await put(world, `${home}x.ics`, text())];
    expect(posted.status).toBe(status);
    expect(conditionIn(posted)).toBe(cal(condition));
    expect(unexplained(posted.text)).toBe(unexplained(stored.text));
    expect(await tokenOf(world, home)).toBe(token);
  });

  it("names the object that has the UID already, and tells when there is no room (DAV-144, CAL-05)", async () => {
    await put(world, `${home}b.ics`, lunch("u"));
    const taken = await post(lunch("u"));
    expect(taken.status).toBe(409);
    expect(taken.text).toContain(`<C:no-uid-conflict><D:href>${home}b.ics</D:href></C:no-uid-conflict>`);
    expect((await post(lunch("a"))).status).toBe(201);
    expect((await post(lunch("a"))).status).toBe(409);
    world.limits = { ...limits, objectsPerCalendar: 2 };
    expect(await post(lunch("c"))).toMatchObject({ status: 507, text: expect.stringContaining("quota-not-exceeded") });
  });

  it("takes Insert on the calendar, and is not there for strangers (DAV-145, ACL-71)", async () => {
    expect((await post(lunch("a"), {}, "bob")).status).toBe(404);
    await grant(world, id, "bob", maskOf("l", "r"));
    const refused = await post(lunch("a"), {}, "bob");
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("<D:bind/>");
    await grant(world, id, "bob", maskOf("l", "i"));
    expect((await post(lunch("a"), {}, "bob")).status).toBe(201);
  });

  it("keeps to the sync token in If, also when the name is taken (SYNC-70, SYNC-72)", async () => {
    const token = await tokenOf(world, home);
    await put(world, `${home}a.ics`, lunch("b"));
    expect((await post(lunch("a"), { if: `(<${token}>)` })).status).toBe(412);
    const now = await tokenOf(world, home);
    expect((await post(lunch("a"), { if: `(<${now}>)` })).status).toBe(201);
  });

  it("is announced by a property that allprop leaves out (DAV-145)", async () => {
    const ask = async (body: string) =>
      (await send(world, "PROPFIND", home, { headers: { depth: "0" }, body: xml("D:propfind", body) })).text;
    expect(await ask("<D:prop><D:add-member/></D:prop>")).toContain(`<D:add-member><D:href>${home}</D:href>`);
    expect(await ask("<D:allprop/>")).not.toContain("add-member");
    expect(await ask("<D:prop><D:supported-live-property-set/></D:prop>")).toContain(
      "<D:prop><D:add-member/></D:prop>",
    );
    const options = await send(world, "OPTIONS", home);
    expect(options.headers.Allow).toContain("POST");
  });

  it("knows no other body, and no other place (DAV-146)", async () => {
    const other = (type: string, body: string) => post(body, { "content-type": type });
    expect((await other("text/plain", "x")).status).toBe(415);
    expect((await other("application/xml", xml("D:nothing", ""))).status).toBe(400);
    expect((await other("application/xml", "")).status).toBe(400);
    expect((await post(lunch("a"), {}, "ann", "/CalDAV/~ann/")).status).toBe(405);
    await put(world, `${home}a.ics`, lunch("a"));
    expect((await post(lunch("b"), {}, "ann", `${home}a.ics`)).status).toBe(405);
    expect(told(await send(world, "PROPFIND", home, { headers: { depth: "1" } }))).toHaveLength(2);
  });
});

import { maskOf } from "@kalends/acl";
import { sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  addCollection,
  conditionIn,
  event,
  grant,
  limits,
  lunch,
  names,
  openWorld,
  put,
  report,
  send,
  tokenOf,
  type World,
  xml,
} from "../../test/world.js";

let world: World;
let number = 0;
let here: string;
let there: string;
let ids: { here: number; there: number };

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.db.close());
beforeEach(async () => {
  world.limits = limits;
  number += 1;
  here = `/CalDAV/~ann/Here${number}/`;
  there = `/CalDAV/~ann/There${number}/`;
  ids = {
    here: await addCollection(world, "ann", `Here${number}`),
    there: await addCollection(world, "ann", `There${number}`),
  };
  await put(world, `${here}a.ics`, lunch("a"));
});

const to = (destination: string, headers: Readonly<Record<string, string>> = {}) => ({
  headers: { destination, ...headers },
});
const move = (from: string, destination: string, headers = {}, as = "ann") =>
  send(world, "MOVE", from, { ...to(destination, headers), as });
const copy = (from: string, destination: string, headers = {}, as = "ann") =>
  send(world, "COPY", from, { ...to(destination, headers), as });
const read = async (path: string) => (await send(world, "GET", path)).text;
const statusOf = async (path: string) => (await send(world, "GET", path)).status;
const syncFrom = (path: string, token: string) =>
  report(
    world,
    path,
    "D:sync-collection",
    `<D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>`,
    "0",
  );
const createdAt = async (collection: number, name: string) =>
  (
    await world.db.one<{ at: number }>(
      sql`select created_at as at from object where collection_id = ${collection}::bigint and name = ${name}`,
    )
  )?.at;

describe("MOVE of a calendar object", () => {
  it("takes it to another calendar in eight statements: gone there, here the same octets and tag (DAV-74, DAV-75)", async () => {
    const tag = (await send(world, "GET", `${here}a.ics`)).headers.ETag;
    const moved = await move(`${here}a.ics`, `https://mail.example${there}b.ics`);
    expect(moved).toMatchObject({ status: 201, text: "", headers: { Location: `${there}b.ics` }, statements: 8 });
    expect(await statusOf(`${here}a.ics`)).toBe(404);
    const found = await send(world, "GET", `${there}b.ics`);
    expect([found.text, found.headers.ETag]).toEqual([lunch("a"), tag]);
  });

  it("is a removal for one calendar and a change for the other (SYNC-18, DAV-81)", async () => {
    const tokens = [await tokenOf(world, here), await tokenOf(world, there)] as const;
    await move(`${here}a.ics`, `${there}a.ics`);
    const left = await syncFrom(here, tokens[0]);
    expect(names(left)).toEqual(["a.ics"]);
    expect(left.text).toContain("404 Not Found");
    const arrived = await syncFrom(there, tokens[1]);
    expect(names(arrived)).toEqual(["a.ics"]);
    expect(arrived.text).toContain("getetag");
  });

  it("keeps the time of creation and the dead properties, and leaves none behind (DAV-75)", async () => {
    await world.db.rows(sql`update object set created_at = '2020-02-02T02:02:02.5Z' where collection_id = ${ids.here}`);
    const set = xml("D:propertyupdate", '<D:set><D:prop><x xmlns="urn:x">kept</x></D:prop></D:set>');
    await send(world, "PROPPATCH", `${here}a.ics`, { body: set, headers: { "content-type": "text/xml" } });
    await move(`${here}a.ics`, `${there}a.ics`);
    expect(await createdAt(ids.there, "a.ics")).toBe(Date.UTC(2020, 1, 2, 2, 2, 2, 500));
    const find = { headers: { depth: "0" }, body: xml("D:propfind", '<D:prop><x xmlns="urn:x"/></D:prop>') };
    expect((await send(world, "PROPFIND", `${there}a.ics`, find)).text).toContain("kept");
    await put(world, `${here}a.ics`, lunch("new"));
    expect((await send(world, "PROPFIND", `${here}a.ics`, find)).text).not.toContain("kept");
  });

  it("renames inside one calendar in seven statements, however full it is (DAV-81, RFC 4918 9.9)", async () => {
    world.limits = { ...limits, objectsPerCalendar: 1 };
    const token = await tokenOf(world, here);
    expect(await move(`${here}a.ics`, `${here}z.ics`)).toMatchObject({ status: 201, statements: 7 });
    expect(names(await syncFrom(here, token))).toEqual(["a.ics", "z.ics"]);
    expect(await read(`${here}z.ics`)).toBe(lunch("a"));
  });

  it("replaces an object of the same UID with 204, and not with Overwrite F (DAV-72, DAV-74)", async () => {
    await put(world, `${there}a.ics`, lunch("a").replace("Lunch", "Older"));
    const token = await tokenOf(world, there);
    expect((await move(`${here}a.ics`, `${there}a.ics`, { overwrite: "F" })).status).toBe(412);
    expect([await statusOf(`${here}a.ics`), await tokenOf(world, there)]).toEqual([200, token]);
    expect((await move(`${here}a.ics`, `${there}a.ics`, { overwrite: "T" })).status).toBe(204);
    expect(await read(`${there}a.ics`)).toBe(lunch("a"));
  });

  it("refuses a UID that the other calendar has under another name, and names its holder (CAL-31, CAL-33, SYNC-81)", async () => {
    await put(world, `${there}held.ics`, lunch("a"));
    await put(world, `${there}other.ics`, lunch("b"));
    const tokens = [await tokenOf(world, here), await tokenOf(world, there)];
    for (const name of ["a.ics", "other.ics"]) {
      const refused = await move(`${here}a.ics`, there + name);
      expect([refused.status, conditionIn(refused)]).toEqual([409, "{urn:ietf:params:xml:ns:caldav}no-uid-conflict"]);
    }
    expect((await move(`${here}a.ics`, `${there}new.ics`)).text).toContain(`${there}held.ics`);
    expect([await tokenOf(world, here), await tokenOf(world, there)]).toEqual(tokens);
    expect(await read(`${here}a.ics`)).toBe(lunch("a"));
  });

  it("tests If-Match at the source alone; the destination needs If with its tag (DAV-80)", async () => {
    await put(world, `${there}a.ics`, lunch("a").replace("Lunch", "Older"));
    const [own, other] = [await send(world, "GET", `${here}a.ics`), await send(world, "GET", `${there}a.ics`)];
    const [source, target] = [own.headers.ETag ?? "", other.headers.ETag ?? ""];
    expect((await move(`${here}a.ics`, `${there}a.ics`, { "if-match": target })).status).toBe(412);
    expect((await move(`${here}a.ics`, `${there}n.ics`, { "if-none-match": "*" })).status).toBe(412);
    const tagged = (tag: string) => ({ if: `<${there}a.ics> ([${tag}])` });
    expect((await move(`${here}a.ics`, `${there}a.ics`, tagged(source))).status).toBe(412);
    expect((await move(`${here}a.ics`, `${there}a.ics`, { "if-match": source, ...tagged(target) })).status).toBe(204);
  });
});

describe("COPY of a calendar object", () => {
  it("leaves the source alone, tokens included, and takes dead properties along (DAV-74, DAV-75)", async () => {
    const set = xml("D:propertyupdate", '<D:set><D:prop><x xmlns="urn:x">kept</x></D:prop></D:set>');
    await send(world, "PROPPATCH", `${here}a.ics`, { body: set, headers: { "content-type": "text/xml" } });
    const token = await tokenOf(world, here);
    const made = await copy(`${here}a.ics`, `${there}a.ics`);
    expect(made).toMatchObject({ status: 201, statements: 6 });
    expect((await copy(`${here}a.ics`, `${there}a.ics`)).status).toBe(204);
    expect(await tokenOf(world, here)).toBe(token);
    expect(await read(`${there}a.ics`)).toBe(await read(`${here}a.ics`));
    const find = { headers: { depth: "0" }, body: xml("D:propfind", '<D:prop><x xmlns="urn:x"/></D:prop>') };
    expect((await send(world, "PROPFIND", `${there}a.ics`, find)).text).toContain("kept");
  });

  it("inside one calendar would make a UID appear twice (CAL-31, RFC 4791 5.3.2.1)", async () => {
    const refused = await copy(`${here}a.ics`, `${here}b.ics`);
    expect([refused.status, conditionIn(refused)]).toEqual([409, "{urn:ietf:params:xml:ns:caldav}no-uid-conflict"]);
    expect(refused.text).toContain(`${here}a.ics`);
  });

  it.each([
    ["supported-calendar-component", () => ({ components: ["VTODO"] }), {}],
    ["max-resource-size", () => ({ components: [] }), { objectSize: 100 }],
    ["max-attendees-per-instance", () => ({ components: [] }), { attendeesPerObject: 1 }],
    ["max-instances", () => ({ components: [] }), { instancesPerObject: 2 }],
  ])("is judged by the limits of the destination: %s (CAL-31)", async (condition, more, tighter) => {
    const guests = ["x", "y"].map((who) => `ATTENDEE:mailto:${who}@mail.example`);
    const text = event("b", "DTSTART:20260110T120000Z", "RRULE:FREQ=DAILY;COUNT=3", ...guests);
    expect((await put(world, `${here}b.ics`, text)).status).toBe(201);
    const slug = `Strict${number}`;
    await addCollection(world, "ann", slug, "calendar", more().components);
    world.limits = { ...limits, ...tighter };
    for (const send of [copy, move]) {
      const refused = await send(`${here}b.ics`, `/CalDAV/~ann/${slug}/b.ics`);
      expect([refused.status, conditionIn(refused)]).toEqual([403, `{urn:ietf:params:xml:ns:caldav}${condition}`]);
    }
    expect(await statusOf(`${here}b.ics`)).toBe(200);
  });

  it("needs room for one more object (RFC 4331 6)", async () => {
    await put(world, `${there}b.ics`, lunch("b"));
    world.limits = { ...limits, objectsPerCalendar: 1 };
    expect((await copy(`${here}a.ics`, `${there}a.ics`)).status).toBe(507);
    expect((await move(`${here}a.ics`, `${there}a.ics`)).status).toBe(507);
    world.limits = { ...limits, objectsPerCalendar: 2 };
    await world.db.rows(sql`update collection set members = 9 where id = ${ids.there}`);
    expect((await copy(`${here}a.ics`, `${there}a.ics`)).status).toBe(201);
  });
});

describe("the destination", () => {
  it.each<[string, () => string | undefined, number]>([
    ["is missing", () => undefined, 400],
    ["is no URI", () => "b.ics", 400],
    ["is on another server", () => "https://else.example/CalDAV/~ann/x.ics", 502],
    ["is the source", () => `${here}a.ics`, 403],
    ["has no parent", () => "/CalDAV/~ann/None/a.ics", 409],
    ["is a home", () => "/CalDAV/~ann/", 403],
    ["is a free name in a home", () => "/CalDAV/~ann/a.ics", 403],
    ["is a calendar", () => there, 403],
    ["is a principal", () => "/principals/users/ann/", 403],
    ["is the root", () => "/", 403],
    ["is outside of everything", () => "/elsewhere/a.ics", 403],
  ])("%s (DAV-70, DAV-73, DAV-77)", async (_title, destination, status) => {
    const token = await tokenOf(world, here);
    const header = destination();
    for (const verb of ["COPY", "MOVE"]) {
      const answer = await send(world, verb, `${here}a.ics`, {
        headers: header === undefined ? {} : { destination: header },
      });
      expect(answer.status, verb).toBe(status);
    }
    expect(await tokenOf(world, here)).toBe(token);
  });

  it("takes no body and no other Overwrite than T and F (DAV-09, RFC 4918 10.6)", async () => {
    expect((await move(`${here}a.ics`, `${there}a.ics`, { overwrite: "X" })).status).toBe(400);
    const body = { body: "<x/>", headers: { destination: `${there}a.ics`, "content-length": "4" } };
    expect((await send(world, "MOVE", `${here}a.ics`, body)).status).toBe(415);
  });

  it("shows COPY and MOVE where they work, and refuses them for what is in an inbox (DAV-01, RFC 6638 2.2)", async () => {
    expect((await send(world, "OPTIONS", `${here}a.ics`)).headers.Allow).toBe(
      "OPTIONS, GET, HEAD, PUT, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, REPORT, LOCK, UNLOCK",
    );
    const inbox = await addCollection(world, "ann", `inbox${number}`, "schedule-inbox");
    await world.db.rows(sql`insert into object (collection_id, name, uid, component, etag, size, revision, data)
      values (${inbox}, 'i.ics', 'i', 'VEVENT', 'e', 1, 1, 'x')`);
    const item = `/CalDAV/~ann/inbox${number}/i.ics`;
    expect((await move(item, `${there}i.ics`)).status).toBe(405);
    expect((await copy(item, `${there}i.ics`)).status).toBe(405);
    expect((await move(`${here}a.ics`, `/CalDAV/~ann/inbox${number}/a.ics`)).status).toBe(403);
  });
});

describe("rights", () => {
  const privileges = ({ text }: { text: string }) =>
    [...text.matchAll(/<D:href>([^<]*)<\/D:href><D:privilege><D:([\w-]+)\/>/g)].map((found) => found.slice(1));

  it("at the source: Read for COPY, Read and Delete for MOVE (ACL-70, RFC 3744 appendix B)", async () => {
    const mine = `/CalDAV/~bob/Mine${number}/`;
    await addCollection(world, "bob", `Mine${number}`);
    const collection = await addCollection(world, "ann", `Lent${number}`);
    const lent = `/CalDAV/~ann/Lent${number}/`;
    await put(world, `${lent}a.ics`, lunch("a"));
    expect((await copy(`${lent}a.ics`, `${mine}a.ics`, {}, "bob")).status).toBe(404);
    await grant(world, collection, "bob", maskOf("l", "r"));
    const refused = await move(`${lent}a.ics`, `${mine}a.ics`, {}, "bob");
    expect([refused.status, privileges(refused)]).toEqual([403, [[lent, "unbind"]]]);
    expect((await copy(`${lent}a.ics`, `${mine}a.ics`, {}, "bob")).status).toBe(201);
    await world.db.rows(
      sql`update grant_entry set rights = ${maskOf("l", "r", "d")} where collection_id = ${collection}`,
    );
    expect((await move(`${lent}a.ics`, `${mine}a.ics`, {}, "bob")).status).toBe(204);
    expect(await statusOf(`${lent}a.ics`)).toBe(404);
  });

  it("at the destination: Insert, and Delete over what is there; what is hidden is not there (ACL-70, DAV-08)", async () => {
    const lent = `/CalDAV/~bob/Lent${number}/`;
    const collection = await addCollection(world, "bob", `Lent${number}`);
    const wrong = { "if-match": '"wrong"' };
    expect((await copy(`${here}a.ics`, `${lent}a.ics`)).status).toBe(409);
    await grant(world, collection, "ann", maskOf("l", "r"));
    const refused = await copy(`${here}a.ics`, `${lent}a.ics`, wrong);
    expect([refused.status, privileges(refused)]).toEqual([403, [[lent, "bind"]]]);
    await world.db.rows(
      sql`update grant_entry set rights = ${maskOf("l", "r", "i")} where collection_id = ${collection}`,
    );
    expect((await copy(`${here}a.ics`, `${lent}a.ics`)).status).toBe(201);
    const over = await copy(`${here}a.ics`, `${lent}a.ics`);
    expect([over.status, privileges(over)]).toEqual([403, [[`${lent}a.ics`, "write-content"]]]);
    const instead = await move(`${here}a.ics`, `${lent}a.ics`);
    expect([instead.status, privileges(instead)]).toEqual([403, [[lent, "unbind"]]]);
  });
});

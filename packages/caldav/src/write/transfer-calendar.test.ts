import { maskOf } from "@kalends/acl";
import { type CollectionId, sql } from "@kalends/store";
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
  person,
  put,
  report,
  send,
  tokenOf,
  type World,
  xml,
} from "../../test/world.js";
import { MaxAttendeesPerInstance } from "../conditions.js";
import type { ObjectGuard } from "./guards.js";

/** Refuses nothing and rewrites what is called "secret", wherever it comes in. */
const discreet: ObjectGuard = {
  name: "discreet",
  check: async ({ after }) =>
    after?.includes("secret") ? { rewritten: after.replaceAll("secret", "private") } : undefined,
};

let world: World;
let number = 0;
let id: CollectionId;
let home: string;
let path: string;

beforeAll(async () => {
  world = await openWorld({ guards: [discreet], emit: [] });
});
afterAll(() => world.db.close());
beforeEach(async () => {
  world.limits = limits;
  number += 1;
  home = "/CalDAV/~ann/";
  path = `${home}Cal${number}/`;
  id = await addCollection(world, "ann", `Cal${number}`);
  await put(world, `${path}a.ics`, lunch("a"));
});

const transfer = (verb: string, from: string, destination: string, headers = {}, as = "ann") =>
  send(world, verb, from, { as, headers: { destination, ...headers } });
const statusOf = async (at: string) => (await send(world, "PROPFIND", at, { headers: { depth: "0" } })).status;
const stored = (at: string) => send(world, "GET", at).then(({ text }) => text);
const bound = (slug: string) =>
  world.db.one<{ id: CollectionId; display_name: string; rights: number }>(sql`
    select c.id, c.display_name, (select bit_or(rights) from grant_entry g where g.collection_id = c.id) as rights
    from binding b join collection c on c.id = b.collection_id
    where b.home_id = ${person(world, "ann").home} and b.slug = ${slug}`);
const homeChanges = (token: string) =>
  report(
    world,
    home,
    "D:sync-collection",
    `<D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:displayname/></D:prop>`,
    "0",
  );

describe("MOVE of a calendar", () => {
  it("gives it another name: same tokens, rights and objects, and the home says so (DAV-74, DAV-79, SYNC-18)", async () => {
    await grant(world, id, "bob", maskOf("l", "r"));
    const [own, above] = [await tokenOf(world, path), await tokenOf(world, home)];
    const moved = await transfer("MOVE", path, `${home}New${number}/`);
    expect(moved).toMatchObject({ status: 201, text: "", headers: { Location: `${home}New${number}/` } });
    expect(await statusOf(path)).toBe(404);
    expect(await bound(`New${number}`)).toMatchObject({ id, rights: maskOf("l", "r") });
    expect(await tokenOf(world, `${home}New${number}/`)).toBe(own);
    expect(await stored(`${home}New${number}/a.ics`)).toBe(lunch("a"));
    const changes = await homeChanges(above);
    expect(changes.text).toMatch(new RegExp(`Cal${number}/</D:href><D:status>HTTP/1.1 404`));
    expect(changes.text).toContain(`New${number}/</D:href><D:propstat>`);
  });

  it("may change upper and lower case, but not come close to another name in that way (RFC 4918 5.1)", async () => {
    await addCollection(world, "ann", `Twin${number}`);
    expect((await transfer("MOVE", path, `${home}TWIN${number}/`)).status).toBe(409);
    const moved = await transfer("MOVE", path, `${home}CAL${number}`);
    expect(moved).toMatchObject({ status: 201, headers: { Location: `${home}CAL${number}/` } });
    expect(await statusOf(`${home}CAL${number}/a.ics`)).toBe(207);
  });

  it("replaces a calendar with all it holds, unless Overwrite is F (DAV-72)", async () => {
    const other = `${home}Other${number}/`;
    await addCollection(world, "ann", `Other${number}`);
    await put(world, `${other}old.ics`, lunch("old"));
    expect((await transfer("MOVE", path, other, { overwrite: "F" })).status).toBe(412);
    expect(await statusOf(`${other}old.ics`)).toBe(207);
    expect((await transfer("MOVE", path, other)).status).toBe(204);
    expect([await statusOf(`${other}old.ics`), await statusOf(`${other}a.ics`)]).toEqual([404, 207]);
  });

  it.each<[string, () => string, number]>([
    ["into itself", () => `${path}inside/`, 403],
    ["onto itself", () => path, 403],
    ["to a reserved name", () => `${home}Inbox/`, 403],
    ["into another calendar", () => `${home}Outer/inner/`, 403],
    ["onto the home", () => home, 403],
    ["under no home", () => "/CalDAV/~nobody/x/", 409],
    ["to the principals", () => "/principals/users/x/", 403],
  ])("%s is refused (DAV-70, DAV-73, DAV-77)", async (_where, to, status) => {
    if (!(await bound("Outer"))) await addCollection(world, "ann", "Outer");
    const token = await tokenOf(world, home);
    expect((await transfer("MOVE", path, to())).status).toBe(status);
    expect((await transfer("COPY", path, to())).status).toBe(status);
    expect(await tokenOf(world, home)).toBe(token);
  });

  it("stays in its home, and with its owner (RFC 4918 9.9.2)", async () => {
    await world.db.rows(sql`insert into grant_entry (collection_id, subject, rights)
      values (${person(world, "bob").home}, ${`p:${person(world, "ann").id}`}, ${maskOf("l", "r", "c")}) on conflict do nothing`);
    expect(await transfer("MOVE", path, "/CalDAV/~bob/Taken/")).toMatchObject({
      status: 403,
      text: expect.stringContaining("stays in its home"),
    });
    const lent = await addCollection(world, "bob", `Lent${number}`);
    await grant(world, lent, "ann", maskOf("l", "r", "d"));
    await world.db.rows(sql`insert into binding (home_id, slug, collection_id, how, revision)
      values (${person(world, "ann").home}, ${`Lent${number}`}, ${lent}, 'share', 2)`);
    expect((await transfer("MOVE", `${home}Lent${number}/`, `${home}Kept${number}/`)).status).toBe(403);
    expect((await transfer("MOVE", path, `${home}Lent${number}/`)).status).toBe(403);
  });

  it("moves all or nothing, and keeps to the sync token in If (DAV-71, SYNC-70)", async () => {
    for (const depth of ["0", "1"]) {
      expect((await transfer("MOVE", path, `${home}New${number}/`, { depth })).status).toBe(400);
    }
    const token = await tokenOf(world, path);
    await put(world, `${path}b.ics`, lunch("b"));
    expect((await transfer("MOVE", path, `${home}New${number}/`, { if: `(<${token}>)` })).status).toBe(412);
    const now = await tokenOf(world, path);
    expect((await transfer("MOVE", path, `${home}New${number}/`, { if: `(<${now}>)` })).status).toBe(201);
  });

  it("is not for homes, principals and inboxes (DAV-01)", async () => {
    await addCollection(world, "ann", `in${number}`, "schedule-inbox");
    for (const place of [home, "/principals/users/ann/", "/", `${home}in${number}/`]) {
      expect((await transfer("MOVE", place, `${home}x/`)).status, place).toBe(405);
      expect((await transfer("COPY", place, `${home}x/`)).status, place).toBe(405);
    }
  });
});

describe("COPY of a calendar", () => {
  const propertyupdate = xml(
    "D:propertyupdate",
    `<D:set><D:prop><D:displayname>Shown</D:displayname><A:calendar-color>#112233</A:calendar-color>
      <x xmlns="urn:x">kept</x></D:prop></D:set>`,
  );
  const xmlType = { "content-type": "text/xml" };

  it("makes a new one with its properties and objects, and with the rights of the home (DAV-71, DAV-75, DAV-79)", async () => {
    await send(world, "PROPPATCH", path, { body: propertyupdate, headers: xmlType });
    await send(world, "PROPPATCH", `${path}a.ics`, {
      body: propertyupdate.replace(/<D:disp.*color>/, ""),
      headers: xmlType,
    });
    await grant(world, id, "bob", maskOf("l", "r"));
    const token = await tokenOf(world, path);
    const copied = await transfer("COPY", path, `${home}Copy${number}/`);
    expect(copied).toMatchObject({ status: 201, headers: { Location: `${home}Copy${number}/` } });
    const made = await bound(`Copy${number}`);
    expect(made).toMatchObject({ display_name: "Shown", rights: null });
    expect(made?.id).not.toBe(id);
    const body = xml("D:propfind", '<D:prop><A:calendar-color/><x xmlns="urn:x"/></D:prop>');
    const seen = await send(world, "PROPFIND", `${home}Copy${number}/`, { headers: { depth: "1" }, body });
    expect(names(seen)).toEqual(["", "a.ics"]);
    expect(seen.text).toContain("#112233");
    expect(seen.text.match(/kept/g)).toHaveLength(2);
    expect(await stored(`${home}Copy${number}/a.ics`)).toBe(lunch("a"));
    expect(await tokenOf(world, path)).toBe(token);
    await put(world, `${home}Copy${number}/a.ics`, lunch("a").replace("Lunch", "Dinner"));
    expect(await stored(`${path}a.ics`)).toBe(lunch("a"));
  });

  it("with Depth 0 leaves the objects behind, and refuses Depth 1 (DAV-71)", async () => {
    expect((await transfer("COPY", path, `${home}Copy${number}/`, { depth: "1" })).status).toBe(400);
    expect((await transfer("COPY", path, `${home}Copy${number}/`, { depth: "0" })).status).toBe(201);
    expect([await statusOf(`${home}Copy${number}/`), await statusOf(`${home}Copy${number}/a.ics`)]).toEqual([207, 404]);
  });

  it("replaces, with Overwrite, what was there, objects and all (DAV-72, DAV-74)", async () => {
    const other = `${home}Other${number}/`;
    await addCollection(world, "ann", `Other${number}`);
    await put(world, `${other}old.ics`, lunch("old"));
    expect((await transfer("COPY", path, other, { overwrite: "F" })).status).toBe(412);
    expect((await transfer("COPY", path, other)).status).toBe(204);
    expect([await statusOf(`${other}old.ics`), await statusOf(`${other}a.ics`)]).toEqual([404, 207]);
  });

  it("judges each object anew, and makes nothing when one may not be stored today (CAL-31, SYNC-81)", async () => {
    const guests = ["x", "y"].map((who) => `ATTENDEE:mailto:${who}@mail.example`);
    await put(world, `${path}b.ics`, event("b", "DTSTART:20260110T120000Z", ...guests));
    world.limits = { ...limits, attendeesPerObject: 1 };
    const token = await tokenOf(world, home);
    const refused = await transfer("COPY", path, `${home}Copy${number}/`);
    expect([refused.status, conditionIn(refused)]).toEqual([403, MaxAttendeesPerInstance.name]);
    world.limits = { ...limits, objectsPerCalendar: 1 };
    expect((await transfer("COPY", path, `${home}Copy${number}/`)).status).toBe(507);
    world.limits = { ...limits, calendarsPerHome: 1 };
    expect((await transfer("COPY", path, `${home}Copy${number}/`)).status).toBe(507);
    expect([await tokenOf(world, home), await bound(`Copy${number}`)]).toEqual([token, undefined]);
  });

  it("lets the rules on writes see each object (CAL-31)", async () => {
    await world.db.rows(sql`update object set data = replace(data, 'Lunch', 'secret') where collection_id = ${id}`);
    expect((await transfer("COPY", path, `${home}Copy${number}/`)).status).toBe(201);
    expect(await stored(`${home}Copy${number}/a.ics`)).toContain("SUMMARY:private");
    expect(await stored(`${path}a.ics`)).toContain("SUMMARY:secret");
  });

  it("takes one that may only be read into one's own home, to own it there (RFC 3744 7.3)", async () => {
    await grant(world, id, "bob", maskOf("l"));
    expect((await transfer("COPY", path, "/CalDAV/~bob/Mine/", {}, "bob")).status).toBe(403);
    await world.db.rows(sql`update grant_entry set rights = ${maskOf("l", "r")} where collection_id = ${id}`);
    expect((await transfer("COPY", path, `${home}More/`, {}, "bob")).status).toBe(403);
    expect((await transfer("COPY", path, "/CalDAV/~bob/Mine/", {}, "bob")).status).toBe(201);
    expect((await send(world, "DELETE", "/CalDAV/~bob/Mine/a.ics", { as: "bob" })).status).toBe(204);
  });
});

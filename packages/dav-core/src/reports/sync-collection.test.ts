import { type CollectionId, countingStatements, sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type Ask,
  bind,
  element,
  openWorld,
  propfindBody,
  putObjects,
  removeObject,
  send,
  tell,
} from "../../test/reading.js";
import { addCollection, person, type World } from "../../testing/world.js";

let world: World;
let path: string;
let id: CollectionId;
let count = 0;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.db.close());
beforeEach(async () => {
  count += 1;
  path = `/CalDAV/~ann/Cal${count}/`;
  id = await addCollection(world, "ann", `Cal${count}`);
});

interface Wanted {
  readonly level?: string | null;
  readonly limit?: string;
  readonly props?: readonly Parameters<typeof element>[0][];
}

const syncBody = (token: string, { level = "1", limit, props = ["{DAV:}getetag"] }: Wanted = {}) =>
  `<sync-collection xmlns="DAV:"><sync-token> ${token} </sync-token>${level === null ? "" : `<sync-level>${level}</sync-level>`}
  ${limit === undefined ? "" : `<limit><nresults>${limit}</nresults></limit>`}
  <prop>${props.map(element).join("")}</prop></sync-collection>`;

async function sync(token: string, wanted: Wanted = {}, ask: Ask = {}, at = path) {
  const told = await tell(await send(world, "REPORT", at, { ...ask, body: syncBody(token, wanted) }));
  const statuses = [...told.items].map(([href, { status }]) => [href.slice(at.length), status] as const);
  return { ...told, token: told.token ?? "", statuses: Object.fromEntries(statuses) };
}

const refused = (token: string, wanted: Wanted = {}, ask: Ask = {}, at = path) =>
  expect(sync(token, wanted, ask, at)).rejects;
const invalid = { refusal: { status: 403, condition: "{DAV:}valid-sync-token" } };

describe("sync-collection", () => {
  it("lists all members at first and nothing that went before (SYNC-05, SYNC-10, SYNC-11, SYNC-14, SYNC-19)", async () => {
    await putObjects(world, id, ["a.ics", "b.ics"]);
    await removeObject(world, id, "b.ics");
    const first = await sync("");
    expect(first.statuses).toEqual({ "a.ics": null });
    expect(first.items.get(`${path}a.ics`)?.props["{DAV:}getetag"]).toMatchObject({ status: 200 });
    expect((await sync(first.token)).statuses).toEqual({});
  });

  it("tells changes, removals and what came back since a token (SYNC-12, SYNC-13, SYNC-15, SYNC-16, SYNC-17)", async () => {
    await putObjects(world, id, ["stays.ics", "changes.ics", "goes.ics", "returns.ics"]);
    const { token } = await sync("");
    await putObjects(world, id, ["changes.ics", "passes.ics"]);
    for (const name of ["goes.ics", "returns.ics", "passes.ics"]) await removeObject(world, id, name);
    await putObjects(world, id, ["returns.ics"]);
    const { statuses, hrefs } = await sync(token);
    expect(statuses).toEqual({ "changes.ics": null, "goes.ics": 404, "returns.ics": null, "passes.ics": 404 });
    expect(hrefs.length).toBe(4);
  });

  it("tells a name once that was written while its removal was not committed yet (SYNC-13, SYNC-16)", async () => {
    const { token } = await sync("");
    await putObjects(world, id, ["a.ics", "b.ics"]);
    for (const name of ["a.ics", "b.ics"]) await removeObject(world, id, name);
    const between = (await sync(token, { limit: "1" })).token;
    // What the writer could not see, as it waited: the tombstones stay.
    const buried = sql`select collection_id, name, revision, unseen_at from tombstone where collection_id = ${id}`;
    const tombstones = await world.db.rows<{ name: string; revision: number }>(buried);
    await putObjects(world, id, ["a.ics", "b.ics"]);
    for (const { name, revision } of tombstones) {
      await world.db.rows(
        sql`insert into tombstone (collection_id, name, revision, unseen_at) values (${id}, ${name}, ${revision}, ${revision})`,
      );
    }
    for (const from of [token, between]) {
      const { statuses, hrefs } = await sync(from);
      expect(statuses).toEqual({ "a.ics": null, "b.ics": null });
      expect(hrefs.length).toBe(2);
    }
  });

  it("lists 10 000 members with two statements, resolving counted (SYNC-21)", async () => {
    await putObjects(
      world,
      id,
      Array.from({ length: 10_000 }, (_, i) => `e${i}.ics`),
    );
    const { value, count: statements } = await countingStatements(() => sync(""));
    expect(statements).toBe(2);
    expect(value.items.size).toBe(10_000);
    expect(value.hrefs.length).toBe(10_000);
  });

  it("gives the token that the property tells (SYNC-22, APL-23)", async () => {
    await putObjects(world, id, ["a.ics"]);
    const names = ["{DAV:}sync-token", "{http://calendarserver.org/ns/}getctag"] as const;
    const { items } = await tell(
      await send(world, "PROPFIND", path, { headers: { depth: "0" }, body: propfindBody(...names) }),
    );
    const { token } = await sync("");
    expect(items.get(path)?.props[names[0]]?.el.text).toBe(token);
    expect(items.get(path)?.props[names[1]]?.el.text).toBe(token);
  });

  it.each(["0", "1", "infinity"])("takes Depth: %s for nothing (SYNC-04)", async (depth) => {
    await putObjects(world, id, ["a.ics"]);
    expect((await sync("", {}, { headers: { depth } })).statuses).toEqual({ "a.ics": null });
  });

  it("takes a missing level from Depth, else refuses with 400 (SYNC-03)", async () => {
    await putObjects(world, id, ["a.ics"]);
    expect((await sync("", { level: null }, { headers: { depth: "1" } })).statuses).toEqual({ "a.ics": null });
    await refused("", { level: null }).toMatchObject({ refusal: { status: 400 } });
    await refused("", { level: "2" }).toMatchObject({ refusal: { status: 400 } });
  });

  it("accepts a token under either level (SYNC-08)", async () => {
    await putObjects(world, id, ["a.ics"]);
    const { token } = await sync("", { level: "infinite" });
    expect((await sync(token, { level: "1" })).statuses).toEqual({});
  });

  it("refuses tokens that are foreign, of the future, or none (SYNC-06, SYNC-09)", async () => {
    const other = await addCollection(world, "ann", `Other${count}`);
    await putObjects(world, other, ["x.ics"]);
    const foreign = await sync("", {}, {}, `/CalDAV/~ann/Other${count}/`);
    await refused(foreign.token).toMatchObject(invalid);
    await refused((await sync("")).token.replace(/_\d+$/, "_999")).toMatchObject(invalid);
    await refused("http://example.com/ns/sync/1").toMatchObject(invalid);
  });

  it("answers pages whose union is complete, each token for exactly its part (SYNC-50, SYNC-51, SYNC-53)", async () => {
    await putObjects(world, id, ["a.ics", "b.ics", "c.ics"]);
    await putObjects(world, id, ["d.ics"]);
    const first = await sync("", { limit: "2" });
    expect(first.statuses).toEqual({ "a.ics": null, "b.ics": null, "": 507 });
    expect(first.items.get(path)?.error).toBe("{DAV:}number-of-matches-within-limits");
    const second = await sync(first.token, { limit: "2" });
    expect(second.statuses).toEqual({ "c.ics": null, "d.ics": null });
    expect(second.token).toBe((await sync("")).token);
  });

  it("cuts at the server's own limit too (SYNC-50)", async () => {
    await putObjects(world, id, ["a.ics", "b.ics"]);
    expect((await sync("", {}, { syncPage: 1 })).statuses).toEqual({ "a.ics": null, "": 507 });
  });

  it("reports what was sent on an earlier page and removed before the next (SYNC-52)", async () => {
    await putObjects(world, id, ["a.ics", "b.ics", "c.ics"]);
    const first = await sync("", { limit: "2" });
    await removeObject(world, id, "a.ics");
    expect((await sync(first.token)).statuses).toEqual({ "c.ics": null, "a.ics": 404 });
  });

  it.each(["0", "-1", "many", ""])("refuses the limit '%s' with 400 (SYNC-55)", async (limit) => {
    await refused("", { limit }).toMatchObject({ refusal: { status: 400 } });
  });

  it("keeps an empty propstat where minimal leaves nothing (SYNC-20)", async () => {
    await putObjects(world, id, ["a.ics"]);
    const { items } = await sync("", { props: ["{DAV:}unknown"] }, { headers: { prefer: "return=minimal" } });
    expect(items.get(`${path}a.ics`)).toMatchObject({ status: null, props: {} });
  });

  it("works on collections alone (SYNC-02)", async () => {
    await putObjects(world, id, ["a.ics"]);
    await refused("", {}, {}, `${path}a.ics`).toMatchObject({ refusal: { condition: "{DAV:}supported-report" } });
    await refused("", {}, {}, "/principals/").toMatchObject({ refusal: { condition: "{DAV:}supported-report" } });
  });

  it("needs Select (SYNC-60)", async () => {
    await world.db.rows(
      sql`insert into grant_entry (collection_id, subject, rights) values (${id}, ${`p:${person(world, "bob").id}`}, 1)`,
    );
    await refused("", {}, { as: "bob" }).toMatchObject({ name: "AccessDenied", hidden: false });
  });

  it("honours a token however much happened since (SYNC-07)", async () => {
    await putObjects(world, id, ["a.ics"]);
    const { token } = await sync("");
    for (let i = 0; i < 20; i++) await putObjects(world, id, ["a.ics", `n${i % 3}.ics`]);
    for (const name of ["n0.ics", "n1.ics"]) await removeObject(world, id, name);
    expect((await sync(token)).statuses).toEqual({ "a.ics": null, "n2.ics": null, "n0.ics": 404, "n1.ics": 404 });
  });

  it("starts from a listing that told the token: what changes meanwhile comes with the next sync (SYNC-23)", async () => {
    await putObjects(world, id, ["a.ics"]);
    const body = propfindBody("{DAV:}sync-token", "{DAV:}getetag");
    const listing = await send(world, "PROPFIND", path, { headers: { depth: "1" }, body });
    await putObjects(world, id, ["b.ics"]);
    const { items } = await tell(listing);
    const token = items.get(path)?.props["{DAV:}sync-token"]?.el.text ?? "";
    expect(items.has(`${path}b.ics`)).toBe(false);
    expect((await sync(token)).statuses).toEqual({ "b.ics": null });
  });

  it("changes nothing itself (DAV-134)", async () => {
    await putObjects(world, id, ["a.ics"]);
    const before = await sync("");
    await sync("", { level: "infinite" });
    expect((await sync("")).token).toBe(before.token);
  });

  it("keeps the token where nothing changed (SYNC-10)", async () => {
    const { token } = await sync("");
    expect((await sync(token)).token).toBe(token);
  });
});

describe("sync-collection of a home", () => {
  const home = "/CalDAV/~bob/";
  const child = (name: string) => addCollection(world, "bob", name);
  const asBob = { as: "bob" };
  const touch = (calendar: CollectionId) =>
    world.db.rows(sql`with h as (update collection set revision = revision + 1
        where id in (select home_id from binding where collection_id = ${calendar}) returning id, revision)
      update binding b set revision = h.revision from h where b.home_id = h.id and b.collection_id = ${calendar}`);

  it("tells changed, new and removed children with their properties in two statements (SYNC-30, SYNC-40, SYNC-42)", async () => {
    const one = await child("One");
    await child("Two");
    const { token, statuses } = await sync("", {}, asBob, home);
    expect(statuses).toEqual({ "One/": null, "Two/": null });
    await touch(one);
    await child("Three");
    await world.db
      .rows(sql`with h as (update collection set revision = revision + 1 where id = ${person(world, "bob").home} returning id, revision),
      gone as (delete from binding where home_id = (select id from h) and slug = 'Two' returning slug)
      insert into tombstone (collection_id, name, revision) select h.id, gone.slug, h.revision from h, gone`);
    const { value, count: statements } = await countingStatements(() =>
      sync(token, { props: ["{DAV:}displayname", "{DAV:}sync-token"] }, asBob, home),
    );
    expect(statements).toBe(2);
    expect(value.statuses).toEqual({ "One/": null, "Three/": null, "Two/": 404 });
    expect(value.items.get(`${home}One/`)?.props["{DAV:}displayname"]?.el.text).toBe("One");
  });

  it("never tells of what may not be looked up, and tells of what no longer may as gone (SYNC-61, SYNC-62)", async () => {
    const subject = `p:${person(world, "bob").id}`;
    await world.db.rows(sql`insert into grant_entry (collection_id, subject, rights) values (${id}, ${subject}, 3)`);
    await bind(world, person(world, "bob").home, "Shared", id, "share");
    const { token, statuses } = await sync("", {}, asBob, home);
    expect(statuses).toHaveProperty("Shared/", null);
    await world.db.rows(sql`delete from grant_entry where collection_id = ${id}`);
    await touch(id);
    expect((await sync(token, {}, asBob, home)).statuses).toEqual({ "Shared/": 404 });
    expect((await sync("", {}, asBob, home)).statuses).not.toHaveProperty("Shared/");
  });

  it("pages through children (SYNC-51)", async () => {
    const held = new Set<string>();
    let token = "";
    for (let more = true; more;) {
      const page = await sync(token, { limit: "1" }, asBob, home);
      for (const [name, status] of Object.entries(page.statuses)) if (status === null) held.add(name);
      more = "" in page.statuses;
      token = page.token;
    }
    expect(held).toEqual(new Set(Object.keys((await sync("", {}, asBob, home)).statuses)));
  });

  it("sends level infinite on to each child's own report (SYNC-31, SYNC-32)", async () => {
    const { items } = await sync("", { level: "infinite" }, asBob, home);
    expect(items.get(`${home}One/`)).toMatchObject({ status: 403, error: "{DAV:}sync-traversal-supported" });
  });
});

import type { Clark, XmlElement } from "@kalends/dav-xml";
import { countingStatements, sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorld, propfindBody, putObjects, send, tell } from "../../test/reading.js";
import { addCollection, person, type World } from "../../testing/world.js";

let world: World;
const SHARED = "/CalDAV/~ann/Shared/";
beforeAll(async () => {
  world = await openWorld();
  const shared = await addCollection(world, "ann", "Shared");
  await putObjects(world, shared, ["one.ics", "two.ics"]);
  await world.db.rows(sql`insert into grant_entry (collection_id, subject, positive, rights) values
    (${shared}, ${`p:${person(world, "bob").id}`}, true, 3), (${shared}, 'anyone', false, 8), (${shared}, 'anonymous', true, 1)`);
  await addCollection(world, "ann", "Plain", "collection");
});
afterAll(() => world.db.close());

async function read(path: string, name: Clark, as = "ann"): Promise<{ status: number; el: XmlElement } | undefined> {
  const ask = { as, headers: { depth: "0" }, body: propfindBody(name) };
  return (await tell(await send(world, "PROPFIND", path, ask))).items.get(path)?.props[name];
}

const content = async (path: string, name: Clark, as = "ann") => (await read(path, name, as))?.el.children ?? [];
const inner = (els: readonly XmlElement[]) => els.map((el) => el.children[0]?.name);

describe("live properties", () => {
  it("defines resourcetype everywhere, empty on what is no collection (DAV-28)", async () => {
    expect((await content(SHARED, "{DAV:}resourcetype")).map(({ name }) => name)).toEqual(["{DAV:}collection"]);
    expect(await read(`${SHARED}one.ics`, "{DAV:}resourcetype")).toMatchObject({ status: 200, el: { children: [] } });
  });

  it("tells the ETag in quotes and the media type of the kind (DAV-124)", async () => {
    expect((await read(`${SHARED}one.ics`, "{DAV:}getetag"))?.el.text).toMatch(/^"[^"]+"$/);
    expect((await read(`${SHARED}one.ics`, "{DAV:}getcontenttype"))?.el.text).toBe("text/calendar; charset=utf-8");
    expect((await read(`${SHARED}one.ics`, "{DAV:}getcontentlength"))?.el.text).toBe("100");
  });

  it("writes dates in their two forms (RFC 4918 15.1, 15.7)", async () => {
    expect((await read(SHARED, "{DAV:}creationdate"))?.el.text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect((await read(`${SHARED}one.ics`, "{DAV:}getlastmodified"))?.el.text).toMatch(/^[A-Z][a-z]{2}, \d\d .* GMT$/);
  });

  it("goes by the slug where no name was given (RFC 4918 15.2)", async () => {
    await world.db.rows(sql`update collection set display_name = null where display_name = 'Plain'`);
    expect((await read("/CalDAV/~ann/Plain/", "{DAV:}displayname"))?.el.text).toBe("Plain");
  });

  it("keeps the resource-id when a calendar gets another slug (RFC 5842 3.1)", async () => {
    const before = (await content("/CalDAV/~ann/Plain/", "{DAV:}resource-id"))[0]?.text;
    expect(before).toMatch(/^urn:uuid:/);
    await world.db.rows(sql`update binding set slug = 'Renamed' where slug = 'Plain'`);
    expect((await content("/CalDAV/~ann/Renamed/", "{DAV:}resource-id"))[0]?.text).toBe(before);
    await world.db.rows(sql`update binding set slug = 'Plain' where slug = 'Renamed'`);
  });

  it("counts the octets in use, and tells no limit where there is none (DAV-140)", async () => {
    expect((await read(SHARED, "{DAV:}quota-used-bytes"))?.el.text).toBe("200");
    expect((await read("/CalDAV/~ann/", "{DAV:}quota-used-bytes"))?.el.text).toBe("200");
    expect((await read(SHARED, "{DAV:}quota-available-bytes"))?.status).toBe(404);
  });

  it("takes one statement for a batch property of a whole home (DAV-140)", async () => {
    const ask = { headers: { depth: "1" }, body: propfindBody("{DAV:}quota-used-bytes") };
    const { count } = await countingStatements(async () => tell(await send(world, "PROPFIND", "/CalDAV/~ann/", ask)));
    expect(count).toBe(3);
  });

  it("lists methods and properties that exist here (RFC 3253 3.1.3, 3.1.4)", async () => {
    const methods = await content(SHARED, "{DAV:}supported-method-set");
    expect(methods.map(({ attrs }) => attrs.get("name"))).toContain("PROPFIND");
    const properties = (await content(SHARED, "{DAV:}supported-live-property-set")).map(
      (el) => el.children[0]?.children[0]?.name,
    );
    expect(properties).toContain("{DAV:}sync-token");
    expect(properties).not.toContain("{DAV:}getetag");
  });
});

describe("properties of access", () => {
  it("shows aggregates with what they contain, each described in a language (ACL-03)", async () => {
    const [all] = await content(SHARED, "{DAV:}supported-privilege-set");
    expect(all?.children[0]?.children[0]?.name).toBe("{DAV:}all");
    const described = (el: XmlElement): readonly XmlElement[] => [
      ...el.children.filter(({ name }) => name === "{DAV:}description"),
      ...el.children.filter(({ name }) => name === "{DAV:}supported-privilege").flatMap(described),
    ];
    const texts = all ? described(all) : [];
    expect(texts.length).toBeGreaterThan(8);
    expect(texts.every(({ lang, text }) => lang === "en" && text !== "")).toBe(true);
  });

  it("tells the asker's own privileges, aggregates and leaves (ACL-10, ACL-11, APL-20)", async () => {
    const own = inner(await content(SHARED, "{DAV:}current-user-privilege-set"));
    expect(own).toEqual(expect.arrayContaining(["{DAV:}all", "{DAV:}write", "{DAV:}write-content", "{DAV:}bind"]));
    const his = inner(await content(SHARED, "{DAV:}current-user-privilege-set", "bob"));
    expect(his).toContain("{DAV:}read");
    expect(his).not.toContain("{DAV:}write-properties");
    const listed = JSON.stringify(await content(SHARED, "{DAV:}supported-privilege-set"));
    for (const name of own) expect(listed).toContain(`"${name}"`);
  });

  it("writes the list in order of evaluation: the owner's protected, denials, grants (ACL-16, ACL-82, ACL-83)", async () => {
    const aces = await content(SHARED, "{DAV:}acl");
    const told = aces.map((ace) => {
      const who = ace.children[0]?.children[0];
      return [who?.text || who?.name, ace.children[1]?.name, ace.children.length > 2];
    });
    expect(told).toEqual([
      ["/principals/users/ann@mail.example/", "{DAV:}grant", true],
      ["{DAV:}authenticated", "{DAV:}deny", false],
      ["{DAV:}unauthenticated", "{DAV:}grant", false],
      ["/principals/users/bob@mail.example/", "{DAV:}grant", false],
    ]);
  });

  it("shows the entries of a member as inherited from its collection (ACL-16)", async () => {
    const [first] = await content(`${SHARED}one.ics`, "{DAV:}acl");
    const inherited = first?.children.find(({ name }) => name === "{DAV:}inherited");
    expect(inherited?.children[0]?.text).toBe(SHARED);
  });

  it("announces its restrictions and inherits from nowhere else (ACL-26, ACL-34)", async () => {
    const names = (await content(SHARED, "{DAV:}acl-restrictions")).map(({ name }) => name);
    expect(names).toEqual(["{DAV:}no-invert", "{DAV:}deny-before-grant"]);
    expect(await read(SHARED, "{DAV:}inherited-acl-set")).toMatchObject({ status: 200, el: { children: [] } });
    expect((await content(SHARED, "{DAV:}principal-collection-set"))[0]?.text).toBe("/principals/");
  });

  it("gives principals their own URL and a name (ACL-50, ACL-51)", async () => {
    const path = "/principals/users/bob@mail.example/";
    expect((await content(path, "{DAV:}principal-URL"))[0]?.text).toBe(path);
    expect((await read(path, "{DAV:}displayname"))?.el.text).toBe("Bob Example");
    expect((await content(path, "{DAV:}resourcetype")).map(({ name }) => name)).toContain("{DAV:}principal");
  });
});

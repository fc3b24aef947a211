import { formatRights, rightsMask } from "@kalends/acl";
import type { Clark, XmlElement } from "@kalends/dav-xml";
import { type CollectionId, countingStatements, sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addPrincipal, element, openWorld, propfindBody, putObjects, send, tell } from "../../test/reading.js";
import { addCollection, person, type World } from "../../testing/world.js";

let world: World;
let work: CollectionId;
let team: number;
const WORK = "/CalDAV/~ann/Work/";
const ANN = "/principals/users/ann@mail.example/";
const BOB = "/principals/users/bob@mail.example/";
const TEAM = "/principals/groups/team@mail.example/";
const uuid = async (id: number) =>
  (await world.db.one<{ uuid: string }>(sql`select uuid from principal where id = ${id}::bigint`))?.uuid ?? "";
const id = (login: string) => person(world, login).id;

beforeAll(async () => {
  world = await openWorld();
  team = await addPrincipal(world, world.domain.id, "group", "team", "The Team");
  const other = await world.db.one<{ id: number }>(
    sql`insert into domain (name) values ('other.example') returning id`,
  );
  await addPrincipal(world, other?.id ?? 0, "user", "carl", "Carl Elsewhere");
  await world.db.rows(sql`insert into principal_alias (domain_id, alias, principal_id)
    values (${world.domain.id}, 'robert', ${id("bob")})`);
  work = await addCollection(world, "ann", "Work");
  await putObjects(world, work, ["one.ics"]);
});
beforeEach(() => world.db.rows(sql`delete from grant_entry where collection_id = ${work}`));
afterAll(() => world.db.close());

const href = (path: string) => `<principal><href>${path}</href></principal>`;
const who = (name: string) => `<principal>${name}</principal>`;
const priv = (...names: string[]) =>
  names
    .map((name) => `<privilege>${name.startsWith("{") ? element(name as Clark) : `<${name}/>`}</privilege>`)
    .join("");
const grant = (...names: string[]) => `<grant>${priv(...names)}</grant>`;
const deny = (...names: string[]) => `<deny>${priv(...names)}</deny>`;
const ace = (...parts: string[]) => `<ace>${parts.join("")}</ace>`;
const body = (...aces: string[]) => `<acl xmlns="DAV:">${aces.join("")}</acl>`;

const set = (aces: readonly string[], as = "ann", path = WORK) => send(world, "ACL", path, { as, body: body(...aces) });
const refused = (aces: readonly string[], status: number, condition?: string, as = "ann") =>
  expect(set(aces, as)).rejects.toMatchObject({
    refusal: { status, ...(condition === undefined ? {} : { condition: `{DAV:}${condition}` }) },
  });

async function stored(on = work): Promise<readonly string[]> {
  const rows = await world.db.rows<{ subject: string; positive: boolean; rights: number }>(
    sql`select subject, positive, rights from grant_entry where collection_id = ${on} order by positive, subject`,
  );
  const names = new Map<string, string>([
    [`p:${id("ann")}`, "ann"],
    [`p:${id("bob")}`, "bob"],
    [`p:${team}`, "team"],
  ]);
  return rows.map(
    (r) => `${r.positive ? "+" : "-"}${names.get(r.subject) ?? r.subject} ${formatRights(rightsMask(r.rights))}`,
  );
}
const give = (subject: string, letters: number, positive = true) =>
  world.db.rows(sql`insert into grant_entry (collection_id, subject, positive, rights)
    values (${work}, ${subject}, ${positive}, ${letters})`);

async function read(name: Clark, path = WORK, as = "ann"): Promise<{ status: number; el: XmlElement } | undefined> {
  const ask = { as, headers: { depth: "0" }, body: propfindBody(name) };
  return (await tell(await send(world, "PROPFIND", path, ask))).items.get(path)?.props[name];
}
const shown = async (path = WORK) => ((await read("{DAV:}acl", path))?.el.children ?? []).map((el) => markup(el));
const markup = (el: XmlElement): string => {
  const name = el.name.slice(el.name.lastIndexOf("}") + 1);
  return `<${name}>${el.children.length > 0 ? el.children.map(markup).join("") : el.text.trim()}</${name}>`;
};

describe("ACL", () => {
  it("gives rights to a person and to a group, answers 200 without body, with few statements (ACL-30, ACL-35)", async () => {
    const { value, count } = await countingStatements(() =>
      set([ace(href(BOB), grant("read", "write")), ace(href(TEAM), grant("read"))]),
    );
    expect(value).toEqual({ kind: "empty", status: 200 });
    expect(await stored()).toEqual(["+bob lrwid", "+team lr"]);
    // One of them asks with whom the owner's domain shares.
    expect(count).toBeLessThanOrEqual(8);
    expect((await read("{DAV:}displayname", WORK, "bob"))?.status).toBe(200);
  });

  it("replaces what was there; an empty list leaves the owner alone (ACL-30, ACL-14)", async () => {
    await set([ace(href(BOB), grant("read"))]);
    await set([ace(href(TEAM), grant("read"))]);
    expect(await stored()).toEqual(["+team lr"]);
    await set([]);
    expect(await stored()).toEqual([]);
    expect(await shown()).toEqual([
      `<ace><principal><href>${ANN}</href></principal><grant><privilege><all></all></privilege></grant><protected></protected></ace>`,
    ]);
    await expect(send(world, "PROPFIND", WORK, { as: "bob" })).rejects.toMatchObject({ hidden: true });
  });

  it("takes back what was read, whatever the mailbox rights were, and changes nothing (ACL-32, ACL-37)", async () => {
    await give(`p:${id("bob")}`, 1 + 2 + 4 + 16);
    await give(`p:${id("bob")}`, 128, false);
    await give(`p:${team}`, 2);
    await give(`p:${id("ann")}`, 8, false);
    await give(`d:${world.domain.id}`, 512);
    await give("anyone", 1 + 2);
    await give("anonymous", 1 + 2);
    await give("later:kind", 1);
    const before = await stored();
    const list = await shown();
    expect(list).toContain(
      "<ace><principal><all></all></principal><grant><privilege><read></read></privilege></grant></ace>",
    );
    await set(list);
    expect(await stored()).toEqual(before);
    await set([]);
    const unseen = ["-ann w", `+d:${world.domain.id} 9`, "+later:kind l", "+bob s", "+team r"];
    expect(await stored()).toEqual(unseen);
  });

  it("knows everybody, accounts and requests without sign-in apart (ACL-22, ACL-83)", async () => {
    await set([
      ace(who("<authenticated/>"), grant("read")),
      ace(who("<unauthenticated/>"), grant("{urn:ietf:params:xml:ns:caldav}read-free-busy")),
    ]);
    expect(await stored()).toEqual(["+anonymous 9", "+anyone lr"]);
    await set([ace(who("<all/>"), grant("read"))]);
    expect(await stored()).toEqual(["+anonymous lr", "+anyone lr"]);
  });

  it("takes any URL of a principal, and shows the principal-URL (ACL-51, RFC 3744 4.1)", async () => {
    const ways = [
      "/principals/users/bob@mail.example",
      "/principals/users/bob/",
      "https://mail.example/principals/users/bob%40mail.example/",
      "/principals/users/robert/",
      `urn:uuid:${await uuid(id("bob"))}`,
    ];
    for (const way of ways) {
      await set([ace(href(way), grant("read"))]);
      expect([way, await stored()]).toEqual([way, ["+bob lr"]]);
      expect((await shown())[1]).toContain(`<href>${BOB}</href>`);
    }
  });

  it("denies before it grants, as it is evaluated (ACL-33, ACL-34, ACL-82)", async () => {
    await set([ace(href(BOB), deny("unbind")), ace(href(TEAM), grant("read", "write"))]);
    expect(await stored()).toEqual(["-bob d", "+team lrwid"]);
    expect((await shown())[1]).toContain("<deny><privilege><unbind></unbind></privilege></deny>");
    await refused([ace(href(BOB), grant("read")), ace(href(TEAM), deny("read"))], 403, "deny-before-grant");
    expect((await read("{DAV:}acl-restrictions"))?.el.children.map(({ name }) => name)).toEqual([
      "{DAV:}no-invert",
      "{DAV:}deny-before-grant",
    ]);
  });

  it("takes DAV:owner for the owner, and no other property (ACL-23, RFC 3744 5.5.1)", async () => {
    await set([ace(who("<property><owner/></property>"), grant("read")), ace(href(BOB), grant("read"))]);
    expect(await stored()).toEqual(["+bob lr"]);
    await refused([ace(who("<property><group/></property>"), grant("read"))], 403, "allowed-principal");
    await refused([ace(who("<property><owner/></property>"), deny("read"))], 403, "no-protected-ace-conflict");
  });

  it("takes DAV:self nowhere, for it matches on principals alone (ACL-24, RFC 3744 5.5.1)", async () => {
    await refused([ace(who("<self/>"), grant("read"))], 403, "allowed-principal");
    expect(world.registry.methods("principal")).not.toContain("ACL");
  });

  it("leaves the owner everything (ACL-38, ACL-33)", async () => {
    const own = ace(href(ANN), grant("all"), "<protected/>");
    await set([own, ace(href(ANN), grant("read"))]);
    expect(await stored()).toEqual([]);
    await refused([ace(href(ANN), deny("write"))], 403, "no-protected-ace-conflict");
    await refused([ace(href(ANN), grant("read"), "<protected/>")], 403, "no-protected-ace-conflict");
    await refused([ace(href(BOB), grant("all"), "<protected/>")], 403, "no-protected-ace-conflict");
  });

  it.each<[string, () => readonly string[], number, string]>([
    ["an inverted principal", () => [ace(`<invert>${href(BOB)}</invert>`, grant("read"))], 403, "no-invert"],
    ["an unknown privilege", () => [ace(href(BOB), grant("fly"))], 403, "not-supported-privilege"],
    [
      "a privilege of another kind of resource",
      () => [ace(href(BOB), grant("{urn:ietf:params:xml:ns:caldav}schedule-deliver"))],
      403,
      "not-supported-privilege",
    ],
    ["nobody", () => [ace(href("/principals/users/zoe/"), grant("read"))], 403, "recognized-principal"],
    ["what is no principal", () => [ace(href("/CalDAV/~bob/"), grant("read"))], 403, "recognized-principal"],
    [
      "somebody of another server",
      () => [ace(href("https://x.example/a"), grant("read"))],
      403,
      "recognized-principal",
    ],
    ["no URL at all", () => [ace(href("%zz"), grant("read"))], 403, "recognized-principal"],
    [
      "somebody of another domain",
      () => [ace(href("/principals/users/carl@other.example/"), grant("read"))],
      403,
      "recognized-principal",
    ],
    [
      "too many entries",
      () => Array.from({ length: 5 }, () => ace(href(BOB), grant("read"))),
      403,
      "limited-number-of-aces",
    ],
    [
      "an inherited entry",
      () => [ace(href(BOB), grant("read"), "<inherited><href>/</href></inherited>")],
      403,
      "no-inherited-ace-conflict",
    ],
    ["a privilege that cannot be had alone", () => [ace(href(BOB), grant("read-acl"))], 409, "no-ace-conflict"],
    ["a denial with more to it", () => [ace(href(BOB), deny("write-content"))], 409, "no-ace-conflict"],
  ])("refuses %s and changes nothing (ACL-33, RFC 3744 8.1.1)", async (_, aces, status, condition) => {
    await set([ace(href(TEAM), grant("read"))]);
    await refused([...aces(), ace(href(TEAM), grant("read"))].slice(0, 5), status, condition);
    expect(await stored()).toEqual(["+team lr"]);
  });

  it.each([
    ["both grant and deny", ace(href(BOB), grant("read"), deny("write"))],
    ["neither", ace(href(BOB))],
    ["no principal", ace(grant("read"))],
    ["two principals", ace(href(BOB), href(TEAM), grant("read"))],
    ["two names in one principal", ace(who(`<all/><href>${BOB}</href>`), grant("read"))],
    ["no privilege", ace(href(BOB), grant())],
    ["two privileges in one element", ace(href(BOB), "<grant><privilege><read/><write/></privilege></grant>")],
  ])("answers 400 to an entry with %s (ACL-31, RFC 3744 8.1.5)", async (_, entry) => {
    await refused([entry], 400);
  });

  it("answers 400 without an acl element (ACL-30)", async () => {
    await expect(send(world, "ACL", WORK, {})).rejects.toMatchObject({ refusal: { status: 400 } });
    await expect(send(world, "ACL", WORK, { body: '<propfind xmlns="DAV:"/>' })).rejects.toMatchObject({
      refusal: { status: 400 },
    });
  });

  it("takes the right to administer, also from those who have it from the list (RFC 3744 3.8)", async () => {
    await set([ace(href(BOB), grant("read", "write-acl"))]);
    expect(await stored()).toEqual(["+bob lra"]);
    expect(await set([ace(href(BOB), grant("all")), ace(href(TEAM), grant("read"))], "bob")).toMatchObject({
      status: 200,
    });
    await set([ace(href(BOB), grant("read"))]);
    await expect(set([], "bob")).rejects.toMatchObject({ name: "AccessDenied", missing: [{ right: "a", on: "self" }] });
  });

  it("tells the homes that reach the collection (ACL-85, SYNC-40)", async () => {
    const home = async () =>
      (
        await world.db.one<{ revision: number }>(
          sql`select revision from collection where id = ${person(world, "ann").home}`,
        )
      )?.revision;
    const before = await home();
    await set([ace(href(BOB), grant("read"))]);
    const after = await home();
    expect(after).toBe((before ?? 0) + 1);
    await set([ace(href(BOB), grant("read"))]);
    expect(await home()).toBe(after);
  });

  it("works on collections, whose entries what they hold inherits (ACL-02, ACL-16)", async () => {
    await set([ace(href(BOB), grant("read"))]);
    for (const kind of ["calendar", "home", "collection"]) expect(world.registry.methods(kind)).toContain("ACL");
    for (const kind of ["object", "root", "principal"]) expect(world.registry.methods(kind)).not.toContain("ACL");
    const inherited = await shown(`${WORK}one.ics`);
    expect(inherited).toHaveLength(2);
    for (const entry of inherited) expect(entry).toContain(`<inherited><href>${WORK}</href></inherited>`);
  });
});

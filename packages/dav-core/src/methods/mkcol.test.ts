import { maskOf } from "@kalends/acl";
import { type Clark, cal, dav, type XmlElement } from "@kalends/dav-xml";
import { type CollectionId, sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bind, putObjects } from "../../test/reading.js";
import { element, errorNames, openRuntime } from "../../test/runtime.js";
import { type Answer, type Ask, send } from "../../testing/exchange.js";
import { addCollection, grant, person, type World } from "../../testing/world.js";

let world: World;
let home: CollectionId;

const ask = (verb: string, path: string, asking?: Ask): Promise<Answer> => send(world, verb, path, asking);
const HOME = "/CalDAV/~ann/";

const body = (root: string, ...props: readonly string[]): string =>
  `<${root} xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:X="urn:x"><D:set><D:prop>${props.join("")}</D:prop></D:set></${root}>`;
const TYPE = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>";

interface Kept {
  readonly slug: string;
  readonly kind: string;
  readonly display_name: string | null;
  readonly description: string | null;
  readonly props: Readonly<Record<string, string>>;
}
const kept = (): Promise<readonly Kept[]> =>
  world.db.rows<Kept>(sql`select slug, kind, display_name, description, props
    from binding b join collection c on c.id = b.collection_id where b.home_id = ${home} order by b.created_at, slug`);
const homeRevision = async (): Promise<number> =>
  (await world.db.one<{ revision: number }>(sql`select revision from collection where id = ${home}`))?.revision ?? 0;

/** Status by property name, from the propstats of a failure. */
function stats(root: XmlElement): Readonly<Record<Clark, string>> {
  const found: Record<Clark, string> = {};
  for (const propstat of root.children.filter(({ name }) => name === dav("propstat"))) {
    const [prop, status, error] = propstat.children;
    const told = [status?.text.split(" ")[1], error?.children[0]?.name].filter(Boolean).join(" ");
    for (const { name } of prop?.children ?? []) found[name] = told;
  }
  return found;
}

beforeAll(async () => {
  world = await openRuntime();
  home = person(world, "ann").home;
});
afterAll(() => world.db.close());
beforeEach(() => world.db.rows(sql`delete from collection where kind <> 'home'`));

describe("MKCALENDAR and MKCOL make", () => {
  it("a calendar without a body (CAL-20, CAL-21)", async () => {
    const before = await homeRevision();
    expect(await ask("MKCALENDAR", `${HOME}New/`)).toEqual({
      status: 201,
      headers: { "Cache-Control": "no-cache", Vary: "Prefer, Brief" },
      text: "",
      statements: 4,
    });
    expect(await kept()).toMatchObject([{ slug: "New", kind: "calendar" }]);
    expect(await homeRevision()).toBe(before + 1);
    expect((await ask("PROPFIND", `${HOME}New/`, { headers: { depth: "0" } })).status).toBe(207);
  });

  it("a plain collection without a body (DAV-51)", async () => {
    expect((await ask("MKCOL", `${HOME}Folder`)).status).toBe(201);
    expect(await kept()).toMatchObject([{ slug: "Folder", kind: "collection" }]);
  });

  it.each([
    ["MKCOL", body("D:mkcol", TYPE)],
    ["MKCALENDAR", body("C:mkcalendar", TYPE)],
    ["MKCALENDAR", body("C:mkcalendar", "<D:resourcetype><C:calendar/></D:resourcetype>")],
  ])("a calendar by %s with its type in %s (DAV-52, DAV-57)", async (verb, text) => {
    expect((await ask(verb, `${HOME}New/`, { body: text })).status).toBe(201);
    expect(await kept()).toMatchObject([{ slug: "New", kind: "calendar" }]);
  });

  it("it with all its properties: columns, stored, own statements, dead ones, ignored ones (DAV-57)", async () => {
    const text = body(
      "C:mkcalendar",
      "<D:displayname>First</D:displayname>",
      "<C:calendar-description>About</C:calendar-description>",
      "<C:colour>red</C:colour>",
      "<C:tasks-here/>",
      "<C:ignored>x</C:ignored>",
      '<X:unknown xml:lang="de">Hällo</X:unknown>',
      "<D:displayname>Last</D:displayname>",
    );
    expect((await ask("MKCALENDAR", `${HOME}New/`, { body: text })).status).toBe(201);
    const [made] = await kept();
    expect(made).toMatchObject({ display_name: "Last", description: "About" });
    expect(made?.props[cal("colour")]).toContain(">red<");
    const dead = await world.db.rows<{ property: string; xml: string }>(sql`select property, xml from dead_property`);
    expect(dead).toEqual([
      { property: "{urn:x}unknown", xml: '<n0:unknown xml:lang="de" xmlns:n0="urn:x">Hällo</n0:unknown>' },
    ]);
    const tasks = await world.db.one(
      sql`select 1 from principal p join collection c on c.id = p.default_tasks_id where c.kind = 'calendar'`,
    );
    expect(tasks).toBeDefined();
  });

  it("a nested mailbox by an encoded slash (CGP-05)", async () => {
    expect((await ask("MKCALENDAR", `${HOME}Work%2FTeam/`)).status).toBe(201);
    expect(await kept()).toMatchObject([{ slug: "Work/Team" }]);
    expect((await ask("GET", `${HOME}Work/Team/`)).status).toBe(200);
  });

  it("it in the home by the short form (CGP-03)", async () => {
    expect((await ask("MKCALENDAR", "/CalDAV/Short")).status).toBe(201);
    expect(await kept()).toMatchObject([{ slug: "Short" }]);
  });

  it("it with a copy of the home's grants (CGP-17)", async () => {
    await grant(world, home, "bob", maskOf("l", "r"));
    await ask("MKCALENDAR", `${HOME}New/`);
    expect((await ask("GET", `${HOME}New/`, { as: "bob" })).status).toBe(200);
    await world.db.rows(sql`delete from grant_entry`);
  });

  it("it for somebody else who may create there, and the home stays the owner's (CGP-17)", async () => {
    await grant(world, home, "bob", maskOf("l", "r", "c"));
    expect((await ask("MKCALENDAR", `${HOME}ByBob/`, { as: "bob" })).status).toBe(201);
    const owner = await world.db.one<{ owner_id: number }>(
      sql`select owner_id from collection where kind = 'calendar'`,
    );
    expect(owner?.owner_id).toBe(person(world, "ann").id);
    await world.db.rows(sql`delete from grant_entry`);
  });

  it("it again under a name that was deleted, without a tombstone left (SYNC-40)", async () => {
    await ask("MKCALENDAR", `${HOME}New/`);
    expect((await ask("DELETE", `${HOME}New/`)).status).toBe(204);
    expect((await ask("MKCALENDAR", `${HOME}New/`)).status).toBe(201);
    expect(await world.db.rows(sql`select name from tombstone where collection_id = ${home} and name = 'New'`)).toEqual(
      [],
    );
  });

  it("it with the preference for short answers named (DAV-112)", async () => {
    const { headers, text } = await ask("MKCALENDAR", `${HOME}New/`, { headers: { prefer: "return=minimal" } });
    expect([headers["Preference-Applied"], text]).toEqual(["return=minimal", ""]);
  });
});

describe("MKCALENDAR and MKCOL refuse", () => {
  it.each(["MKCOL", "MKCALENDAR"])(
    "%s where something is, with 405 and the condition (DAV-50, CAL-23)",
    async (verb) => {
      await addCollection(world, "ann", "Work");
      const { status, text, headers } = await ask(verb, `${HOME}Work/`);
      expect([status, errorNames(text)]).toEqual([405, [dav("resource-must-be-null")]]);
      expect(headers.Allow).toContain("PROPFIND");
      expect(headers.Allow).not.toContain("MKCOL");
    },
  );

  it.each<[string, string, Ask, number]>([
    ["a missing parent (DAV-50)", `${HOME}None/New/`, {}, 409],
    ["a reserved name (CAL-25)", `${HOME}Inbox/`, {}, 403],
    ["a name that looks like a home", `${HOME}~x/`, {}, 403],
    ["a name that is too long", `${HOME}${"x".repeat(256)}/`, {}, 403],
    [
      "a body of another type (DAV-51)",
      `${HOME}New/`,
      { body: "hello", headers: { "content-type": "text/plain" } },
      415,
    ],
    ["another root (CAL-20)", `${HOME}New/`, { body: '<propfind xmlns="DAV:"/>' }, 415],
    ["XML that is none (DAV-03)", `${HOME}New/`, { body: "<D:mkcol", headers: { "content-type": "text/xml" } }, 400],
    ["a condition that does not hold (DAV-120)", `${HOME}New/`, { headers: { "if-match": "*" } }, 412],
  ])("%s and make nothing", async (_what, path, asking, status) => {
    for (const verb of ["MKCOL", "MKCALENDAR"]) expect((await ask(verb, path, asking)).status).toBe(status);
    expect(await kept()).toEqual([]);
  });

  it("a place inside a calendar (CAL-23)", async () => {
    await addCollection(world, "ann", "Work");
    const { status, text } = await ask("MKCALENDAR", `${HOME}Work/Inner/`);
    expect([status, errorNames(text)]).toEqual([403, [cal("calendar-collection-location-ok")]]);
    expect((await ask("MKCOL", `${HOME}Work/Inner/`)).status).toBe(403);
  });

  it("a name that differs only in case (CGP-05)", async () => {
    await ask("MKCALENDAR", `${HOME}Work/`);
    expect((await ask("MKCALENDAR", `${HOME}WORK/`)).status).toBe(409);
    expect(await kept()).toHaveLength(1);
  });

  it("more collections than a home may hold, and take the last one back", async () => {
    for (let i = 0; i < 12; i += 1) await addCollection(world, "ann", `c${i}`);
    const { status, text } = await ask("MKCALENDAR", `${HOME}New/`);
    expect([status, errorNames(text)]).toEqual([507, [dav("quota-not-exceeded")]]);
    expect(await kept()).toHaveLength(12);
  });

  it.each<[string, string, number]>([
    ["an unknown type", "<D:resourcetype><D:collection/><X:moon/></D:resourcetype>", 403],
    ["two types", "<D:resourcetype><D:collection/><C:calendar/><X:moon/></D:resourcetype>", 403],
    ["a type without collection", "<D:resourcetype><C:calendar/></D:resourcetype>", 403],
  ])("%s with the culprit and its companions (DAV-55, DAV-53)", async (_what, type, status) => {
    const answer = await ask("MKCOL", `${HOME}New/`, {
      body: body("D:mkcol", type, "<D:displayname>N</D:displayname>"),
    });
    expect(answer.status).toBe(status);
    expect(element(answer.text).name).toBe(dav("mkcol-response"));
    expect(stats(element(answer.text))).toEqual({
      [dav("resourcetype")]: `403 ${dav("valid-resourcetype")}`,
      [dav("displayname")]: "424",
    });
    expect(await kept()).toEqual([]);
  });

  const BAD = ["<D:displayname>N</D:displayname>", "<C:colour>glaring</C:colour>", "<D:getetag>x</D:getetag>"];
  const told = {
    [dav("displayname")]: "424",
    [cal("colour")]: `403 ${cal("too-bright")}`,
    [dav("getetag")]: `403 ${dav("cannot-modify-protected-property")}`,
  };

  it("properties that cannot be set, all or nothing, as mkcol-response (DAV-53)", async () => {
    const { status, text } = await ask("MKCOL", `${HOME}New/`, { body: body("D:mkcol", TYPE, ...BAD) });
    expect([status, stats(element(text))]).toEqual([403, { ...told, [dav("resourcetype")]: "424" }]);
    expect(await kept()).toEqual([]);
  });

  it("the same for MKCALENDAR as a multistatus (CAL-22)", async () => {
    const { status, text } = await ask("MKCALENDAR", `${HOME}New/`, { body: body("C:mkcalendar", ...BAD) });
    const [response] = element(text).children;
    expect([status, response?.children[0]?.text]).toEqual([207, `${HOME}New/`]);
    expect(response && stats(response)).toEqual(told);
    expect(await kept()).toEqual([]);
  });

  it("dead properties beyond the limit, and take everything back (DAV-44, DAV-53)", async () => {
    const large = `<X:large>${"x".repeat(300)}</X:large>`;
    const { status, text } = await ask("MKCOL", `${HOME}New/`, { body: body("D:mkcol", TYPE, large) });
    expect([status, stats(element(text))["{urn:x}large"]]).toEqual([507, `507 ${dav("quota-not-exceeded")}`]);
    expect(await kept()).toEqual([]);
  });
});

describe("DELETE of a collection", () => {
  const WORK = `${HOME}Work/`;

  it("takes it away with all it holds, and tells every home (DAV-64, DAV-66)", async () => {
    const work = await addCollection(world, "ann", "Work");
    await putObjects(world, work, ["one.ics"]);
    await bind(world, person(world, "bob").home, "shared", work, "share");
    const before = await homeRevision();
    expect((await ask("DELETE", WORK, { headers: { depth: "infinity" } })).status).toBe(204);
    expect((await ask("GET", WORK)).status).toBe(404);
    expect((await ask("DELETE", WORK)).status).toBe(404);
    expect(await homeRevision()).toBe(before + 1);
    const graves = await world.db.rows<{ name: string }>(
      sql`select name from tombstone where name in ('Work', 'shared') order by name`,
    );
    expect(graves.map(({ name }) => name)).toEqual(["Work", "shared"].sort());
  });

  it.each<[string, Ask, number]>([
    ["another depth (DAV-64)", { headers: { depth: "0" } }, 400],
    ["a body (DAV-09)", { body: "<x/>" }, 415],
    ["a condition that does not hold (SYNC-70)", { headers: { if: "(<data:,x>)" } }, 412],
  ])("refuses %s and deletes nothing", async (_what, asking, status) => {
    await addCollection(world, "ann", "Work");
    expect((await ask("DELETE", WORK, asking)).status).toBe(status);
    expect(await kept()).toHaveLength(1);
  });

  it("leaves reserved names and homes alone", async () => {
    await addCollection(world, "ann", "inbox");
    expect((await ask("DELETE", `${HOME}inbox/`)).status).toBe(403);
    expect((await ask("DELETE", HOME)).status).toBe(405);
  });

  it("takes Delete on it and Create on the home from others (CGP-17)", async () => {
    const work = await addCollection(world, "ann", "Work");
    await grant(world, work, "bob", maskOf("l", "r", "d"));
    expect((await ask("DELETE", WORK, { as: "bob" })).status).toBe(403);
    await grant(world, home, "bob", maskOf("c"));
    expect((await ask("DELETE", WORK, { as: "bob" })).status).toBe(204);
    await world.db.rows(sql`delete from grant_entry`);
  });

  it("of somebody else's only takes it out of one's own home", async () => {
    const work = await addCollection(world, "ann", "Work");
    await grant(world, work, "bob", maskOf("l", "r"));
    await bind(world, person(world, "bob").home, "shared", work, "share");
    expect((await ask("DELETE", "/CalDAV/~bob/shared/", { as: "bob" })).status).toBe(204);
    expect((await ask("GET", "/CalDAV/~bob/shared/", { as: "bob" })).status).toBe(404);
    expect((await ask("GET", WORK)).status).toBe(200);
  });
});

import { type CollectionId, sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bind, openWorld, propfindBody, putObjects, send, tell } from "../../test/reading.js";
import { addCollection, person, type World } from "../../testing/world.js";

let world: World;
let work: CollectionId;
const WORK = "/CalDAV/~ann/Work/";
const COLOUR = "{http://apple.com/ns/ical/}calendar-color";

beforeAll(async () => {
  world = await openWorld();
  work = await addCollection(world, "ann", "Work");
  await putObjects(world, work, ["one.ics"]);
  const bob = person(world, "bob");
  await world.db.rows(
    sql`insert into grant_entry (collection_id, subject, rights) values (${work}, ${`p:${bob.id}`}, 3)`,
  );
  await bind(world, bob.home, "Ann", work, "share");
});
afterAll(() => world.db.close());

const update = (inner: string) => ({
  body: `<propertyupdate xmlns="DAV:" xmlns:A="http://apple.com/ns/ical/" xmlns:x="urn:x">${inner}</propertyupdate>`,
});
const set = (inner: string) => update(`<set><prop>${inner}</prop></set>`);

async function patch(path: string, ask: Parameters<typeof send>[3]) {
  const { items } = await tell(await send(world, "PROPPATCH", path, ask));
  const told = items.get(path);
  if (!told) throw new Error("no response for the resource");
  return Object.fromEntries(Object.entries(told.props).map(([name, { status }]) => [name, status]));
}

async function read(path: string, name: Parameters<typeof propfindBody>[0], as = "ann") {
  const ask = { as, headers: { depth: "0" }, body: propfindBody(name) };
  return (await tell(await send(world, "PROPFIND", path, ask))).items.get(path)?.props[name];
}

const revision = async (id: CollectionId) =>
  (await world.db.one<{ revision: number }>(sql`select revision from collection where id = ${id}`))?.revision ?? 0;

describe("PROPPATCH", () => {
  it("takes instructions in document order, the last one holds (DAV-40, DAV-41)", async () => {
    const body = update(`<set><prop><x:a>1</x:a></prop></set><remove><prop><x:a/></prop></remove>
      <set><prop><displayname>Office</displayname><x:a>2</x:a></prop></set>`);
    expect(await patch(WORK, body)).toEqual({ "{urn:x}a": 200, "{DAV:}displayname": 200 });
    expect((await read(WORK, "{urn:x}a"))?.el.text).toBe("2");
    expect((await read(WORK, "{DAV:}displayname"))?.el.text).toBe("Office");
  });

  it("changes nothing when one property is protected, 424 for the others (DAV-40, DAV-41, DAV-42)", async () => {
    const body = set("<x:b>1</x:b><resourcetype/><displayname>Lost</displayname>");
    const { items } = await tell(await send(world, "PROPPATCH", WORK, body));
    const statuses = Object.entries(items.get(WORK)?.props ?? {}).map(([name, { status }]) => [name, status]);
    expect(Object.fromEntries(statuses)).toEqual({
      "{DAV:}resourcetype": 403,
      "{urn:x}b": 424,
      "{DAV:}displayname": 424,
    });
    expect((await read(WORK, "{urn:x}b"))?.status).toBe(404);
    expect((await read(WORK, "{DAV:}displayname"))?.el.text).not.toBe("Lost");
  });

  it("removes what is not there with 200 (DAV-43)", async () => {
    expect(await patch(WORK, update("<remove><prop><x:never/></prop></remove>"))).toEqual({ "{urn:x}never": 200 });
  });

  it("gives dead properties back as they came: attributes, language, mixed content, namespaces (DAV-29, DAV-30, DAV-31)", async () => {
    const body = set(
      '<x:note xml:lang="de" kind="q">Hallo <b xmlns="urn:other">du</b>!</x:note><note xmlns="">plain</note>',
    );
    await patch(`${WORK}one.ics`, body);
    const note = (await read(`${WORK}one.ics`, "{urn:x}note"))?.el;
    expect(note).toMatchObject({ lang: "de", text: "Hallo !", children: [{ name: "{urn:other}b", text: "du" }] });
    expect(note?.attrs.get("kind")).toBe("q");
    expect((await read(`${WORK}one.ics`, "{}note"))?.el.text).toBe("plain");
  });

  it("leaves ETag and date of an object and the collection's own token alone (DAV-46)", async () => {
    const names = ["{DAV:}getetag", "{DAV:}getlastmodified"] as const;
    const before = await Promise.all(names.map(async (name) => (await read(`${WORK}one.ics`, name))?.el.text));
    const own = await revision(work);
    await patch(`${WORK}one.ics`, set("<x:c>1</x:c>"));
    await patch(WORK, set("<x:c>1</x:c><displayname>Again</displayname>"));
    expect(await Promise.all(names.map(async (name) => (await read(`${WORK}one.ics`, name))?.el.text))).toEqual(before);
    expect(await revision(work)).toBe(own);
  });

  it("bumps every home that reaches the collection, and marks it there (DAV-47, SYNC-40)", async () => {
    const homes = [person(world, "ann").home, person(world, "bob").home];
    for (const body of [
      set("<displayname>New</displayname>"),
      set("<A:calendar-color>#112233FF</A:calendar-color>"),
      set("<x:d/>"),
    ]) {
      const before = await Promise.all(homes.map(revision));
      await patch(WORK, body);
      const after = await Promise.all(homes.map(revision));
      expect(after).toEqual(before.map((each) => each + 1));
      const marks = await world.db.rows<{ revision: number }>(
        sql`select revision from binding where collection_id = ${work} order by home_id`,
      );
      expect(marks.map((mark) => mark.revision)).toEqual(after);
    }
  });

  it("keeps stored values byte by byte with their attributes (APL-13)", async () => {
    await patch(WORK, set('<A:calendar-color symbolic-color="orange">#FF9500ff</A:calendar-color>'));
    const colour = (await read(WORK, COLOUR))?.el;
    expect(colour?.text).toBe("#FF9500ff");
    expect(colour?.attrs.get("symbolic-color")).toBe("orange");
  });

  it("keeps a sharee's name and colour for himself alone, also when he may only read (APL-13, APL-18)", async () => {
    const body = set("<displayname>Mine</displayname><A:calendar-color>#000000FF</A:calendar-color>");
    expect(await patch("/CalDAV/~bob/Ann/", { as: "bob", ...body })).toEqual({
      "{DAV:}displayname": 200,
      [COLOUR]: 200,
    });
    expect((await read("/CalDAV/~bob/Ann/", "{DAV:}displayname", "bob"))?.el.text).toBe("Mine");
    expect((await read("/CalDAV/~bob/Ann/", COLOUR, "bob"))?.el.text).toBe("#000000FF");
    expect((await read(WORK, "{DAV:}displayname"))?.el.text).not.toBe("Mine");
    expect((await read(WORK, COLOUR))?.el.text).not.toBe("#000000FF");
    await patch("/CalDAV/~bob/Ann/", { as: "bob", ...update("<remove><prop><displayname/></prop></remove>") });
    expect((await read("/CalDAV/~bob/Ann/", "{DAV:}displayname", "bob"))?.el.text).toBe("New");
  });

  it("lets a reader change nothing that all see (ACL-70)", async () => {
    const { items } = await tell(
      await send(world, "PROPPATCH", "/CalDAV/~bob/Ann/", { as: "bob", ...set("<x:e>1</x:e>") }),
    );
    expect(items.get("/CalDAV/~bob/Ann/")?.props["{urn:x}e"]?.status).toBe(403);
    await expect(send(world, "PROPPATCH", WORK, { as: "bob", ...set("<x:e>1</x:e>") })).rejects.toMatchObject({
      name: "AccessDenied",
      hidden: false,
    });
  });

  it("refuses dead properties beyond the limit with 507, all together (DAV-44)", async () => {
    const half = "x".repeat(2500);
    expect(await patch(`${WORK}one.ics`, set(`<x:big>${half}</x:big>`))).toEqual({ "{urn:x}big": 200 });
    expect(await patch(`${WORK}one.ics`, set(`<x:small/><x:more>${half}</x:more>`))).toEqual({
      "{urn:x}more": 507,
      "{urn:x}small": 424,
    });
    expect(await patch(`${WORK}one.ics`, set(`<x:big>${half}y</x:big>`))).toEqual({ "{urn:x}big": 200 });
  });

  it("answers success without a body for return=minimal, failure with one (DAV-111)", async () => {
    const headers = { prefer: "return=minimal" };
    expect(await send(world, "PROPPATCH", WORK, { headers, ...set("<x:f/>") })).toMatchObject({
      kind: "empty",
      status: 200,
    });
    expect(await send(world, "PROPPATCH", WORK, { headers, ...set("<resourcetype/>") })).toMatchObject({ status: 207 });
  });

  it("protects computed and unknown names of DAV: everywhere (DAV-42)", async () => {
    expect(await patch(`${WORK}one.ics`, set("<getcontentlength>1</getcontentlength>"))).toEqual({
      "{DAV:}getcontentlength": 403,
    });
    expect(await patch(WORK, set("<getcontentlength>1</getcontentlength>"))).toEqual({ "{DAV:}getcontentlength": 403 });
    expect(await patch("/", set("<x:g/>"))).toEqual({ "{urn:x}g": 403 });
  });

  it.each([undefined, "<propfind xmlns='DAV:'/>", "<propertyupdate xmlns='DAV:'/>"])(
    "refuses the body %s with 400",
    async (body) => {
      const ask = body === undefined ? {} : { body };
      await expect(send(world, "PROPPATCH", WORK, ask)).rejects.toMatchObject({ refusal: { status: 400 } });
    },
  );
});

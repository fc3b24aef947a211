import { countingStatements, sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bind, nothingTold, openWorld, propfindBody, putObjects, send, tell } from "../../test/reading.js";
import { addCollection, person, type World } from "../../testing/world.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
  const big = await addCollection(world, "ann", "Big");
  await putObjects(
    world,
    big,
    Array.from({ length: 10_000 }, (_, i) => `event-${i}.ics`),
  );
  const shared = await addCollection(world, "ann", "Shared");
  await putObjects(world, shared, ["one.ics"]);
  await addCollection(world, "ann", "Private");
  await world.db.rows(
    sql`insert into grant_entry (collection_id, subject, rights) values (${shared}, ${`p:${person(world, "bob").id}`}, 3)`,
  );
  await bind(world, person(world, "bob").home, "From Ann", shared, "share");
  const ofBob = await addCollection(world, "bob", "Of Bob");
  await bind(world, person(world, "ann").home, "Bound", ofBob, "share");
  const seen = await addCollection(world, "ann", "Seen");
  await world.db.rows(
    sql`insert into grant_entry (collection_id, subject, rights) values (${seen}, ${`p:${person(world, "bob").id}`}, 1)`,
  );
  await world.db.rows(sql`insert into dead_property (collection_id, name, property, xml) values
    (${shared}, 'one.ics', '{urn:x}note', '<note xmlns="urn:x" xml:lang="de">Hallo <b>du</b></note>')`);
});
afterAll(() => world.db.close());

const listing = (depth: string, ...names: Parameters<typeof propfindBody>) => ({
  headers: { depth },
  body: propfindBody(...names),
});

describe("PROPFIND", () => {
  it("lists 10 000 members with two statements, each once, the collection among them (DAV-20, DAV-27)", async () => {
    const { value, count } = await countingStatements(async () =>
      tell(await send(world, "PROPFIND", "/CalDAV/~ann/Big/", listing("1", "{DAV:}getetag", "{DAV:}resourcetype"))),
    );
    expect(count).toBe(2);
    expect(value.hrefs.length).toBe(10_001);
    expect(value.items.size).toBe(10_001);
    expect(value.items.get("/CalDAV/~ann/Big/event-7.ics")?.props["{DAV:}getetag"]).toMatchObject({ status: 200 });
  });

  it("answers depth 0 with the statement that resolved it (DAV-20)", async () => {
    const { value, count } = await countingStatements(async () =>
      tell(await send(world, "PROPFIND", "/CalDAV/~ann/Big/", listing("0", "{DAV:}displayname", "{DAV:}sync-token"))),
    );
    expect(count).toBe(1);
    expect(value.items.get("/CalDAV/~ann/Big/")?.props["{DAV:}displayname"]?.el.text).toBe("Big");
    expect(value.items.get("/CalDAV/~ann/Big/")?.props["{DAV:}sync-token"]?.el.text).toMatch(/^data:,[-0-9a-f]{36}_2$/);
  });

  it("lists in a home what may be looked up and nothing else, two statements (DAV-32, ACL-71)", async () => {
    const { value, count } = await countingStatements(async () =>
      tell(await send(world, "PROPFIND", "/CalDAV/~ann/", { as: "bob", ...listing("1", "{DAV:}displayname") })),
    );
    expect(count).toBe(2);
    expect(value.hrefs).toEqual(["/CalDAV/~ann/", "/CalDAV/~ann/Seen/", "/CalDAV/~ann/Shared/"]);
  });

  it("keeps the shares somebody bound in his home from others who may see the same calendar (DAV-32, ACL-71)", async () => {
    const as = async (who: string) =>
      (await tell(await send(world, "PROPFIND", "/CalDAV/~ann/", { as: who, ...listing("1", "{DAV:}displayname") })))
        .hrefs;
    expect(await as("bob")).not.toContain("/CalDAV/~ann/Bound/");
    await world.db.rows(
      sql`insert into grant_entry (collection_id, subject, rights) select id, ${`p:${person(world, "ann").id}`}, 1
        from collection where display_name = 'Of Bob'`,
    );
    expect(await as("ann")).toContain("/CalDAV/~ann/Bound/");
  });

  it("shows the owner of a share as the one who gave it (ACL-15)", async () => {
    const { items } = await tell(
      await send(world, "PROPFIND", "/CalDAV/~bob/From%20Ann/", { as: "bob", ...listing("0", "{DAV:}owner") }),
    );
    expect(items.get("/CalDAV/~bob/From%20Ann/")?.props["{DAV:}owner"]?.el.children[0]?.text).toBe(
      "/principals/users/ann@mail.example/",
    );
  });

  it("tells names to Lookup alone and withholds the rest with 403 (DAV-26, ACL-72)", async () => {
    const { items } = await tell(
      await send(world, "PROPFIND", "/CalDAV/~ann/Seen/", {
        as: "bob",
        ...listing("0", "{DAV:}displayname", "{DAV:}sync-token", "{urn:x}unknown"),
      }),
    );
    const { props } = items.get("/CalDAV/~ann/Seen/") ?? nothingTold;
    expect(props["{DAV:}displayname"]?.status).toBe(200);
    expect(props["{DAV:}sync-token"]?.status).toBe(403);
    expect(props["{urn:x}unknown"]?.status).toBe(403);
  });

  it("needs Select for a listing (decision on Lookup, DAV-26)", async () => {
    await expect(
      send(world, "PROPFIND", "/CalDAV/~ann/Seen/", { as: "bob", ...listing("1", "{DAV:}displayname") }),
    ).rejects.toMatchObject({ name: "AccessDenied", hidden: false });
  });

  it("hides what may not be looked up (ACL-71)", async () => {
    await expect(
      send(world, "PROPFIND", "/CalDAV/~ann/Private/", { as: "bob", ...listing("0", "{DAV:}displayname") }),
    ).rejects.toMatchObject({ name: "AccessDenied", hidden: true });
  });

  it.each([["infinity"], [undefined]])("refuses depth %s on collections (DAV-21)", async (depth) => {
    const ask = { body: propfindBody("{DAV:}getetag"), headers: depth === undefined ? {} : { depth } };
    await expect(send(world, "PROPFIND", "/CalDAV/~ann/Big/", ask)).rejects.toMatchObject({
      refusal: { status: 403, condition: "{DAV:}propfind-finite-depth" },
    });
  });

  it("ignores depth on members (DAV-21)", async () => {
    const { items } = await tell(
      await send(world, "PROPFIND", "/CalDAV/~ann/Shared/one.ics", { body: propfindBody("{DAV:}getetag") }),
    );
    expect(items.get("/CalDAV/~ann/Shared/one.ics")?.props["{DAV:}getetag"]?.el.text).toBe('"one.ics-2"');
  });

  it("gives the default set and dead properties without a body (DAV-22, DAV-23, DAV-29, ACL-13)", async () => {
    const { items } = await tell(await send(world, "PROPFIND", "/CalDAV/~ann/Shared/one.ics", {}));
    const { props } = items.get("/CalDAV/~ann/Shared/one.ics") ?? nothingTold;
    expect(Object.keys(props)).toEqual([
      "{DAV:}resourcetype",
      "{DAV:}creationdate",
      "{DAV:}getlastmodified",
      "{DAV:}getcontentlength",
      "{DAV:}getcontenttype",
      "{DAV:}getetag",
      "{urn:x}note",
    ]);
    expect(props["{urn:x}note"]?.el).toMatchObject({ text: "Hallo ", lang: "de", children: [{ name: "{urn:x}b" }] });
  });

  it("gives names alone for propname (DAV-24)", async () => {
    const body = '<propfind xmlns="DAV:"><propname/></propfind>';
    const { items } = await tell(
      await send(world, "PROPFIND", "/CalDAV/~ann/Shared/", { headers: { depth: "1" }, body }),
    );
    const { props } = items.get("/CalDAV/~ann/Shared/one.ics") ?? nothingTold;
    expect(props["{DAV:}getetag"]?.el).toMatchObject({ text: "", children: [] });
    expect(props["{urn:x}note"]?.el).toMatchObject({ text: "", children: [] });
    expect(props["{DAV:}supported-privilege-set"]?.status).toBe(200);
  });

  it("answers an unknown name with 404 and the same qualified name (DAV-25, DAV-31, APL-11)", async () => {
    const { items } = await tell(
      await send(world, "PROPFIND", "/CalDAV/~ann/Big/", listing("0", "{urn:y}displayname", "{DAV:}displayname")),
    );
    const { props } = items.get("/CalDAV/~ann/Big/") ?? nothingTold;
    expect(props["{urn:y}displayname"]?.status).toBe(404);
    expect(props["{DAV:}displayname"]?.status).toBe(200);
  });

  it.each([{ prefer: "return=minimal" }, { brief: "t" }])(
    "leaves 404 out for %j (DAV-110, DAV-117, APL-12)",
    async (headers) => {
      const ask = { headers: { depth: "0", ...headers }, body: propfindBody("{urn:y}nothing") };
      const reply = await send(world, "PROPFIND", "/CalDAV/~ann/Big/", ask);
      const { items } = await tell(reply);
      expect(items.get("/CalDAV/~ann/Big/")).toMatchObject({ status: null, props: {} });
      expect(reply.headers).toMatchObject({ "Preference-Applied": "return=minimal", Vary: "Prefer, Brief" });
    },
  );

  it.each([{ depth: "1", prefer: "depth-noroot" }, { depth: "1,noroot" }])(
    "leaves the collection itself out for %j (DAV-115, DAV-117)",
    async (headers) => {
      const { hrefs } = await tell(
        await send(world, "PROPFIND", "/CalDAV/~ann/Shared/", { headers, body: propfindBody("{DAV:}getetag") }),
      );
      expect(hrefs).toEqual(["/CalDAV/~ann/Shared/one.ics"]);
    },
  );

  it("tells who asks on every resource, also anonymously on the root (DAV-142)", async () => {
    const at = async (path: string, as: string) => {
      const { items } = await tell(
        await send(world, "PROPFIND", path, { as, ...listing("0", "{DAV:}current-user-principal") }),
      );
      return items.get(path)?.props["{DAV:}current-user-principal"]?.el.children[0];
    };
    for (const path of [
      "/",
      "/principals/",
      "/principals/users/bob@mail.example/",
      "/CalDAV/~ann/",
      "/CalDAV/~ann/Big/",
    ]) {
      expect(await at(path, "ann")).toMatchObject({ name: "{DAV:}href", text: "/principals/users/ann@mail.example/" });
    }
    expect(await at("/", "")).toMatchObject({ name: "{DAV:}unauthenticated" });
  });

  it("lists the principals of one's own domain (ACL-50, ACL-62)", async () => {
    const { items } = await tell(
      await send(world, "PROPFIND", "/principals/users/", listing("1", "{DAV:}displayname", "{DAV:}resourcetype")),
    );
    expect(items.get("/principals/users/bob@mail.example/")?.props["{DAV:}displayname"]?.el.text).toBe("Bob Example");
    expect(items.size).toBe(3);
  });

  it("shows the access list to administrators of a collection and to nobody else (ACL-12, ACL-16)", async () => {
    const ask = listing("0", "{DAV:}acl");
    const own = await tell(await send(world, "PROPFIND", "/CalDAV/~ann/Shared/", ask));
    const aces = own.items.get("/CalDAV/~ann/Shared/")?.props["{DAV:}acl"]?.el.children ?? [];
    expect(aces.map(({ children }) => children.map(({ name }) => name.slice(6)))).toEqual([
      ["principal", "grant", "protected"],
      ["principal", "grant"],
    ]);
    const his = await tell(await send(world, "PROPFIND", "/CalDAV/~ann/Shared/", { as: "bob", ...ask }));
    expect(his.items.get("/CalDAV/~ann/Shared/")?.props["{DAV:}acl"]?.status).toBe(403);
  });

  it("refuses a body that is no propfind with 400 (RFC 4918 9.1)", async () => {
    const ask = { headers: { depth: "0" }, body: '<prop xmlns="DAV:"/>' };
    await expect(send(world, "PROPFIND", "/", ask)).rejects.toMatchObject({ refusal: { status: 400 } });
  });
});

import { writeXml } from "@kalends/dav-xml";
import { countingStatements, sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addPrincipal, type Ask, nothingTold, openWorld, send, tell } from "../../test/reading.js";
import { addCollection, person, type World } from "../../testing/world.js";

let world: World;
const ANN = "/principals/users/ann@mail.example/";
const BOB = "/principals/users/bob@mail.example/";
const TEAM = "/principals/groups/team@mail.example/";
const ROOM = "/principals/locations/hall@mail.example/";

beforeAll(async () => {
  world = await openWorld();
  const { domain } = world;
  const team = await addPrincipal(world, domain.id, "group", "team", "The Team");
  await addPrincipal(world, domain.id, "location", "hall", "Great Hall");
  const other = await world.db.one<{ id: number }>(
    sql`insert into domain (name) values ('other.example') returning id`,
  );
  await addPrincipal(world, other?.id ?? 0, "user", "annabel", "Annabel Elsewhere");
  await world.db.rows(
    sql`insert into principal_member (group_id, member_id) values (${team}, ${person(world, "ann").id})`,
  );
  await world.db.rows(
    sql`insert into principal_alias (domain_id, alias, principal_id) values (${domain.id}, 'robert', ${person(world, "bob").id})`,
  );
  const shared = await addCollection(world, "ann", "Shared");
  await world.db.rows(sql`insert into grant_entry (collection_id, subject, rights) values
    (${shared}, ${`p:${person(world, "bob").id}`}, 3), (${shared}, 'anyone', 1)`);
});
afterAll(() => world.db.close());

const D = (root: string, inner: string, attrs = "") =>
  `<${root} xmlns="DAV:" xmlns:CS="http://calendarserver.org/ns/" xmlns:C="urn:ietf:params:xml:ns:caldav" ${attrs}>${inner}</${root}>`;
const report = async (path: string, body: string, ask: Ask = {}) =>
  tell(await send(world, "REPORT", path, { ...ask, body }));
const found = async (path: string, body: string, ask: Ask = {}) => (await report(path, body, ask)).hrefs;

const search = (prop: string, match: string, how = "", attrs = "") =>
  D(
    "principal-property-search",
    `<property-search><prop>${prop}</prop><match ${how}>${match}</match></property-search><prop><displayname/></prop>`,
    attrs,
  );

describe("principal-property-search", () => {
  it("finds caselessly by part of the name, with two statements (ACL-53, ACL-54)", async () => {
    const { value, count } = await countingStatements(() => report("/principals/", search("<displayname/>", "EXAMP")));
    expect(count).toBe(2);
    expect(value.hrefs).toEqual([ANN, BOB]);
    expect(value.items.get(BOB)?.props["{DAV:}displayname"]?.el.text).toBe("Bob Example");
  });

  it.each([
    ["<CS:email-address-set/>", "robert@", 'match-type="starts-with"', [BOB]],
    ["<CS:email-address-set/>", "@mail.example", 'match-type="starts-with"', []],
    ["<C:calendar-user-address-set/>", "mailto:bob@mail.example", 'match-type="equals"', [BOB]],
    ["<displayname/>", "hall", 'match-type="ends-with"', [ROOM]],
    ["<C:calendar-user-type/>", "ROOM", 'match-type="equals"', [ROOM]],
    ["<displayname/><CS:first-name/>", "bo", "", [BOB]],
    ["<unsearchable/>", "bob", "", []],
  ])("searches %s for '%s' (%s) (ACL-53, ACL-56)", async (prop, match, how, hrefs) => {
    expect(await found("/principals/", search(prop, match, how))).toEqual(hrefs);
  });

  it("wants all searches, or one with test=anyof, and the type asked (ACL-53)", async () => {
    const both = `<property-search><prop><displayname/></prop><match>Ann</match></property-search>
      <property-search><prop><displayname/></prop><match>Team</match></property-search><prop><displayname/></prop>`;
    expect(await found("/principals/", D("principal-property-search", both))).toEqual([]);
    expect(await found("/principals/", D("principal-property-search", both, 'test="anyof"'))).toEqual([TEAM, ANN]);
    expect(await found("/principals/", D("principal-property-search", both, 'test="anyof" type="GROUP"'))).toEqual([
      TEAM,
    ]);
  });

  it("searches below the Request-URI, or everywhere when told (ACL-55)", async () => {
    const body = search("<displayname/>", "e");
    expect(await found("/principals/groups/", body)).toEqual([TEAM]);
    expect(await found("/CalDAV/~ann/", body)).toEqual([]);
    const everywhere = body.replace(
      "<prop><displayname/></prop></p",
      "<prop><displayname/></prop><apply-to-principal-collection-set/></p",
    );
    expect((await found("/CalDAV/~ann/", everywhere)).length).toBeGreaterThan(2);
  });

  it("never reaches another domain (ACL-62)", async () => {
    expect(await found("/principals/", search("<displayname/>", "Annabel"))).toEqual([]);
  });

  it("tells of more than the limit with 507 (ACL-57)", async () => {
    const body = search("<displayname/>", "Example").replace(
      "<prop><displayname/></prop></p",
      "<CS:limit><CS:nresults>1</CS:nresults></CS:limit><prop/></p",
    );
    const { items } = await report("/principals/", body);
    expect([...items].map(([href, { status }]) => [href, status])).toEqual([
      [ANN, null],
      ["/principals/", 507],
    ]);
  });

  it("takes Depth 1 for 0 and refuses infinity (ACL-61)", async () => {
    const body = search("<displayname/>", "Bob");
    expect(await found("/principals/", body, { headers: { depth: "1" } })).toEqual([BOB]);
    await expect(found("/principals/", body, { headers: { depth: "infinity" } })).rejects.toMatchObject({
      refusal: { status: 400 },
    });
  });

  it("matches text with signs of patterns literally (ACL-54)", async () => {
    expect(await found("/principals/", search("<displayname/>", "%"))).toEqual([]);
    expect(await found("/principals/", search("<displayname/>", "B_b"))).toEqual([]);
  });
});

describe("calendarserver-principal-search", () => {
  const tokens = (context: string, ...words: string[]) =>
    `<CS:calendarserver-principal-search xmlns:CS="http://calendarserver.org/ns/" xmlns="DAV:" ${context}>
    ${words.map((word) => `<CS:search-token>${word}</CS:search-token>`).join("")}<prop><displayname/></prop></CS:calendarserver-principal-search>`;

  it("wants every token at the start of a word or address (ACL-63, APL-26)", async () => {
    expect(await found("/principals/", tokens("", "exam", "bo"))).toEqual([BOB]);
    expect(await found("/principals/", tokens("", "xample"))).toEqual([]);
    expect(await found("/principals/", tokens("", "robert"))).toEqual([BOB]);
  });

  it("keeps to the context (APL-26)", async () => {
    expect(await found("/principals/", tokens('context="location"', "hall"))).toEqual([ROOM]);
    expect(await found("/principals/", tokens('context="user"', "hall"))).toEqual([]);
    expect(await found("/principals/", tokens('context="attendee"', "hall"))).toEqual([ROOM]);
  });
});

describe("the other reports on principals", () => {
  it("tells what can be searched, with 200 and a root of its own (ACL-58, APL-25)", async () => {
    const reply = await send(world, "REPORT", "/principals/", { body: D("principal-search-property-set", "") });
    if (reply.kind !== "xml") throw new Error("not an XML answer");
    expect(reply).toMatchObject({ status: 200, root: "{DAV:}principal-search-property-set" });
    const text = writeXml(reply.root, reply.build);
    for (const name of ["displayname", "email-address-set", "calendar-user-address-set", "calendar-user-type"]) {
      expect(text).toContain(`:${name}/>`);
    }
    expect(text).toContain('xml:lang="en"');
  });

  it("finds the asker and his groups among principals (ACL-59)", async () => {
    expect(await found("/principals/", D("principal-match", "<self/>"))).toEqual([TEAM, ANN]);
    expect(await found("/principals/groups/", D("principal-match", "<self/>"))).toEqual([TEAM]);
  });

  it("finds what names the asker in a property (ACL-59)", async () => {
    const body = D("principal-match", "<principal-property><owner/></principal-property>");
    expect(await found("/CalDAV/~ann/", body)).toEqual(["/CalDAV/~ann/Shared/"]);
    expect(await found("/CalDAV/~ann/", body, { as: "bob" })).toEqual([]);
  });

  it("tells of the principals in an access list to administrators alone (ACL-60)", async () => {
    const body = D("acl-principal-prop-set", "<prop><displayname/></prop>");
    expect(await found("/CalDAV/~ann/Shared/", body)).toEqual([ANN, BOB]);
    await expect(found("/CalDAV/~ann/Shared/", body, { as: "bob" })).rejects.toMatchObject({ name: "AccessDenied" });
  });
});

describe("expand-property", () => {
  const property = (name: string, inner = "") => `<property name="${name}">${inner}</property>`;

  it("puts responses in the place of hrefs, level by level (DAV-133, DAV-135, ACL-64)", async () => {
    const body = D(
      "expand-property",
      property("owner", property("displayname") + property("principal-URL")) + property("displayname"),
    );
    const { items } = await report("/CalDAV/~ann/Shared/", body, { as: "bob" });
    const owner = items.get("/CalDAV/~ann/Shared/")?.props["{DAV:}owner"]?.el;
    const [response] = owner?.children ?? [];
    expect(response?.name).toBe("{DAV:}response");
    expect(response?.children[0]?.text).toBe(ANN);
    expect(JSON.stringify(response)).toContain("Ann Example");
    expect(items.get("/CalDAV/~ann/Shared/")?.props["{DAV:}displayname"]?.el.text).toBe("Shared");
  });

  it("answers 404 for an href that leads nowhere, and leaves unasked hrefs alone (DAV-133)", async () => {
    const nested = property("current-user-principal", property("principal-collection-set", property("nothing")));
    const { items } = await report(ANN, D("expand-property", nested + property("principal-URL")));
    const { props } = items.get(ANN) ?? nothingTold;
    expect(props["{DAV:}principal-URL"]?.el.children[0]?.name).toBe("{DAV:}href");
    expect(JSON.stringify(props["{DAV:}current-user-principal"]?.el)).toContain("HTTP/1.1 404 Not Found");
  });

  it("takes one more statement for each level, not for each href (DAV-133)", async () => {
    const body = D("expand-property", property("owner", property("displayname")));
    const { count } = await countingStatements(() => report("/CalDAV/~ann/Shared/", body));
    expect(count).toBe(2);
  });

  it("ends where the request ends although resources name each other (DAV-133)", async () => {
    const loop = (depth: number): string => property("principal-URL", depth === 0 ? "" : loop(depth - 1));
    const { items } = await report(ANN, D("expand-property", loop(3)));
    expect(items.get(ANN)?.props["{DAV:}principal-URL"]?.status).toBe(200);
  });
});

describe("REPORT", () => {
  it("refuses what it does not know, and what does not work here (DAV-130)", async () => {
    for (const body of [D("unheard-of", ""), D("acl-principal-prop-set", "")]) {
      await expect(report(ANN, body)).rejects.toMatchObject({
        refusal: { status: 403, condition: "{DAV:}supported-report" },
      });
    }
    await expect(send(world, "REPORT", ANN, {})).rejects.toMatchObject({ refusal: { status: 400 } });
  });

  it("lists per resource exactly the reports that work there (DAV-132, SYNC-01)", async () => {
    const body = '<propfind xmlns="DAV:"><prop><supported-report-set/></prop></propfind>';
    const at = async (path: string) => {
      const { items } = await tell(await send(world, "PROPFIND", path, { headers: { depth: "0" }, body }));
      return (items.get(path)?.props["{DAV:}supported-report-set"]?.el.children ?? []).map(
        (el) => el.children[0]?.children[0]?.name,
      );
    };
    expect(await at("/CalDAV/~ann/")).toContain("{DAV:}sync-collection");
    expect(await at("/CalDAV/~ann/Shared/")).toContain("{DAV:}acl-principal-prop-set");
    expect(await at(ANN)).not.toContain("{DAV:}sync-collection");
    expect(await at(ANN)).toContain("{DAV:}expand-property");
  });
});

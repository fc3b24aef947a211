import { maskOf } from "@kalends/acl";
import { dav } from "@kalends/dav-xml";
import { type CollectionId, countingStatements, sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { putObjects } from "../../test/reading.js";
import { element, errorNames, openRuntime } from "../../test/runtime.js";
import { type Answer, type Ask, exchangeFor, send } from "../../testing/exchange.js";
import { addCollection, grant, type World } from "../../testing/world.js";
import { StaleSignIn } from "../resolve/account.js";
import { formatSyncToken } from "../sync-token.js";
import { expectation } from "./preconditions.js";

let world: World;
let work: CollectionId;

const ask = (verb: string, path: string, asking?: Ask): Promise<Answer> => send(world, verb, path, asking);
const ONE = "/CalDAV/~ann/Work/one.ics";
const WORK = "/CalDAV/~ann/Work/";

async function syncToken(): Promise<string> {
  const row = await world.db.one<{ uuid: string; revision: never }>(
    sql`select uuid, revision from collection where id = ${work}`,
  );
  return row ? formatSyncToken(row) : "";
}

beforeAll(async () => {
  world = await openRuntime();
  work = await addCollection(world, "ann", "Work");
  await putObjects(world, work, ["one.ics"]);
  await world.db.rows(sql`update object set data = 'BEGIN:VCALENDAR grüß', etag = 'e1',
    modified_at = '2026-01-02T03:04:05.678Z' where collection_id = ${work}`);
});
afterAll(() => world.db.close());

describe("verbs", () => {
  it("answers 501 to a verb nobody knows", async () => {
    expect((await ask("BREW", "/")).status).toBe(501);
  });

  it("answers 405 with Allow where a verb does not work, also to Thunderbird's PUT of the root (DAV-60)", async () => {
    const root = await ask("PUT", "/", { headers: { "if-match": "nothing" } });
    expect(root.status).toBe(405);
    expect(root.headers.Allow).toBe("OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT");
    const calendar = await ask("PUT", WORK);
    expect(calendar.status).toBe(405);
    expect(calendar.headers.Allow).toBe("OPTIONS, GET, HEAD, DELETE, POST, PROPFIND, PROPPATCH, ACL, REPORT");
  });

  it.each([
    ["GET", "/CalDAV/~ann/Work/none.ics", 404],
    ["DELETE", "/CalDAV/~ann/None/", 404],
    ["PROPFIND", "/CalDAV/~nobody/", 404],
    ["PROPPATCH", "/CalDAV/~ann/None/", 404],
    ["GET", "/nowhere", 404],
    ["PUT", "/nowhere", 403],
    ["PUT", "/CalDAV/~ann/one.ics", 403],
    ["PUT", "/CalDAV/~ann/None/one.ics", 409],
    ["PUT", "/CalDAV/~ann/Work/new.ics", 201],
    ["GET", "/CalDAV/~ann//Work/", 400],
    ["GET", "/CalDAV/~ann/%zz", 400],
  ])("%s %s: %i (DAV-45, DAV-60, DAV-17)", async (verb, path, status) => {
    expect((await ask(verb, path)).status).toBe(status);
  });

  it("gives a new member the place in the default calendar that its URL means (CGP-03)", async () => {
    await world.db.rows(sql`update principal set default_calendar_id = ${work} where login = 'ann'`);
    expect((await ask("PUT", "/CalDAV/new.ics")).text).toBe("/CalDAV/ new.ics");
  });
});

describe("OPTIONS", () => {
  it("names the classes, 1 first, and what works there (DAV-01)", async () => {
    const { status, headers } = await ask("OPTIONS", WORK);
    expect(status).toBe(200);
    expect(headers.DAV).toMatch(/^1, 3, access-control, extended-mkcol, (.+, )?calendar-access$/);
    expect(headers.Allow).toContain("PROPFIND");
  });

  it.each(["*", "/", "/principals/users/ann/", "/CalDAV/~ann/", ONE, "/CalDAV/~ann/free", "/nowhere"])(
    "is answered on %s (DAV-01, DSC-06)",
    async (path) => {
      expect(await ask("OPTIONS", path)).toMatchObject({
        status: 200,
        headers: { DAV: expect.stringMatching(/^1, /) },
      });
    },
  );

  it("tells strangers about a hidden calendar what it tells about a free name (ACL-71)", async () => {
    const hidden = await ask("OPTIONS", WORK, { as: "bob" });
    expect(hidden).toEqual(await ask("OPTIONS", "/CalDAV/~ann/free/", { as: "bob" }));
    expect(hidden).toEqual(await ask("OPTIONS", "/CalDAV/~nobody/free/", { as: "bob" }));
  });

  it("answers without sign-in, without looking anything up", async () => {
    const { count, value } = await countingStatements(() => ask("OPTIONS", WORK, { as: "" }));
    expect(count).toBe(0);
    expect(value.headers.Allow).toContain("MKCALENDAR");
  });
});

describe("rights", () => {
  it.each([
    ["GET", ONE, 404],
    ["PUT", ONE, 409],
    ["PUT", "/CalDAV/~ann/Work/new.ics", 409],
    ["PUT", "/CalDAV/~ann/None/new.ics", 409],
    ["MKCALENDAR", WORK, 409],
    ["DELETE", WORK, 404],
    ["PROPFIND", "/CalDAV/~ann/", 404],
    ["POST", WORK, 404],
  ])("hide everything: %s %s by a stranger is %i, as if nothing were there (ACL-71)", async (verb, path, status) => {
    expect((await ask(verb, path, { as: "bob" })).status).toBe(status);
  });

  it("without sign-in nothing below the root is answered (DAV-143)", async () => {
    expect((await ask("GET", WORK, { as: "" })).status).toBe(401);
    expect((await ask("PROPFIND", "/", { as: "", headers: { depth: "0" } })).status).toBe(207);
  });

  it("win over conditional headers (DAV-08)", async () => {
    await grant(world, work, "bob", maskOf("l", "r"));
    expect((await ask("PUT", ONE, { as: "bob", headers: { "if-match": '"wrong"' } })).status).toBe(403);
  });

  it.each<[string, string, string, string]>([
    ["PUT", ONE, "write-content", ONE],
    ["PUT", "/CalDAV/~ann/Work/new.ics", "bind", WORK],
    ["DELETE", WORK, "unbind", WORK],
    ["MKCALENDAR", "/CalDAV/~ann/New/", "bind", "/CalDAV/~ann/"],
    ["MKCALENDAR", "/CalDAV/~ann/Hidden/", "bind", "/CalDAV/~ann/"],
  ])("name the privilege that %s %s lacks (ACL-70, DAV-16)", async (verb, path, privilege, href) => {
    if (path.includes("Hidden")) await addCollection(world, "ann", "Hidden");
    const { status, text } = await ask(verb, path, { as: "bob" });
    expect(status).toBe(403);
    expect(errorNames(text)).toEqual([dav("need-privileges")]);
    const [resource] = element(text).children[0]?.children ?? [];
    expect(resource?.children.map((child) => child.text || child.children[0]?.name)).toEqual([href, dav(privilege)]);
  });
});

describe("conditional headers", () => {
  it.each<[string, string, Readonly<Record<string, string>>, number]>([
    ["PUT", ONE, { "if-match": '"e1"' }, 204],
    ["PUT", ONE, { "if-match": '"e0"' }, 412],
    ["PUT", ONE, { "if-none-match": "*" }, 412],
    ["PUT", "/CalDAV/~ann/Work/new.ics", { "if-none-match": "*" }, 201],
    ["PUT", "/CalDAV/~ann/Work/new.ics", { "if-match": "*" }, 412],
    ["PUT", ONE, { if: '(["e1"])' }, 204],
    ["PUT", ONE, { if: '(["e0"])' }, 412],
    ["PUT", ONE, { if: "(" }, 400],
    ["PUT", ONE, { if: "<relative> (<urn:x>)" }, 400],
    ["PUT", ONE, { if: '<https://mail.example/CalDAV/~ann/Work/one.ics> (["e1"])' }, 204],
    ["PUT", ONE, { if: "<https://else.example/x> (Not <urn:x>)" }, 204],
    ["PUT", "/CalDAV/~ann/Work/new.ics", { if: '(Not ["e1"])' }, 201],
    ["PROPFIND", ONE, { "if-none-match": "*", depth: "0" }, 207],
    ["GET", ONE, { "if-none-match": 'W/"e1"' }, 304],
    ["GET", ONE, { "if-modified-since": "Fri, 02 Jan 2026 03:04:05 GMT" }, 304],
    ["GET", ONE, { "if-match": '"e0"' }, 412],
  ])("%s %s with %j: %i (DAV-120, DAV-121, DAV-122, DAV-102)", async (verb, path, headers, status) => {
    expect((await ask(verb, path, { headers })).status).toBe(status);
  });

  it("a 304 carries the validators (DAV-126)", async () => {
    const { headers, text } = await ask("GET", ONE, { headers: { "if-none-match": '"e1"' } });
    expect(headers).toMatchObject({ ETag: '"e1"', "Last-Modified": "Fri, 02 Jan 2026 03:04:05 GMT" });
    expect(text).toBe("");
  });

  it("If takes the sync token of a tagged collection, without a further statement for the one around (SYNC-70)", async () => {
    const token = await syncToken();
    const put = (header: string) => ask("PUT", ONE, { headers: { if: header } });
    const { count, value } = await countingStatements(() => put(`<${WORK}> (<${token}>)`));
    expect([value.status, count]).toEqual([204, 1]);
    expect((await put(`<${WORK}> (<data:,other>)`)).status).toBe(412);
    expect((await put(`</CalDAV/~ann/> (<${token}>)`)).status).toBe(412);
    expect((await put(`(<${token}>)`)).status).toBe(412);
  });

  it("If speaks of the collection itself without a tag (SYNC-71)", async () => {
    const token = await syncToken();
    expect((await ask("PROPPATCH", WORK, { headers: { if: "(<data:,x>)" } })).status).toBe(412);
    expect((await ask("GET", WORK, { headers: { if: `(<${token}>)` } })).status).toBe(200);
  });

  it("If learns nothing about what the asker may not see (ACL-71)", async () => {
    const secret = await addCollection(world, "bob", "Secret");
    await putObjects(world, secret, ["s.ics"]);
    const guess = await ask("PUT", ONE, {
      headers: { if: '</CalDAV/~bob/Secret/s.ics> (Not ["none"] <urn:x>) (["e1"])' },
    });
    expect(guess.status).toBe(412);
  });

  it("become what the writing statement checks again (SYNC-72)", async () => {
    const row = { uuid: "00000000-0000-0000-0000-000000000000", revision: 7 as never };
    const collection = { ...row } as never;
    const target = {
      mapped: true,
      resource: {
        rows: "member",
        kind: "object",
        href: ONE,
        name: "one.ics",
        collection,
        member: { etag: "e1" } as never,
      },
    } as const;
    const of = (headers: Readonly<Record<string, string>>) =>
      expectation(exchangeFor(world, "PUT", ONE, { headers }), target);
    expect(of({})).toEqual({});
    expect(of({ "if-match": '"e1"' })).toEqual({ etag: "e1" });
    expect(of({ if: `<${WORK}> (<${formatSyncToken(row)}>)` })).toEqual({ etag: "e1", revision: 7 });
    const free = { mapped: false, href: ONE, name: "one.ics", parent: null } as const;
    expect(expectation(exchangeFor(world, "PUT", ONE, { headers: { "if-none-match": "*" } }), free)).toEqual({
      etag: null,
    });
  });
});

describe("GET", () => {
  it("gives the stored octets with their validators in one statement (DAV-124)", async () => {
    expect(await ask("GET", ONE)).toEqual({
      status: 200,
      statements: 1,
      headers: {
        "Content-Type": "text/calendar; charset=utf-8",
        ETag: '"e1"',
        "Last-Modified": "Fri, 02 Jan 2026 03:04:05 GMT",
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
      },
      text: "BEGIN:VCALENDAR grüß",
    });
  });

  it("HEAD has the headers of GET (DAV-67)", async () => {
    expect((await ask("HEAD", ONE)).headers).toEqual((await ask("GET", ONE)).headers);
  });

  it.each<[Readonly<Record<string, string>>, number, string, string | undefined]>([
    [{ range: "bytes=0-4" }, 206, "BEGIN", "bytes 0-4/22"],
    [{ range: "bytes=-6" }, 206, "grüß", "bytes 16-21/22"],
    [{ range: "bytes=90-" }, 416, "", "bytes */22"],
    [{ range: "bytes=0-4", "if-range": '"e0"' }, 200, "BEGIN:VCALENDAR grüß", undefined],
    [{ range: "pages=1" }, 200, "BEGIN:VCALENDAR grüß", undefined],
  ])("%j: %i, counted in octets (DAV-127)", async (headers, status, text, range) => {
    const answer = await ask("GET", ONE, { headers });
    expect([answer.status, answer.text, answer.headers["Content-Range"]]).toEqual([status, text, range]);
  });

  it.each(["/", "/principals/", "/principals/users/ann/", "/CalDAV/~ann/", WORK])(
    "shows people a page at %s (DAV-63)",
    async (path) => {
      const { status, headers, text } = await ask("GET", path);
      expect([status, headers["Content-Type"]]).toEqual([200, "text/html; charset=utf-8"]);
      expect(headers["Content-Security-Policy"]).toContain("default-src 'none'");
      expect(text).toContain(`<code>https://mail.example${path}</code>`);
    },
  );

  it("lists what the asker may see, escaped, and nothing else (DAV-63, DAV-32)", async () => {
    await addCollection(world, "ann", "<b>&");
    expect((await ask("GET", "/CalDAV/~ann/")).text).toContain('<a href="/CalDAV/~ann/%3Cb%3E%26/">&lt;b&gt;&amp;</a>');
    expect((await ask("GET", WORK)).text).toContain(`<a href="${ONE}">one.ics</a>`);
    await grant(world, work, "bob", maskOf("l", "r"));
    const seen = (await ask("GET", "/CalDAV/~ann/", { as: "bob" })).text;
    expect([seen.includes("Work/"), seen.includes("%3Cb%3E")]).toEqual([true, false]);
  });

  it("says where a collection without its slash is (DAV-11)", async () => {
    expect((await ask("GET", "/CalDAV/~ann/Work")).headers["Content-Location"]).toBe(WORK);
    expect((await ask("PROPFIND", "/CalDAV/~ann/Work", { headers: { depth: "0" } })).headers["Content-Location"]).toBe(
      WORK,
    );
    expect((await ask("GET", WORK)).headers["Content-Location"]).toBeUndefined();
    expect((await ask("GET", ONE)).headers["Content-Location"]).toBeUndefined();
  });
});

describe("POST", () => {
  const PING = '<ping xmlns="urn:ietf:params:xml:ns:caldav"/>';
  const xml = { "content-type": "application/xml; charset=utf-8" };
  it.each<[string, Ask, number]>([
    [WORK, { headers: xml, body: PING }, 204],
    [WORK, { headers: { "content-type": "text/xml" }, body: PING }, 204],
    [WORK, { headers: xml, body: '<pong xmlns="DAV:"/>' }, 400],
    [WORK, { headers: xml, body: "" }, 400],
    [WORK, { headers: xml, body: "<ping" }, 400],
    [WORK, { headers: { "content-type": "text/calendar" }, body: "x" }, 415],
    [WORK, { headers: { "content-type": "image/png" }, body: "x" }, 415],
    [WORK, { headers: xml, body: PING, as: "bob" }, 403],
    ["/CalDAV/~ann/", { headers: xml, body: PING }, 405],
  ])("to %s, %j: %i (DAV-146)", async (path, asking, status) => {
    expect((await ask("POST", path, asking)).status).toBe(status);
  });
});

describe("errors", () => {
  it("a document type is malformed, and nothing of it is expanded (DAV-07)", async () => {
    const { status, text } = await ask("PROPFIND", "/", {
      headers: { depth: "0" },
      body: '<!DOCTYPE x><propfind xmlns="DAV:"/>',
    });
    expect(status).toBe(400);
    expect(text).toMatch(/^The XML body cannot be read: .+\n$/);
  });

  it("malformed XML is 400 in one line (DAV-03)", async () => {
    const { status, text } = await ask("PROPFIND", "/", { headers: { depth: "0" }, body: "<propfind>" });
    expect(status).toBe(400);
    expect(text).toMatch(/^The XML body cannot be read: .+\n$/);
  });

  it("a void sign-in and the unforeseen go on to the server", async () => {
    await expect(ask("GET", WORK, { epoch: 9 })).rejects.toThrow(StaleSignIn);
    const boom = () => Promise.reject(new RangeError("boom"));
    const broken = { ...world, db: { ...world.db, one: boom, rows: boom } };
    await expect(send(broken, "GET", WORK)).rejects.toThrow("boom");
  });
});

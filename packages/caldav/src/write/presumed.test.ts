import { StaleSignIn } from "@kalends/dav-core";
import { deleteCollection, sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  addCollection,
  limits,
  lunch,
  openWorld,
  person,
  put,
  send,
  told,
  tokenOf,
  type World,
  xml,
} from "../../test/world.js";

let world: World;
let number = 0;
let id: Awaited<ReturnType<typeof addCollection>>;
let home: string;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.db.close());
beforeEach(async () => {
  world.limits = limits;
  number += 1;
  home = `/CalDAV/~ann/Cal${number}/`;
  id = await addCollection(world, "ann", `Cal${number}`);
  await put(world, `${home}known.ics`, lunch("known"));
});

const NEW = { "if-none-match": "*" };
const matching = (tag: string | undefined) => ({ "if-match": tag ?? "" });
const dinner = (uid: string) => lunch(uid).replace("Lunch", "Dinner");

describe("a write to one's own calendar that was written to before", () => {
  it("takes one statement to create, to replace and to remove, and answers the same (CAL-35, DAV-60, DAV-08)", async () => {
    const made = await put(world, `${home}a.ics`, lunch("a"), NEW);
    expect(made).toMatchObject({ status: 201, statements: 1 });
    const changed = await put(world, `${home}a.ics`, dinner("a"), matching(made.headers.ETag));
    expect(changed).toMatchObject({ status: 204, statements: 1 });
    expect((await send(world, "GET", `${home}a.ics`)).headers.ETag).toBe(changed.headers.ETag);
    const same = await put(world, `${home}a.ics`, dinner("a"), matching(changed.headers.ETag));
    expect(same).toMatchObject({ status: 204, headers: { ETag: changed.headers.ETag }, statements: 1 });
    const gone = await send(world, "DELETE", `${home}a.ics`, { headers: matching(changed.headers.ETag) });
    expect(gone).toMatchObject({ status: 204, statements: 1 });
    expect(await send(world, "DELETE", `${home}known.ics`)).toMatchObject({ status: 204, statements: 1 });
    expect((await send(world, "GET", `${home}known.ics`)).status).toBe(404);
  });

  it("looks where the request does not tell what it means to find (RFC 9110 13.1)", async () => {
    const { headers } = await send(world, "GET", `${home}known.ics`);
    for (const conditions of [
      {},
      { "if-match": "*" },
      { "if-match": `${headers.ETag}, "other"` },
      { "if-unmodified-since": headers["Last-Modified"] ?? "" },
      { if: `([${headers.ETag}])` },
      { "if-match": headers.ETag ?? "", "if-none-match": '"other"' },
    ] as Readonly<Record<string, string>>[])
      expect(await put(world, `${home}known.ics`, lunch("known"), conditions)).toMatchObject({
        status: 204,
        statements: 2,
      });
  });

  it.each<[string, number, () => Promise<{ readonly status: number }>]>([
    ["a name that is taken", 412, () => put(world, `${home}known.ics`, dinner("known"), NEW)],
    ["an old tag", 412, () => put(world, `${home}known.ics`, dinner("known"), matching('"old"'))],
    ["a tag where nothing is", 412, () => put(world, `${home}none.ics`, lunch("none"), matching('"old"'))],
    ["a UID that is taken", 409, () => put(world, `${home}b.ics`, lunch("known"), NEW)],
    ["what is no calendar", 403, () => put(world, `${home}b.ics`, "BEGIN:VCALENDAR\r\n", NEW)],
    ["the removal of nothing", 404, () => send(world, "DELETE", `${home}none.ics`)],
    [
      "the removal of another version",
      412,
      () => send(world, "DELETE", `${home}known.ics`, { headers: matching('"old"') }),
    ],
  ])("refuses %s with %i, and changes nothing (DAV-08, CAL-05)", async (_what, status, request) => {
    const token = await tokenOf(world, home);
    expect((await request()).status).toBe(status);
    expect(await tokenOf(world, home)).toBe(token);
  });

  it("refuses another UID under the name (RFC 4791 5.3.2.1)", async () => {
    const { headers } = await send(world, "GET", `${home}known.ics`);
    const answer = await put(world, `${home}known.ics`, lunch("other"), matching(headers.ETag));
    expect(answer.status).toBe(409);
    expect(answer.text).toContain("no-uid-conflict");
  });

  it("tells when there is no room (RFC 4331 6)", async () => {
    world.limits = { ...limits, objectsPerCalendar: 1 };
    expect((await put(world, `${home}a.ics`, lunch("a"), NEW)).status).toBe(507);
  });

  it("does not go by a calendar that is gone, nor by one that it was (RFC 4918 9.7.1)", async () => {
    await world.db.rows(deleteCollection(id));
    expect((await put(world, `${home}a.ics`, lunch("a"), NEW)).status).toBe(409);
    const made = await addCollection(world, "ann", `Cal${number}`, "calendar", ["VTODO"]);
    expect((await put(world, `${home}a.ics`, lunch("a"), NEW)).status).toBe(403);
    await world.db.rows(sql`update collection set components = '{}' where id = ${made}`);
    expect((await put(world, `${home}a.ics`, lunch("a"), NEW)).status).toBe(201);
  });

  it("stops at a lock (RFC 4918 7)", async () => {
    const body = `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>`;
    expect((await send(world, "LOCK", `${home}known.ics`, { body })).status).toBe(200);
    expect((await send(world, "DELETE", `${home}known.ics`)).status).toBe(423);
  });

  it("asks for a sign-in that is good (ACL-20)", async () => {
    const { id: ann } = person(world, "ann");
    await world.db.rows(sql`update principal set credential_epoch = 2 where id = ${ann}`);
    await expect(put(world, `${home}a.ics`, lunch("a"), NEW)).rejects.toThrow(StaleSignIn);
    await world.db.rows(
      sql`update principal set credential_epoch = 1, services = '{"webcal":false}' where id = ${ann}`,
    );
    expect((await put(world, `${home}a.ics`, lunch("a"), NEW)).status).toBe(403);
    await world.db.rows(sql`update principal set services = '{}' where id = ${ann}`);
  });
});

const syncing = (token: string, props = "<D:getetag/>") =>
  xml(
    "D:sync-collection",
    `<D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop>${props}</D:prop>`,
  );

describe("a sync of one's own calendar that was synced before", () => {
  const sync = (token: string, props?: string, path = home) =>
    send(world, "REPORT", path, { body: syncing(token, props) });

  it("takes one statement, and answers the same (RFC 6578 3.2)", async () => {
    const token = await tokenOf(world, home);
    const first = await sync(token);
    expect(first).toMatchObject({ status: 207, statements: 2 });
    expect(await sync(token)).toEqual({ ...first, statements: 1 });
    await put(world, `${home}a.ics`, lunch("a"), NEW);
    await send(world, "DELETE", `${home}known.ics`);
    const answer = await sync(token);
    expect(answer.statements).toBe(1);
    expect(told(answer).map(({ href, status }) => [href, status])).toEqual([
      [`${home}a.ics`, 0],
      [`${home}known.ics`, 404],
    ]);
    expect(answer.text).toContain(`<D:sync-token>${await tokenOf(world, home)}</D:sync-token>`);
    expect(await sync(token, undefined, home.slice(0, -1))).toMatchObject({
      headers: { "Content-Location": home },
      text: answer.text,
    });
  });

  it("looks where more is asked for, and where nothing is known of the token (RFC 6578 3.2, 3.7)", async () => {
    const token = await tokenOf(world, home);
    await sync(token);
    expect((await sync(token, "<D:getetag/><D:current-user-privilege-set/>")).statements).toBeGreaterThan(1);
    expect((await sync(`${token}0`)).status).toBe(403);
    expect(await sync("")).toMatchObject({ status: 207, statements: 1 });
  });

  it("does not go by a calendar that is gone, or by a sign-in that is void (ACL-20)", async () => {
    const token = await tokenOf(world, home);
    await sync(token);
    const { id: ann } = person(world, "ann");
    await world.db.rows(sql`update principal set credential_epoch = 2 where id = ${ann}`);
    await expect(sync(token)).rejects.toThrow(StaleSignIn);
    await world.db.rows(sql`update principal set credential_epoch = 1 where id = ${ann}`);
    await world.db.rows(deleteCollection(id));
    expect((await sync(token)).status).toBe(404);
  });
});

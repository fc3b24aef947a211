import { StaleSignIn } from "@kalends/dav-core";
import { deleteCollection, sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addCollection, limits, lunch, openWorld, person, put, send, tokenOf, type World } from "../../test/world.js";

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

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database, PrincipalId } from "../database.js";
import { WriteRefused } from "../errors.js";
import { type Sql, sql } from "../sql.js";
import type { ObjectsWrite, Presumption, WrittenMember } from "../statements/objects-write.js";
import { writeObjects } from "../statements/write-objects.js";
import { engines, type Household, household, member } from "./engines.js";

describe.each(engines)("a write that presumes, on $name", (engine) => {
  let db: Database;
  let at: Household;
  let salt = 0;
  beforeAll(async () => {
    db = await engine.open({ random: Math.random });
  });
  afterAll(() => db.close());

  const fresh = async () => {
    at = await household(db, `p${++salt}`);
  };
  const presumption = (more: Partial<Presumption> = {}): Presumption => ({
    owner: at.ann,
    epoch: 1,
    services: "{}",
    domainServices: "{}",
    slug: "calendar",
    free: ["calendar/a", "other"],
    kind: "calendar",
    components: ["VEVENT"],
    ...more,
  });
  const write = (w: Partial<ObjectsWrite>) =>
    db.rows<WrittenMember>(
      writeObjects({
        collection: at.calendar,
        by: at.ann,
        via: "caldav",
        members: [],
        removals: [],
        lockEpoch: 0,
        presumption: presumption(),
        ...w,
      }),
    );
  const create = (more: Partial<Presumption> = {}) =>
    write({ members: [member("a", "1", { expect: "absent" })], presumption: presumption(more) });
  const etags = async () =>
    (
      await db.rows<{ etag: string }>(sql`
    select etag from object where collection_id = ${at.calendar}`)
    ).map(({ etag }) => etag);

  test("creates, replaces and removes what is as it was presumed", async () => {
    await fresh();
    expect(await create()).toMatchObject([{ outcome: "created", revision: 2 }]);
    const replacing = { members: [member("a", "2", { expect: { etag: "1" } })] };
    expect(await write(replacing)).toMatchObject([{ outcome: "replaced", revision: 3 }]);
    await expect(write(replacing)).rejects.toThrow(WriteRefused);
    expect(await write({ removals: [{ name: "a", expect: { etag: "2" } }] })).toMatchObject([{ outcome: "removed" }]);
    await create();
    expect(await write({ removals: [{ name: "a", expect: "none" }] })).toMatchObject([{ outcome: "removed" }]);
    await expect(write({ removals: [{ name: "a", expect: "none" }] })).rejects.toThrow(WriteRefused);
  });

  test("refuses another UID under the same name (RFC 4791 5.3.2.1), and the same octets under an old tag", async () => {
    await fresh();
    await create();
    const other = member("a", "2", { uid: "another", expect: { etag: "1" } });
    await expect(write({ members: [other] })).rejects.toThrow(WriteRefused);
    const same = member("a", "old", { expect: { etag: "old" } });
    await expect(write({ members: [same] })).rejects.toThrow(WriteRefused);
    expect(await write({ members: [member("a", "1", { expect: { etag: "1" } })] })).toMatchObject([
      { outcome: "unchanged" },
    ]);
    expect(await etags()).toEqual(["1"]);
  });

  test.each<[string, (at: Household) => Sql]>([
    ["the account is off", ({ ann }) => sql`update principal set enabled = false where id = ${ann}`],
    ["the sign-in is void", ({ ann }) => sql`update principal set credential_epoch = 2 where id = ${ann}`],
    ["a service is off", ({ ann }) => sql`update principal set services = '{"webcal":false}' where id = ${ann}`],
    [
      "a service of the domain is off",
      ({ domain }) => sql`
      update domain set services = '{"webcal":false}' where id = ${domain}`,
    ],
    [
      "the calendar has another name",
      ({ calendar }) => sql`update binding set slug = 'new' where collection_id = ${calendar}`,
    ],
    [
      "something else stands there",
      ({ home, calendar }) => sql`
      insert into binding (home_id, slug, collection_id, revision) values (${home}, 'other', ${calendar}, 1)`,
    ],
    [
      "it takes other components",
      ({ calendar }) => sql`update collection set components = '{VTODO}' where id = ${calendar}`,
    ],
    ["it is of another kind", ({ calendar }) => sql`update collection set kind = 'other' where id = ${calendar}`],
    ["a lock was taken", ({ calendar }) => sql`update collection set lock_epoch = 1 where id = ${calendar}`],
    ["it has another home", ({ ann, calendar }) => sql`update principal set home_id = ${calendar} where id = ${ann}`],
  ])("refuses when %s (ACL-20)", async (_what, change) => {
    await fresh();
    await create();
    await db.rows(change(at));
    for (const attempt of [
      { members: [member("b", "1", { expect: "absent" })] },
      { members: [member("a", "2", { expect: { etag: "1" } })] },
      { members: [member("a", "1", { expect: { etag: "1" } })] },
      { removals: [{ name: "a", expect: "none" }] },
    ] as const)
      await expect(write(attempt)).rejects.toThrow(WriteRefused);
    expect(await etags()).toEqual(["1"]);
  });

  test("refuses whoever does not own the calendar", async () => {
    await fresh();
    const { ann: stranger } = await household(db, `p${++salt}`);
    await expect(create({ owner: stranger })).rejects.toThrow(WriteRefused);
    await expect(create({ owner: 0 as PrincipalId })).rejects.toThrow(WriteRefused);
  });
});

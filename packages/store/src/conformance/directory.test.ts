import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CollectionId, Database, PrincipalId } from "../database.js";
import { UniqueViolation } from "../errors.js";
import { type Sql, sql } from "../sql.js";
import * as s from "../statements/index.js";
import { deadProperties, engines, type Household, household, seenSince } from "./engines.js";

describe.each(engines)("directory on $name", (engine) => {
  let db: Database;
  let at: Household;
  beforeAll(async () => {
    db = await engine.open();
    at = await household(db, "d");
  });
  afterAll(() => db.close());

  const person = (login: string, kind: s.PrincipalKind = "user") =>
    s.insertPrincipal({
      domain: at.domain,
      kind,
      login,
      displayName: login,
      firstName: null,
      lastName: null,
      isAdmin: false,
    });
  const make = async (login: string, kind?: s.PrincipalKind) =>
    (await db.one<{ id: PrincipalId }>(person(login, kind)))?.id ?? (0 as PrincipalId);
  const logins = async (q: Sql) => (await db.rows<s.PrincipalRow>(q)).map((p) => p.login);
  const epoch = async () =>
    (await db.one<s.PrincipalRow>(s.principalByLogin("ann", "d.example")))?.credentialEpoch ?? 0;

  test("domains are found by name and alias, switches are merged", async () => {
    await db.rows(s.insertDomainAlias(at.domain, "alias.example"));
    await db.rows(s.updateDomainServices(at.domain, '{"web":true}'));
    await db.rows(s.updateDomainServices(at.domain, '{"mail":false}'));
    const expected = { name: "d.example", aliases: ["alias.example"], services: { web: true, mail: false } };
    for (const q of [s.domainByName("alias.example"), s.domainByName("d.example")]) {
      expect(await db.one(q)).toMatchObject(expected);
    }
    expect(await db.rows(s.allDomains())).toMatchObject([{ ...expected, accounts: 1 }]);
    await db.rows(s.deleteDomainAlias("alias.example"));
    expect(await db.one(s.domainByName("alias.example"))).toBeUndefined();
  });

  test("principals are found by login and alias, paged and changed", async () => {
    const bob = await make("bob");
    await expect(db.rows(person("bob"))).rejects.toThrow(UniqueViolation);
    await db.rows(s.insertPrincipalAlias(at.domain, "robert", bob));
    expect(await logins(s.principalByLogin("robert", "d.example"))).toEqual(["bob"]);
    await db.rows(s.updatePrincipal(bob, {}));
    await db.rows(s.updatePrincipal(bob, { services: '{"x":1}', home: at.home }));
    const row = await db.one<s.PrincipalRow>(s.principalByLogin("bob", "d.example"));
    expect(row).toMatchObject({ displayName: "bob", services: { x: 1 }, home: at.home, domainName: "d.example" });
    expect(await logins(s.principalsByKind(["user"], "d.example"))).toEqual(["ann", "bob"]);
    expect(await logins(s.principalsByKind(["user"], "e.example"))).toEqual([]);
    expect(await db.rows(s.principalNames())).toContainEqual({ id: bob, name: "bob@d.example" });
  });

  test("a change of standing voids remembered sign-ins, where it is one", async () => {
    const before = await epoch();
    await db.rows(s.updatePrincipal(at.ann, { enabled: false }));
    await db.rows(s.updatePrincipal(at.ann, { enabled: true, isAdmin: true }));
    expect(await epoch()).toBe(before + 2);
    await db.rows(s.updatePrincipal(at.ann, { enabled: true, isAdmin: true, services: "{}" }));
    expect(await epoch()).toBe(before + 2);
  });

  test("groups have members, which may be groups", async () => {
    const [inner, outer] = [await make("inner", "group"), await make("outer", "group")];
    await db.rows(s.insertMember(inner, at.ann));
    await db.rows(s.insertMember(inner, at.ann));
    await db.rows(s.insertMember(outer, inner));
    expect(await logins(s.membersOf(outer))).toEqual(["inner"]);
    expect(await db.rows(s.allMemberships())).toEqual([
      { group: inner, member: at.ann },
      { group: outer, member: inner },
    ]);
    await db.rows(s.deleteMember(inner, at.ann));
    expect(await logins(s.membersOf(inner))).toEqual([]);
  });

  test("a new password replaces the old one and voids remembered sign-ins", async () => {
    const before = await epoch();
    await db.rows(s.setPassword(at.ann, "one"));
    await db.rows(s.setPassword(at.ann, "two"));
    expect(await epoch()).toBe(before + 2);
    const app = { principal: at.ann, label: "phone", hash: "h", expiresAt: 5000, scope: { access: "read" } } as const;
    const made = await db.one<{ id: number }>(s.insertAppPassword(app));
    const id = made?.id ?? 0;
    expect(await db.rows(s.touchCredential(id, 10_000, 60_000))).toHaveLength(1);
    expect(await db.rows(s.touchCredential(id, 20_000, 60_000))).toHaveLength(0);
    expect(await db.rows(s.appPasswordsOf(at.ann))).toMatchObject([
      { id, label: "phone", expiresAt: 5000, lastUsedAt: 10_000, scope: { access: "read" } },
    ]);
    const signIn = (now: number) => db.one<s.SignInRow>(s.findSignIn("ann", null, at.domain, now));
    expect(await signIn(4000)).toMatchObject({
      id: at.ann,
      password: "two",
      apps: [{ id, hash: "h", expiresAt: 5000 }],
    });
    expect(await signIn(6000)).toMatchObject({ domain: "d.example", apps: [] });
    await db.rows(s.deleteAppPassword(at.ann, id));
    expect(await epoch()).toBe(before + 3);
  });

  test("grants are set one by one, removed by no rights, and replaced as a whole (RFC 3744 8.1)", async () => {
    const entry = { collection: at.calendar, subject: "anyone", positive: true, rights: 3 };
    await db.rows(s.setGrant(entry));
    await db.rows(s.setGrant({ ...entry, subject: "p:1", positive: false, rights: 1 }));
    expect(await db.rows(s.grantsOf([at.calendar]))).toMatchObject([{ subject: "p:1", positive: false }, entry]);
    await db.rows(s.setGrant({ ...entry, subject: "p:1", positive: false, rights: 0 }));
    expect(await db.rows(s.grantsOf([at.calendar]))).toEqual([entry]);
    const wanted = [
      { ...entry, rights: 4 },
      { ...entry, rights: 1 },
      { ...entry, subject: "p:2", rights: 1 },
      { ...entry, subject: "p:3", rights: 0 },
    ];
    await db.rows(s.replaceGrants(at.calendar, wanted));
    expect(await db.rows(s.grantsOf([at.calendar]))).toMatchObject([{ rights: 5 }, { subject: "p:2" }]);
    await db.rows(s.copyGrants(at.calendar, at.home, ["p:2"]));
    expect(await db.rows(s.grantsOf([at.home]))).toMatchObject([{ subject: "anyone", rights: 5 }]);
    await db.rows(s.replaceGrants(at.calendar, []));
    expect(await db.rows(s.grantsOf([at.calendar]))).toEqual([]);
  });

  test("a grant that changes is told to every home that binds the collection, one that does not is not (ACL-85)", async () => {
    const { id: other } = (await db.one<{ id: CollectionId }>(s.createHome(at.ann))) ?? { id: at.home };
    await db.rows(s.bind({ home: other, slug: "s", collection: at.calendar, how: "share", overlay: "{}" }));
    const told = async (change: Sql) => {
      const since = await Promise.all([at.home, other].map(async (home) => (await seenSince(db, home, 0)).current));
      await db.rows(change);
      const now = await Promise.all([at.home, other].map((home, n) => seenSince(db, home, since[n] ?? 0)));
      return now.flatMap(({ changes }) => changes.map(({ name }) => name));
    };
    const entry = { collection: at.calendar, subject: "anyone", positive: true, rights: 3 };
    expect(await told(s.setGrant(entry))).toEqual(["calendar", "s"]);
    expect(await told(s.setGrant(entry))).toEqual([]);
    expect(await told(s.replaceGrants(at.calendar, [entry]))).toEqual([]);
    expect(await told(s.replaceGrants(at.calendar, []))).toEqual(["calendar", "s"]);
    expect(await told(s.setGrant({ ...entry, rights: 0 }))).toEqual([]);
    const untouched = () =>
      db.rows(sql`select id, revision from collection where id <> all(${[at.home, other]}::bigint[]) order by id`);
    const before = await untouched();
    await db.rows(s.replaceGrants(at.calendar, [entry]));
    await db.rows(s.replaceGrants(at.calendar, []));
    expect(await untouched()).toEqual(before);
    await db.rows(s.unbind(other, "s"));
  });

  test("locks are in force until they expire, by the database's clock (DAV-99, RFC 4918 6.6)", async () => {
    const give = async (name: string, seconds: number): Promise<s.LockRow> => {
      const lock = { collection: at.calendar, name, owner: at.ann, scope: "exclusive" as const, depthInfinity: true };
      const row = await db.one<s.LockRow>(s.insertLock({ ...lock, onFolder: false, ownerXml: "<o/>", seconds }));
      if (!row) throw new Error("no lock was given");
      return row;
    };
    const tokens = async () => (await db.rows<s.LockRow>(s.locksIn([at.calendar]))).map((l) => l.token);
    const around = async (name: string) =>
      db.one<{ epoch: number; locks: readonly s.LockRow[] | null }>(s.locksAround(at.calendar, name));
    const before = (await around("a"))?.epoch ?? 0;
    expect(await db.one(s.openLocks(at.calendar))).toEqual({ id: at.calendar });
    const [own, whole, expired] = [await give("a", 100), await give("", 100), await give("b", -1)];
    expect(own).toMatchObject({ name: "a", owner: at.ann, scope: "exclusive", depthInfinity: true, ownerXml: "<o/>" });
    expect(own.token).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    expect(own.seconds).toBe(100);
    expect(await tokens()).toEqual([whole.token, own.token]);
    const seen = await around("a");
    expect(seen?.epoch).toBe(before + 1);
    expect(seen?.locks?.map(({ token, seconds }) => ({ token, counts: seconds > 90 && seconds <= 100 }))).toEqual([
      { token: whole.token, counts: true },
      { token: own.token, counts: true },
    ]);
    expect((await around("b"))?.locks?.map(({ token }) => token)).toEqual([whole.token]);
    expect(await db.rows(s.refreshLock(expired.token, 100))).toEqual([]);
    expect(await db.one(s.refreshLock(own.token, 500))).toMatchObject({ token: own.token, seconds: 500 });
    expect(await db.rows(s.deleteLock(own.token))).toEqual([{ token: own.token }]);
    expect(await tokens()).toEqual([whole.token]);
    await db.rows(s.openLocks(at.calendar));
    expect(await db.rows(s.deleteLock(expired.token))).toEqual([]);
    await db.rows(s.deleteLock(whole.token));
  });

  test("a write judged before a lock was given is refused (DAV-95)", async () => {
    const epoch = (await db.one<{ epoch: number }>(s.locksAround(at.calendar, "")))?.epoch ?? 0;
    await db.rows(s.openLocks(at.calendar));
    expect(await db.rows(s.deleteCollection(at.calendar, epoch))).toEqual([]);
    const renaming = { home: at.home, slug: "calendar", to: "other", collection: at.calendar };
    expect(await db.rows(s.renameBinding({ ...renaming, lockEpoch: epoch }))).toEqual([]);
    const text = { name: "late.ics", uid: "late", component: "VEVENT", etag: "e", size: 1, data: "x", index: "{}" };
    const times = { firstStart: null, lastEnd: null, recurring: false, scheduleTag: null };
    const members = [{ ...text, ...times, expect: "none" as const }];
    const write = { collection: at.calendar, by: null, via: "test", members, removals: [] };
    await expect(db.rows(s.writeObjects({ ...write, lockEpoch: epoch }))).rejects.toMatchObject({ reason: "changed" });
    expect(await db.rows(s.writeObjects({ ...write, lockEpoch: epoch + 1 }))).toMatchObject([{ outcome: "created" }]);
  });

  test("settings are set, kept once set, and removed", async () => {
    await db.rows(s.setSetting("a", "1"));
    await db.rows(s.setSetting("a", '{"b":2}'));
    expect(await db.one(s.setting("a"))).toEqual({ value: { b: 2 } });
    expect(await db.one(s.settingOnce("key", '"first"'))).toEqual({ value: "first" });
    expect(await db.one(s.settingOnce("key", '"second"'))).toEqual({ value: "first" });
    expect(await db.rows(s.allSettings())).toHaveLength(2);
    await db.rows(s.deleteSetting("a"));
    expect(await db.one(s.setting("a"))).toBeUndefined();
  });

  test("dead properties go along with a member, others at the target go (RFC 4918 9.8.2)", async () => {
    const property = (name: string) => ({ property: name, xml: "<x/>" });
    await db.rows(s.changeDeadProperties(at.calendar, "a", [property("{x}a")], []));
    await db.rows(s.changeDeadProperties(at.calendar, "b", [property("{x}b")], []));
    await db.rows(s.copyDeadProperties({ collection: at.calendar, name: "a" }, { collection: at.calendar, name: "b" }));
    expect(await deadProperties(db, at.calendar, "b")).toMatchObject([{ property: "{x}a" }]);
  });

  test("nothing has failed in an outbox without messages", async () => {
    expect(await db.rows(s.failedOutbox(5))).toEqual([]);
  });

  test("removing a domain removes everybody and everything in it", async () => {
    await db.rows(sql`delete from domain where id = ${at.domain}`);
    expect(await db.one(sql`select count(*) as n from collection`)).toEqual({ n: 0 });
  });
});

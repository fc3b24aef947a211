import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database, PrincipalId } from "../database.js";
import { UniqueViolation } from "../errors.js";
import { type Sql, sql } from "../sql.js";
import * as s from "../statements/index.js";
import { engines, type Household, household } from "./engines.js";

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
  const epoch = async () => (await db.one<s.PrincipalRow>(s.principalById(at.ann)))?.credentialEpoch ?? 0;

  test("domains are found by name and alias, switches are merged", async () => {
    await db.rows(s.insertDomainAlias(at.domain, "alias.example"));
    await db.rows(s.updateDomainServices(at.domain, '{"web":true}'));
    await db.rows(s.updateDomainServices(at.domain, '{"mail":false}'));
    const expected = { name: "d.example", aliases: ["alias.example"], services: { web: true, mail: false } };
    for (const q of [s.domainByName("alias.example"), s.domainByName("d.example"), s.domainById(at.domain)]) {
      expect(await db.one(q)).toMatchObject(expected);
    }
    expect(await db.rows(s.allDomains())).toHaveLength(1);
    await db.rows(s.deleteDomainAlias("alias.example"));
    expect(await db.one(s.domainByName("alias.example"))).toBeUndefined();
    await db.rows(s.renameDomain(at.domain, "e.example"));
    expect(await db.one(s.domainByName("e.example"))).toBeDefined();
    await db.rows(s.renameDomain(at.domain, "d.example"));
  });

  test("principals are found by login and alias, paged and changed", async () => {
    const bob = await make("bob");
    await expect(db.rows(person("bob"))).rejects.toThrow(UniqueViolation);
    await db.rows(s.insertPrincipalAlias(at.domain, "robert", bob));
    expect(await logins(s.principalByLogin("robert", "d.example"))).toEqual(["bob"]);
    await db.rows(s.deletePrincipalAlias(at.domain, "robert"));
    expect(await logins(s.principalByLogin("robert", "d.example"))).toEqual([]);
    await db.rows(s.updatePrincipal(bob, {}));
    await db.rows(
      s.updatePrincipal(bob, { displayName: "Bob B.", firstName: "Bob", services: '{"x":1}', home: at.home }),
    );
    const row = await db.one<s.PrincipalRow>(s.principalById(bob));
    expect(row).toMatchObject({ displayName: "Bob B.", firstName: "Bob", home: at.home, domainName: "d.example" });
    expect(await logins(s.principalByUuid(row?.uuid ?? ""))).toEqual(["bob"]);
    expect(await logins(s.principalByUuid("not a uuid"))).toEqual([]);
    expect(await logins(s.principalsById([bob, at.ann]))).toEqual(["ann", "bob"]);
    expect(await logins(s.principalsPage({ domain: at.domain, search: "OB B", kinds: ["user"], limit: 5 }))).toEqual([
      "bob",
    ]);
    expect(await logins(s.principalsPage({ limit: 1, after: "ann" }))).toEqual(["bob"]);
    await db.rows(s.deletePrincipal(bob));
    expect(await db.one(s.principalById(bob))).toBeUndefined();
  });

  test("groups reach through groups, circles included", async () => {
    const [inner, outer] = [await make("inner", "group"), await make("outer", "group")];
    await db.rows(s.setMembers(inner, [at.ann]));
    await db.rows(s.addMember(outer, inner));
    await db.rows(s.addMember(inner, outer));
    expect(await logins(s.groupsOf(at.ann))).toEqual(["inner", "outer"]);
    expect(await logins(s.membersOf(inner))).toEqual(["ann", "outer"]);
    await db.rows(s.removeMember(inner, outer));
    await db.rows(s.setMembers(inner, []));
    expect(await logins(s.groupsOf(at.ann))).toEqual([]);
  });

  test("a new password replaces the old one and voids remembered sign-ins", async () => {
    const before = await epoch();
    await db.rows(s.setPassword(at.ann, "one"));
    await db.rows(s.setPassword(at.ann, "two"));
    await db.rows(s.rehashPassword(at.ann, "one", "wrong"));
    await db.rows(s.rehashPassword(at.ann, "two", "three"));
    expect(await epoch()).toBe(before + 2);
    const app = { principal: at.ann, label: "phone", hash: "h", scope: '{"dav":true}', expiresAt: 5000 };
    const made = await db.one<{ id: number }>(s.insertAppPassword(app));
    const id = made?.id ?? 0;
    expect(await db.rows(s.touchCredential(id, 10_000, 60_000))).toHaveLength(1);
    expect(await db.rows(s.touchCredential(id, 20_000, 60_000))).toHaveLength(0);
    expect(await db.rows(s.credentialsOf(at.ann))).toMatchObject([
      { kind: "password", hash: "three", expiresAt: null },
      { kind: "app", label: "phone", scope: { dav: true }, expiresAt: 5000, lastUsedAt: 10_000 },
    ]);
    await db.rows(s.deleteCredential(at.ann, id));
    expect(await epoch()).toBe(before + 3);
  });

  test("grants are set one by one, removed by no rights, and replaced as a whole", async () => {
    const entry = { subject: "anyone", positive: true, rights: 3 };
    await db.rows(s.setGrant(at.calendar, "anyone", true, 3));
    await db.rows(s.setGrant(at.calendar, "p:1", false, 1));
    expect(await db.rows(s.grantsTo(["anyone"]))).toEqual([{ collection: at.calendar, ...entry }]);
    await db.rows(s.setGrant(at.calendar, "p:1", false, 0));
    expect(await db.rows(s.grantsOf(at.calendar))).toHaveLength(1);
    await db.rows(
      s.replaceGrants(at.calendar, [
        { ...entry, rights: 7 },
        { subject: "p:2", positive: true, rights: 1 },
      ]),
    );
    expect(await db.rows(s.grantsOfMany([at.calendar]))).toMatchObject([{ rights: 7 }, { subject: "p:2" }]);
    await db.rows(s.replaceGrants(at.calendar, []));
    expect(await db.rows(s.grantsOf(at.calendar))).toEqual([]);
  });

  test("locks are in force until they expire, and from the collection down by depth (RFC 4918 6.1)", async () => {
    const lock = (token: string, name: string, expiresAt: number): s.LockRow => ({
      token,
      collection: at.calendar,
      name,
      owner: at.ann,
      scope: "exclusive",
      depthInfinity: name === "",
      ownerXml: "",
      expiresAt,
    });
    const tokens = async (q: Sql) => (await db.rows<s.LockRow>(q)).map((l) => l.token);
    await db.rows(s.insertLock(lock("t1", "a", 1000)));
    await db.rows(s.insertLock(lock("t2", "", 2000)));
    expect(await tokens(s.locksOn(at.calendar, ["a"], 500))).toEqual(["t1", "t2"]);
    expect(await tokens(s.locksOn(at.calendar, ["b"], 1500))).toEqual(["t2"]);
    await db.rows(s.refreshLock("t1", 3000));
    expect(await tokens(s.locksIn(at.calendar, 2500))).toEqual(["t1"]);
    expect(await tokens(s.deleteExpiredLocks(2500))).toEqual(["t2"]);
    expect(await tokens(s.lockByToken("t1"))).toEqual(["t1"]);
    expect(await tokens(s.deleteLocksOn(at.calendar, "a"))).toEqual(["t1"]);
    expect(await tokens(s.deleteLock("t1"))).toEqual([]);
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
    expect(await db.rows(s.deadProperties(at.calendar, ["b"]))).toMatchObject([{ property: "{x}a" }]);
    await db.rows(s.deleteDeadProperties(at.calendar, "b"));
    expect(await db.rows(s.deadProperties(at.calendar, ["b"]))).toEqual([]);
  });

  test("an owner's objects are found by UID across collections; new index values move no revision", async () => {
    const write = (name: string) => ({
      name,
      uid: "u",
      component: "VEVENT",
      etag: "1",
      size: 1,
      data: "d",
      firstStart: null,
      lastEnd: null,
      recurring: false,
      index: "{}",
      scheduleTag: "s",
      expect: "none" as const,
    });
    await db.rows(s.writeObjects({ collection: at.calendar, by: null, via: "t", members: [write("a")], removals: [] }));
    await db.rows(
      s.reindexObject(at.calendar, "a", "1", { firstStart: 5, lastEnd: 6, recurring: true, index: '{"i":1}' }),
    );
    const [row] = await db.rows<s.ObjectWithData>(s.ownedObjectsByUid(at.ann, "u", { data: true }));
    expect(row).toMatchObject({ name: "a", revision: 2, firstStart: 5, recurring: true, index: { i: 1 }, data: "d" });
    expect(await db.one(s.objectByName(at.calendar, "a", { data: false }))).toMatchObject({ scheduleTag: "s" });
    expect(await db.one(s.collectionById(at.calendar))).toMatchObject({ kind: "calendar", components: ["VEVENT"] });
    await db.rows(s.touchCollection(at.calendar));
    expect(await db.rows(s.bindingsOf(at.calendar))).toHaveLength(1);
    expect(await db.rows(s.setCollectionOwner(at.calendar, at.ann))).toHaveLength(1);
    expect(await db.rows(s.failedOutbox(5))).toEqual([]);
  });

  test("removing a domain removes everybody and everything in it", async () => {
    await db.rows(s.deleteDomain(at.domain));
    expect(await db.one(sql`select count(*) as n from collection`)).toEqual({ n: 0 });
  });
});

import { grantOf, maskOf, ofDomain, ofPrincipal, setGrant } from "@kalends/acl";
import {
  coreMigrations,
  type Database,
  type GrantRow,
  grantsOf,
  migrate,
  openDatabase,
  type PrincipalId,
  raw,
  sql,
} from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addAccountAlias,
  createAccount,
  deletePrincipal,
  listAccounts,
  removeAccountAlias,
  setAccountServices,
  setAdmin,
  setEnabled,
  setPassword,
} from "./accounts.js";
import { createAppPassword, listAppPasswords, revokeAppPassword } from "./app-passwords.js";
import {
  addDomainAlias,
  createDomain,
  listDomains,
  peoplePolicy,
  removeDomainAlias,
  setDomainServices,
  setPeoplePolicy,
} from "./domains.js";
import { findDomain, principalNamed } from "./find.js";
import { addMember, listMembers, removeMember } from "./groups.js";
import { DirectoryError } from "./names.js";
import { createPasswords } from "./passwords.js";

const passwords = createPasswords({ cost: 4 });
const random = (count: number) => Uint8Array.from({ length: count }, (_, n) => n * 11);
let db: Database;
let ann: PrincipalId;

const code = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof DirectoryError ? error.code : error),
  );
const epoch = async (id: PrincipalId) =>
  (await db.one<{ n: number }>(sql`select credential_epoch as n from principal where id = ${id}`))?.n ?? 0;
const add = (login: string, rest: object = {}) =>
  createAccount(db, passwords, { login, domain: "mail.example", ...rest });

beforeAll(async () => {
  db = await openDatabase({ url: "embedded:memory" });
  await migrate(db, coreMigrations());
  await createDomain(db, "mail.example");
  ann = await add("Ann", { displayName: "Ann Smith", password: "correct horse", isAdmin: true });
});
afterAll(() => db?.close());

describe("a new account", () => {
  it("has a home with calendar, tasks and inbox, found by their roles (RFC 4791 6.2, RFC 6638 2.2)", async () => {
    const bound = await db.rows(sql`
      select b.slug, c.kind, c.components, c.display_name, c.id = p.default_calendar_id as calendar,
        c.id = p.default_tasks_id as tasks
      from principal p join binding b on b.home_id = p.home_id join collection c on c.id = b.collection_id
      where p.id = ${ann} order by lower(b.slug)`);
    const row = (slug: string, kind: string, components: string[], role: string) => ({
      slug,
      kind,
      components,
      display_name: slug === "inbox" ? "Inbox" : slug,
      calendar: role === "calendar",
      tasks: role === "tasks",
    });
    expect(bound).toEqual([
      row("Calendar", "calendar", ["VEVENT"], "calendar"),
      row("inbox", "schedule-inbox", [], ""),
      row("Tasks", "calendar", ["VTODO"], "tasks"),
    ]);
  });

  it("lets its domain see when the default calendar is busy, and nothing else (RFC 4791 6.1.1)", async () => {
    const found = await db.one<{ domain: number; calendar: number; owned: readonly number[] }>(sql`
      select p.domain_id as domain, p.default_calendar_id as calendar,
        (select json_agg(id) from collection where owner_id = p.id) as owned from principal p where id = ${ann}`);
    const rows = await db.rows<GrantRow>(grantsOf((found?.owned ?? []) as never));
    expect(rows.map((row) => [row.collection, grantOf(row)])).toEqual([
      [found?.calendar, { subject: ofDomain(found?.domain as never), positive: true, rights: maskOf("9") }],
    ]);
  });

  it("keeps its time to itself where the domain says so", async () => {
    await createDomain(db, "quiet.example");
    await setDomainServices(db, "quiet.example", { "colleagues-free-busy": false });
    const id = await createAccount(db, passwords, { login: "eve", domain: "quiet.example" });
    const grants = await db.rows(sql`
      select 1 from grant_entry g join collection c on c.id = g.collection_id where c.owner_id = ${id}`);
    expect(grants).toEqual([]);
  });

  it("is made whole or not at all", async () => {
    expect(await code(add("ann"))).toBe("taken");
    expect(await code(add("x", { password: "" }))).toBe("invalid");
    expect(await code(createAccount(db, passwords, { login: "x", domain: "nowhere.example" }))).toBe("unknown");
    const orphans = await db.rows(sql`select 1 from collection c where owner_id not in (select id from principal)`);
    expect(orphans).toEqual([]);
    expect((await listAccounts(db, { kinds: ["user"], domain: "mail.example" })).map(({ login }) => login)).toEqual([
      "ann",
    ]);
  });

  it("is listed with what there is to know", async () => {
    expect((await listAccounts(db, { kinds: ["user"], domain: "Mail.Example" }))[0]).toEqual({
      id: ann,
      kind: "user",
      login: "ann",
      domain: "mail.example",
      displayName: "Ann Smith",
      isAdmin: true,
      enabled: true,
      services: {},
      aliases: [],
    });
  });
});

describe("domains", () => {
  it("answer to their aliases, which nobody else can take", async () => {
    await createDomain(db, "a.example");
    await addDomainAlias(db, "a.example", "A-alias.example");
    await addDomainAlias(db, "a.example", "a-alias.example");
    expect((await findDomain(db, "A-ALIAS.example"))?.name).toBe("a.example");
    expect(await code(createDomain(db, "a-alias.example"))).toBe("taken");
    expect(await code(createDomain(db, "a.example"))).toBe("taken");
    expect(await code(addDomainAlias(db, "mail.example", "a-alias.example"))).toBe("taken");
    expect(await code(addDomainAlias(db, "nowhere.example", "x.example"))).toBe("unknown");
    expect((await listDomains(db)).find(({ name }) => name === "a.example")?.aliases).toEqual(["a-alias.example"]);
    await removeDomainAlias(db, "a-alias.example");
    expect(await findDomain(db, "a-alias.example")).toBeUndefined();
    expect(await code(removeDomainAlias(db, "a-alias.example"))).toBe("unknown");
  });

  it("and accounts have switches, of which those not named stay", async () => {
    await createDomain(db, "s.example");
    const id = await createAccount(db, passwords, { login: "sam", domain: "s.example" });
    await setAccountServices(db, id, { webcal: false });
    await setAccountServices(db, id, { anonymous: false });
    await setDomainServices(db, "s.example", { webcal: false });
    await setDomainServices(db, "s.example", { webcal: true });
    const [sam] = await listAccounts(db, { kinds: ["user"], domain: "s.example" });
    expect(sam?.services).toEqual({ webcal: false, anonymous: false });
    expect((await findDomain(db, "s.example"))?.services).toEqual({ webcal: true });
    expect(await code(setAccountServices(db, id, { mail: true } as never))).toBe("invalid");
  });

  it("say how far their people find each other, beside their switches (ACL-62)", async () => {
    expect(await peoplePolicy(db, "s.example")).toBe("all");
    await setPeoplePolicy(db, "s.example", "exact");
    expect([await peoplePolicy(db, "s.example"), (await findDomain(db, "s.example"))?.services]).toEqual([
      "exact",
      { webcal: true, people: "exact" },
    ]);
    expect(await code(setPeoplePolicy(db, "nowhere.example", "off"))).toBe("unknown");
  });
});

describe("aliases of accounts", () => {
  it("name the account, and stand in the way of a second one", async () => {
    await addAccountAlias(db, "ann", "mail.example", "Annie");
    await addAccountAlias(db, "ann", "mail.example", "annie");
    expect((await principalNamed(db, "annie", "mail.example")).id).toBe(ann);
    expect(await code(add("annie"))).toBe("taken");
    await add("dan");
    expect(await code(addAccountAlias(db, "dan", "mail.example", "annie"))).toBe("taken");
    expect(await code(addAccountAlias(db, "dan", "mail.example", "ann"))).toBe("taken");
    expect(await code(principalNamed(db, "nobody", "mail.example"))).toBe("unknown");
  });

  it("go again, and only where they are (CGP-04)", async () => {
    await addAccountAlias(db, "ann", "mail.example", "anna");
    expect((await principalNamed(db, "anna", "mail.example")).id).toBe(ann);
    await removeAccountAlias(db, "ann", "mail.example", "ANNA");
    expect(await code(principalNamed(db, "anna", "mail.example"))).toBe("unknown");
    expect(await code(removeAccountAlias(db, "ann", "mail.example", "anna"))).toBe("unknown");
  });
});

describe("an account that is removed", () => {
  it("leaves nothing behind: no mailbox, no entry, no membership; homes that saw an entry are told (ACL-85)", async () => {
    const id = await add("gone", { password: "correct horse" });
    await add("band", { kind: "group" });
    await addMember(db, "band", "gone", "mail.example");
    const seen = async () =>
      db.one<{ calendar: number; revision: number }>(sql`select p.default_calendar_id as calendar, h.revision
        from principal p join collection h on h.id = p.home_id where p.id = ${ann}`);
    const { calendar, revision } = (await seen()) ?? { calendar: 0, revision: 0 };
    await db.rows(setGrant(calendar as never, { subject: ofPrincipal(id), positive: true, rights: maskOf("l") }));
    await deletePrincipal(db, id);
    expect((await seen())?.revision).toBe(revision + 2);
    const left = await db.rows(sql`select 'principal' from principal where id = ${id}
      union all select 'collection' from collection where owner_id = ${id}
      union all select 'entry' from grant_entry where subject = ${`p:${id}`}
      union all select 'member' from principal_member where member_id = ${id}
      union all select 'credential' from credential where principal_id = ${id}`);
    expect(left).toEqual([]);
  });
});

describe("groups, resources and locations", () => {
  it("groups have members but no home; they nest, but not in themselves (ACL-52)", async () => {
    const team = await add("team", { kind: "group", displayName: "The team" });
    await add("staff", { kind: "group" });
    const home = await db.one(sql`select home_id from principal where id = ${team}`);
    expect(home).toEqual({ home_id: null });
    await addMember(db, "team", "ann", "mail.example");
    await addMember(db, "team", "ann", "mail.example");
    await addMember(db, "team", "staff", "mail.example");
    expect((await listMembers(db, team)).map(({ login }) => login)).toEqual(["ann", "staff"]);
    await removeMember(db, "team", "ann", "mail.example");
    expect((await listMembers(db, team)).map(({ login }) => login)).toEqual(["staff"]);
    expect(await code(addMember(db, "team", "team", "mail.example"))).toBe("invalid");
    expect(await code(addMember(db, "ann", "team", "mail.example"))).toBe("invalid");
  });

  it("resources and locations have calendars of their own", async () => {
    for (const kind of ["resource", "location"]) {
      const id = await add(`the-${kind}`, { kind });
      expect(await db.one(sql`select default_calendar_id is not null as has from principal where id = ${id}`)).toEqual({
        has: true,
      });
    }
    expect((await listAccounts(db, { kinds: ["resource", "location"] })).map(({ kind }) => kind)).toEqual([
      "location",
      "resource",
    ]);
  });
});

describe("what makes remembered sign-ins void", () => {
  it("a new password, being disabled or enabled, another role, a revoked app password", async () => {
    const id = await add("vera", { password: "first password" });
    const steps: (() => Promise<unknown>)[] = [
      () => setPassword(db, passwords, id, "second password"),
      () => setEnabled(db, id, false),
      () => setEnabled(db, id, true),
      () => setAdmin(db, id, true),
    ];
    for (const step of steps) {
      const before = await epoch(id);
      await step();
      expect(await epoch(id)).toBe(before + 1);
    }
    const settled = await epoch(id);
    await setEnabled(db, id, true);
    expect(await epoch(id)).toBe(settled);
    const hashes = await db.rows<{ hash: string }>(sql`select hash from credential where principal_id = ${id}`);
    expect(hashes).toHaveLength(1);
    expect(await passwords.verify("second password", hashes[0]?.hash)).toBe(true);
  });

  it("app passwords are listed without the secret and can be revoked one by one", async () => {
    const id = await add("walt");
    const secret = await createAppPassword(db, random, id, { label: "Phone", expiresAt: 2_000_000_000_000 });
    const [listed] = await listAppPasswords(db, id);
    expect(listed).toMatchObject({ label: "Phone", lastUsedAt: null, expiresAt: 2_000_000_000_000 });
    expect(JSON.stringify(await db.rows(raw("select * from credential")))).not.toContain(secret);
    expect(await revokeAppPassword(db, ann, listed?.id ?? 0)).toBe(false);
    const before = await epoch(id);
    expect(await revokeAppPassword(db, id, listed?.id ?? 0)).toBe(true);
    expect(await epoch(id)).toBe(before + 1);
    expect(await listAppPasswords(db, id)).toEqual([]);
    expect(await code(createAppPassword(db, random, id, { label: " " }))).toBe("invalid");
  });
});

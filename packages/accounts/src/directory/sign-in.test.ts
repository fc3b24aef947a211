import { randomBytes } from "node:crypto";
import { coreMigrations, type Database, type DomainId, migrate, openDatabase, sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addAccountAlias, createAccount, setEnabled } from "../accounts.js";
import { createAppPassword } from "../app-passwords.js";
import { createAuthenticator } from "../authenticate.js";
import { createDomain } from "../domains.js";
import { addMember } from "../groups.js";
import { createPasswords } from "../passwords.js";
import { createThrottle } from "../throttle.js";
import { type Directory, DirectoryUnavailable, type Person } from "./directory.js";
import { createDirectorySignIn } from "./sign-in.js";

const MINUTE = 60_000;
const passwords = createPasswords({ cost: 4 });
let db: Database;
let now = 1_700_000_000_000;
let domain: { id: DomainId; name: string };
let people: Map<string, { password: string; person: Person }>;
let down: boolean;
let asked: string[];

const person = (login: string, rest: Partial<Person> = {}): Person => ({
  login,
  displayName: login.toUpperCase(),
  firstName: null,
  lastName: null,
  aliases: [],
  groups: [],
  ...rest,
});
const answer = <T>(value: T): Promise<T> =>
  down ? Promise.reject(new DirectoryUnavailable("down", 30)) : Promise.resolve(value);
const directory: Directory = {
  verify: ({ login }, password) => {
    asked.push(`verify ${login}`);
    const found = people.get(login);
    return answer(found?.password === password ? found.person : undefined);
  },
  find: ({ login }) => {
    asked.push(`find ${login}`);
    return answer(people.get(login)?.person);
  },
};

const make = () => {
  const clock = () => now;
  const signIn = createDirectorySignIn({
    ...{ db, clock, directory, domain: "mail.example" },
    rememberedMs: 3 * MINUTE,
    refreshMs: 60 * MINUTE,
  });
  const throttle = createThrottle({ db, clock, limit: 5 });
  return createAuthenticator({ db, clock, random: randomBytes, throttle, passwords, directory: signIn });
};
let sender = make();
const ask = async (name: string, password: string, host = domain) => {
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
  const result = await sender.authenticate({ authorization, address: "10.0.0.1", domain: host });
  return result.ok ? `${result.requester.login}@${result.requester.domain}` : result.reason;
};
const set = (login: string, password: string, rest?: Partial<Person>, key = login) =>
  people.set(key, { password, person: person(login, rest) });
const groupsOf = async (login: string) =>
  (
    await db.rows<{ login: string }>(sql`select g.login from principal_member m join principal g on g.id = m.group_id
      join principal p on p.id = m.member_id where p.login = ${login} order by g.login`)
  ).map((row) => row.login);
const aliasesOf = async (login: string) =>
  (
    await db.rows<{ alias: string }>(sql`select a.alias from principal_alias a join principal p on p.id = a.principal_id
      where p.login = ${login} order by a.alias`)
  ).map((row) => row.alias);

beforeAll(async () => {
  db = await openDatabase({ url: "embedded:memory" });
  await migrate(db, coreMigrations());
  domain = { id: await createDomain(db, "mail.example"), name: "mail.example" };
  await createDomain(db, "other.example");
  await createAccount(db, passwords, { login: "local", domain: "mail.example", password: "local-secret" });
  await createAccount(db, passwords, { login: "staff", domain: "mail.example", kind: "group" });
  await createAccount(db, passwords, { login: "room", domain: "mail.example", kind: "resource" });
});
afterAll(() => db?.close());
beforeEach(async () => {
  await db.rows(sql`delete from sign_in_failure`);
  now += 24 * 60 * MINUTE;
  people = new Map();
  down = false;
  asked = [];
  sender = make();
});

describe("the first sign-in of a person", () => {
  it("makes one account with a home, also when it comes several times at once", async () => {
    set("ann", "secret", { displayName: "Ann Archer", firstName: "Ann" });
    const names = ["ann", "ann@mail.example", "ANN", "Ann@Mail.Example"];
    expect(await Promise.all(names.map((name) => ask(name, "secret")))).toEqual(names.map(() => "ann@mail.example"));
    const rows = await db.rows(sql`
      select kind, display_name, first_name, source, home_id is not null as home from principal where login = 'ann'`);
    expect(rows).toEqual([
      { kind: "user", display_name: "Ann Archer", first_name: "Ann", source: "directory", home: true },
    ]);
  });

  it("makes none for a wrong password, another domain, or a name that cannot be one", async () => {
    set("bob", "secret");
    set("b b", "secret");
    set("anyone", "secret");
    expect(await ask("bob", "wrong")).toBe("wrong");
    expect(await ask("bob@other.example", "secret")).toBe("wrong");
    expect(await ask("bob@nowhere.example", "secret")).toBe("wrong");
    expect(await ask("b b", "secret")).toBe("wrong");
    expect(await ask("anyone", "secret")).toBe("wrong");
    expect(await db.rows(sql`select 1 from principal where login in ('bob', 'b b', 'anyone')`)).toEqual([]);
  });

  it("takes over nobody who has a password here, by whatever name", async () => {
    set("local", "directory-secret");
    set("local", "directory-secret", {}, "local.alias");
    expect(await ask("local", "directory-secret")).toBe("wrong");
    expect(await ask("local.alias", "directory-secret")).toBe("wrong");
    expect(await ask("local", "local-secret")).toBe("local@mail.example");
    expect(asked).toEqual(["verify local.alias"]);
  });

  it("is not for groups and rooms", async () => {
    set("staff", "secret");
    set("room", "secret");
    expect(await ask("staff", "secret")).toBe("wrong");
    expect(await ask("room", "secret")).toBe("wrong");
  });
});

describe("later sign-ins", () => {
  it("bring groups up to date, and leave those alone that were given here", async () => {
    set("carl", "secret", { groups: ["Sales Team", "Büro", "***"] });
    await ask("carl", "secret");
    await addMember(db, "staff", "carl", "mail.example");
    expect(await groupsOf("carl")).toEqual(["buro", "sales-team", "staff"]);
    set("carl", "secret", { groups: ["Sales Team", "Board"] });
    now += 5 * MINUTE;
    await ask("carl", "secret");
    expect(await groupsOf("carl")).toEqual(["board", "sales-team", "staff"]);
    const names = await db.rows(sql`select display_name from principal where login = 'sales-team'`);
    expect(names).toEqual([{ display_name: "Sales Team" }]);
  });

  it("bring aliases up to date, and take none that means somebody else", async () => {
    await addAccountAlias(db, "local", "mail.example", "boss");
    set("dora", "secret", { aliases: ["dora.d@mail.example", "x@elsewhere.example", "local", "boss", "dora"] });
    await ask("dora", "secret");
    expect(await aliasesOf("dora")).toEqual(["dora.d"]);
    set("dora", "secret", { aliases: ["d.d@mail.example"] });
    now += 5 * MINUTE;
    await ask("dora", "secret");
    expect(await aliasesOf("dora")).toEqual(["d.d"]);
    expect(await aliasesOf("local")).toEqual(["boss"]);
  });

  it("are refused for an account that is switched off here", async () => {
    set("eve", "secret");
    await ask("eve", "secret");
    const row = await db.one<{ id: number }>(sql`select id from principal where login = 'eve'`);
    await setEnabled(db, (row?.id ?? 0) as never, false);
    now += 5 * MINUTE;
    expect(await ask("eve", "secret")).toBe("wrong");
  });
});

describe("a password the directory found good", () => {
  it("is remembered no longer than it is told, though it is changed there", async () => {
    set("fay", "old");
    await ask("fay", "old");
    set("fay", "new");
    now += 3 * MINUTE - 1;
    expect(await ask("fay", "old")).toBe("fay@mail.example");
    now += 1;
    expect(await ask("fay", "old")).toBe("wrong");
    expect(await ask("fay", "new")).toBe("fay@mail.example");
  });

  it("keeps working for that time while the directory is down; others are told to come back", async () => {
    set("gil", "secret");
    await ask("gil", "secret");
    down = true;
    expect(await ask("gil", "secret")).toBe("gil@mail.example");
    expect(await ask("hal", "secret")).toBe("unavailable");
    expect(await ask("local", "local-secret")).toBe("local@mail.example");
    now += 3 * MINUTE;
    expect(await ask("gil", "secret")).toBe("unavailable");
    for (let n = 0; n < 20; n++) expect(await ask("gil", `secret ${n}`)).toBe("unavailable");
    down = false;
    expect(await ask("gil", "secret")).toBe("gil@mail.example");
  });
});

describe("app passwords of people in a directory", () => {
  it("work without asking it for an hour, then ask, and end when it knows the person no more", async () => {
    set("ida", "secret", { groups: ["Sales Team"] });
    await ask("ida", "secret");
    const row = await db.one<{ id: number }>(sql`select id from principal where login = 'ida'`);
    const app = await createAppPassword(db, randomBytes, (row?.id ?? 0) as never, { label: "phone" });
    asked = [];
    now += 59 * MINUTE;
    expect(await ask("ida", app)).toBe("ida@mail.example");
    expect(asked).toEqual([]);
    set("ida", "secret", { groups: [] });
    now += 6 * MINUTE;
    expect(await ask("ida", app)).toBe("ida@mail.example");
    expect(asked).toEqual(["find ida"]);
    expect(await groupsOf("ida")).toEqual([]);
    down = true;
    now += 61 * MINUTE;
    expect(await ask("ida", app)).toBe("ida@mail.example");
    down = false;
    people.delete("ida");
    now += 6 * MINUTE;
    expect(await ask("ida", app)).toBe("wrong");
  });
});

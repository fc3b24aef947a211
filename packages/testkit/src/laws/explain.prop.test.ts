import { ANYONE, ANONYMOUS, ofDomain, ofPrincipal, replaceGrants, rightsMask, type Grant } from "@kalends/acl";
import { createAccount, createPasswords, domainNamed, principalNamed } from "@kalends/accounts";
import { type Explanation, runAdmin } from "@kalends/server";
import { insertMember, principalByLogin, type PrincipalRow, sql } from "@kalends/store";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "../client/client.js";
import { eachDatabase } from "../databases.js";
import { eventText } from "../generators/text.js";
import { DOMAIN, startServer, type TestServer } from "../server.js";

const RUNS = Number(process.env["KALENDS_PROPERTY_RUNS"] ?? 40);
const ELSEWHERE = "elsewhere.example";
const PEOPLE = [`ann@${DOMAIN}`, `bob@${DOMAIN}`, `cat@${ELSEWHERE}`] as const;
const GROUPS = [`staff@${DOMAIN}`, `crew@${DOMAIN}`, `all@${ELSEWHERE}`] as const;
const NAMES = [...PEOPLE, ...GROUPS];

/** What is asked: nothing is written, since a condition that never holds stands behind the rights (RFC 4918 8.5). */
const NEVER = { If: "(<urn:uuid:00000000-0000-0000-0000-000000000000>)" };
const asks = [
  ["GET", `/CalDAV/~ann@${DOMAIN}/Team/a.ics`, {}],
  ["PROPFIND", `/CalDAV/~ann@${DOMAIN}/Team/`, { Depth: "1" }],
  ["PUT", `/CalDAV/~ann@${DOMAIN}/Team/a.ics`, NEVER],
  ["PUT", `/CalDAV/~ann@${DOMAIN}/Team/new.ics`, NEVER],
  ["DELETE", `/CalDAV/~ann@${DOMAIN}/Team/a.ics`, NEVER],
  ["DELETE", `/CalDAV/~ann@${DOMAIN}/Team/`, NEVER],
  ["PROPPATCH", `/CalDAV/~ann@${DOMAIN}/Team/`, NEVER],
  ["MKCALENDAR", `/CalDAV/~ann@${DOMAIN}/New/`, NEVER],
  ["GET", `/CalendarData/~ann@${DOMAIN}/Team.ics`, {}],
  ["PUT", `/CalendarData/~ann@${DOMAIN}/Team.ics`, { "If-Match": '"never"' }],
  ["PUT", `/CalendarDataDel/~ann@${DOMAIN}/Team.ics`, { "If-Match": '"never"' }],
  ["DELETE", `/CalendarData/~ann@${DOMAIN}/Team.ics`, { "If-Match": '"never"' }],
] as const;

const index = (length: number) => fc.integer({ min: 0, max: length - 1 });
const entry = fc.record({
  who: fc.oneof(
    index(NAMES.length),
    fc.constantFrom("domain" as const, "elsewhere" as const, "anyone" as const, "anonymous" as const),
  ),
  positive: fc.boolean(),
  rights: fc.integer({ min: 1, max: 1023 }),
});
const entries = fc.uniqueArray(entry, { maxLength: 6, selector: ({ who, positive }) => `${who}${positive}` });
const directory = fc.record({
  /** Groups in groups too, loops included. */
  memberships: fc.uniqueArray(fc.tuple(index(GROUPS.length), index(NAMES.length)), { maxLength: 5, selector: String }),
  team: entries,
  home: entries,
  off: fc.constantFrom<"none" | "account" | "domain">("none", "none", "none", "none", "account", "domain"),
  ask: index(asks.length),
  who: index(PEOPLE.length),
});
type Directory = typeof directory extends fc.Arbitrary<infer D> ? D : never;

eachDatabase("the explanation of a request", (database) => {
  let server: TestServer;
  let rows: readonly PrincipalRow[];
  let domains: Readonly<Record<"domain" | "elsewhere", number>>;
  let team: number;
  let clients: readonly DavClient[];

  const at = <T>(list: readonly T[], n: number): T => {
    const item = list[n];
    if (item === undefined) throw new Error(`nothing at ${n}`);
    return item;
  };

  beforeAll(async () => {
    server = await startServer({ database });
    await server.db.rows(sql`insert into domain (name) values (${ELSEWHERE})`);
    const passwords = createPasswords({ cost: 4 });
    for (const name of NAMES) {
      const [login = "", domain = ""] = name.split("@");
      const kind = GROUPS.some((group) => group === name) ? ("group" as const) : ("user" as const);
      const password = kind === "user" ? { password: "secret" } : {};
      await createAccount(server.db, passwords, { login, domain, kind, ...password });
    }
    clients = PEOPLE.map((name) => server.client(name, "secret"));
    await at(clients, 0).mkcalendar(`/CalDAV/~ann@${DOMAIN}/Team/`);
    await at(clients, 0).put(`/CalDAV/~ann@${DOMAIN}/Team/a.ics`, eventText("a"));
    const found = await server.db.one<{ id: number }>(sql`select collection_id as id from binding where slug = 'Team'`);
    team = found?.id ?? 0;
    domains = {
      domain: (await domainNamed(server.db, DOMAIN)).id,
      elsewhere: (await domainNamed(server.db, ELSEWHERE)).id,
    };
    rows = await Promise.all(
      NAMES.map(async (name) => {
        const { login, domain } = await principalNamed(server.db, name, DOMAIN);
        const row = await server.db.one<PrincipalRow>(principalByLogin(login, domain));
        return row ?? Promise.reject(new Error(name));
      }),
    );
  });
  afterAll(() => server.stop());

  const grantsOf = (of: Directory["team"]): readonly Grant[] =>
    of.map(({ who, positive, rights }) => {
      const subject =
        typeof who === "number"
          ? ofPrincipal(at(rows, who).id)
          : who === "anyone"
            ? ANYONE
            : who === "anonymous"
              ? ANONYMOUS
              : ofDomain(domains[who] as Parameters<typeof ofDomain>[0]);
      return { subject, positive, rights: rightsMask(rights) };
    });

  async function arrange({ memberships, team: onTeam, home, off, who }: Directory): Promise<void> {
    const { db } = server;
    await db.rows(sql`delete from principal_member`);
    for (const [group, member] of memberships) {
      const into = at(rows, PEOPLE.length + group);
      if (into.id !== at(rows, member).id) await db.rows(insertMember(into.id, at(rows, member).id));
    }
    await db.rows(replaceGrants(team as Parameters<typeof replaceGrants>[0], grantsOf(onTeam)));
    const homeId = at(rows, 0).home;
    if (homeId !== null) await db.rows(replaceGrants(homeId, grantsOf(home)));
    const asker = at(rows, who);
    await db.rows(
      sql`update principal
      set services = case when id = ${asker.id} and ${off === "account"} then '{"webcal":false}'::jsonb else '{}'::jsonb end`,
    );
    await db.rows(sql`update domain set services = case when id = ${asker.domain} and ${off === "domain"} then '{"webcal":false}'::jsonb
      else '{}'::jsonb end`);
  }

  /** An administrative action, as the command line runs it. */
  async function admin<R>(command: string, args: unknown): Promise<R> {
    return (await runAdmin({ command, args }, server.house, () => undefined)) as R;
  }

  const explained = (who: number, [method, place]: (typeof asks)[number]): Promise<Explanation> =>
    admin("rights.explain", { who: at(PEOPLE, who), place, method });

  /** What HTTP says, in the words of an explanation. */
  async function answered(who: number, [method, path, headers]: (typeof asks)[number]): Promise<Explanation["answer"]> {
    const { status, text } = await at(clients, who).request(method, path, { headers });
    if (text.includes("service-switched-off") || text.includes("switched off")) return "closed";
    if (status === 404 || status === 409) return "hidden";
    return status === 403 ? "refused" : "allowed";
  }

  it("says what HTTP answers, names the entries that decide, and how to change it", async () => {
    await fc.assert(
      fc.asyncProperty(directory, async (picture) => {
        await arrange(picture);
        const ask = at(asks, picture.ask);
        const told = await explained(picture.who, ask);
        expect([ask, told.answer]).toEqual([ask, await answered(picture.who, ask)]);
        if (told.answer === "closed") return;
        for (const { mailbox, who } of told.decisive) {
          const isNegative = who.startsWith("-");
          const args = { mailbox, who, letters: "" };
          const before = await admin<{ who: string; letters: string }[]>("rights.show", { mailbox });
          await admin("rights.set", args);
          const after = await answered(picture.who, ask);
          expect([who, isNegative, after === "allowed"]).toEqual([who, isNegative, told.answer !== "allowed"]);
          const old = before.find((each) => each.who === who);
          await admin("rights.set", { ...args, letters: old?.letters ?? "" });
        }
        for (const remedy of told.remedies) await admin("rights.set", remedy);
        if (told.answer !== "allowed" && told.remedies.length > 0) {
          expect([ask, told.remedies, await answered(picture.who, ask)]).toEqual([ask, told.remedies, "allowed"]);
        }
        expect(told.answer === "allowed" || told.remedies.length > 0).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});

import { type AnyProperty, createLinks, type Exchange, type PrincipalRow, type Resource } from "@kalends/dav-core";
import { type Clark, cal, cs, dav, writeXml } from "@kalends/dav-xml";
import { coreMigrations, countingStatements, type Database, migrate, openDatabase, sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addAccountAlias, createAccount } from "../accounts.js";
import { addDomainAlias, createDomain } from "../domains.js";
import { accounts } from "../extension.js";
import { addMember } from "../groups.js";
import { createPasswords } from "../passwords.js";

const passwords = createPasswords({ cost: 4 });
const cx = { links: createLinks("mail.example"), by: { isAdmin: true } } as Exchange;
let db: Database;
let listing: readonly Resource[];

const propertyNamed = (name: Clark): AnyProperty => {
  const found = accounts.properties?.find((each) => each.name === name);
  if (!found) throw new Error(`no property ${name}`);
  return found;
};

async function valuesOf(name: Clark): Promise<Readonly<Record<string, unknown>>> {
  const { source } = propertyNamed(name);
  const pairs =
    source.from === "batch"
      ? [...(await source.load(listing, db, cx))]
      : listing.map((at) => [at.href, source.from === "row" ? source.value(at, cx) : undefined] as const);
  return Object.fromEntries(pairs.map(([href, value]) => [href.split("/").at(-2)?.split("@")[0] ?? "", value]));
}

async function markup(name: Clark, of: string): Promise<string> {
  const value = (await valuesOf(name))[of];
  return writeXml(name, (out) => propertyNamed(name).codec.write(out, value)).replace(/ xmlns:\w+="[^"]*"/g, "");
}

beforeAll(async () => {
  db = await openDatabase({ url: "embedded:memory" });
  await migrate(db, coreMigrations());
  await createDomain(db, "mail.example");
  await addDomainAlias(db, "mail.example", "alias.example");
  const make = (login: string, rest: object = {}) =>
    createAccount(db, passwords, { login, domain: "mail.example", ...rest });
  await make("ann", { firstName: "Ann", lastName: "Smith" });
  await addAccountAlias(db, "ann", "mail.example", "annie");
  await make("team", { kind: "group" });
  await make("staff", { kind: "group" });
  await make("room", { kind: "location" });
  for (const [group, member] of [
    ["team", "ann"],
    ["staff", "team"],
    ["team", "staff"],
  ] as const)
    await addMember(db, group, member, "mail.example");
  const rows = await db.rows<PrincipalRow>(sql`
    select p.id, p.uuid, p.kind, p.login, 'mail.example' as domain, p.display_name as "displayName",
      p.first_name as "firstName", p.last_name as "lastName", p.home_id is not null as "hasHome"
    from principal p order by p.id`);
  listing = rows.map((principal) => ({
    rows: "principal",
    kind: "principal",
    href: cx.links.principal(principal),
    principal,
  }));
});
afterAll(() => db?.close());

const path = (kind: string, login: string) => `/principals/${kind}/${login}@mail.example/`;

describe("properties of principals", () => {
  it("give home and inbox where there is one (RFC 4791 6.2.1, RFC 6638 2.2.1)", async () => {
    expect(await valuesOf(cal("calendar-home-set"))).toEqual({
      ann: ["/CalDAV/~ann/"],
      team: undefined,
      staff: undefined,
      room: ["/CalDAV/~room/"],
    });
    expect((await valuesOf(cal("schedule-inbox-URL"))).ann).toBe("/CalDAV/~ann/inbox/");
  });

  it("give every address, mail first and preferred (RFC 6638 2.4.1)", async () => {
    const shown = await markup(cal("calendar-user-address-set"), "ann");
    expect(shown).toContain('<D:href preferred="1">mailto:ann@mail.example</D:href>');
    expect(shown.match(/preferred/g)).toHaveLength(1);
    expect([...shown.matchAll(/>([^<]+)<\/D:href>/g)].map(([, text]) => text)).toEqual([
      "mailto:ann@mail.example",
      "mailto:annie@mail.example",
      "mailto:ann@alias.example",
      "mailto:annie@alias.example",
      path("users", "ann"),
      expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
    ]);
    expect(await markup(cs("email-address-set"), "room")).toContain(
      "<CS:email-address>room@mail.example</CS:email-address>",
    );
  });

  it("tell people, groups and rooms apart (RFC 6638 2.4.2)", async () => {
    expect(await valuesOf(cal("calendar-user-type"))).toEqual({
      ann: "INDIVIDUAL",
      team: "GROUP",
      staff: "GROUP",
      room: "ROOM",
    });
    expect((await valuesOf(cs("record-type"))).room).toBe("locations");
    expect(await valuesOf(cs("first-name"))).toMatchObject({ ann: "Ann", team: undefined });
    expect(await valuesOf(cs("last-name"))).toMatchObject({ ann: "Smith" });
  });

  it("give direct relations of groups, mutually consistent (ACL-52, RFC 3744 4.3, 4.4)", async () => {
    expect(await valuesOf(dav("group-member-set"))).toEqual({
      ann: [],
      team: [path("users", "ann"), path("groups", "staff")],
      staff: [path("groups", "team")],
      room: [],
    });
    expect(await valuesOf(dav("group-membership"))).toMatchObject({
      ann: [path("groups", "team")],
      team: [path("groups", "staff")],
      staff: [path("groups", "team")],
    });
  });

  it("give nested relations too, even where groups form a loop (ACL-21)", async () => {
    expect(await valuesOf(cs("expanded-group-membership"))).toMatchObject({
      ann: [path("groups", "staff"), path("groups", "team")],
      team: [path("groups", "staff")],
    });
    expect((await valuesOf(cs("expanded-group-member-set"))).staff).toEqual([
      path("users", "ann"),
      path("groups", "team"),
    ]);
  });

  it("name the principal apart from its URL (ACL-50, RFC 5842 3.1)", async () => {
    expect(await valuesOf(dav("alternate-URI-set"))).toMatchObject({ ann: [(await valuesOf(dav("resource-id"))).ann] });
    expect(await valuesOf(cs("calendar-proxy-write-for"))).toMatchObject({ ann: [] });
  });

  it("take at most one statement each for a whole listing, and never stand in allprop (ACL-13)", async () => {
    for (const each of accounts.properties ?? []) {
      expect((await countingStatements(() => valuesOf(each.name))).count).toBeLessThanOrEqual(1);
      expect(each.allprop).toBe(false);
    }
  });
});

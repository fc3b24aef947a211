import { ALL_RIGHTS, maskOf, NO_RIGHTS } from "@kalends/acl";
import { type CollectionId, countingStatements, type Sql, sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bind, putObjects } from "../../test/reading.js";
import { openRuntime } from "../../test/runtime.js";
import { type Ask, exchangeFor } from "../../testing/exchange.js";
import { addCollection, grant, person, type World } from "../../testing/world.js";
import { parsePath } from "../paths/address.js";
import { StaleSignIn } from "./account.js";
import { resolve } from "./resolve.js";
import type { Resolved } from "./resolved.js";

let world: World;
let work: CollectionId;

const find = (path: string, asking: Ask & { readonly verb?: string } = {}): Promise<Resolved> =>
  resolve(parsePath(path, ["/CalDAV/"]), exchangeFor(world, asking.verb ?? "PROPFIND", path, asking), world.registry);

/** One line that says what was found and what may be done there. */
async function told(path: string, asking: Ask & { readonly verb?: string } = {}): Promise<string> {
  const { target } = await find(path, asking);
  if (!target.mapped) return `free ${target.href} in ${target.parent?.href ?? "nothing"} as ${target.name}`;
  const { resource } = target;
  return resource.rows === "member"
    ? `${resource.kind} ${resource.href} (${resource.name})`
    : `${resource.kind} ${resource.href}`;
}

const run = (statement: Sql): Promise<unknown> => world.db.rows(statement);

beforeAll(async () => {
  world = await openRuntime();
  const main = await addCollection(world, "ann", "Calendar");
  work = await addCollection(world, "ann", "Work");
  await addCollection(world, "ann", "Work/Team");
  await addCollection(world, "ann", "x.ics");
  await addCollection(world, "bob", "Secret");
  await putObjects(world, main, ["one.ics", "Work"]);
  await putObjects(world, work, ["one.ics", "Team", "x.ics"]);
  await run(sql`update principal set default_calendar_id = ${main} where login = 'ann'`);
  const { domain } = world;
  await run(sql`insert into domain_alias (alias, domain_id) values ('alias.example', ${domain.id})`);
  await run(
    sql`insert into principal_alias (domain_id, alias, principal_id) values (${domain.id}, 'annie', ${person(world, "ann").id})`,
  );
  await run(
    sql`insert into principal (domain_id, kind, login, display_name) values (${domain.id}, 'group', 'team', 'Team')`,
  );
});
afterAll(() => world.db.close());

describe("resolve", () => {
  it.each([
    ["/", "root /"],
    ["/principals", "principals /principals/"],
    ["/principals/users/ann@mail.example/", "principal /principals/users/ann@mail.example/"],
    ["/principals/users/ann%40alias.example", "principal /principals/users/ann@alias.example/"],
    ["/principals/groups/team/", "principal /principals/groups/team/"],
    ["/principals/users/team@mail.example/", "free /principals/users/team@mail.example/ in nothing as "],
    ["/CalDAV/~ann/", "home /CalDAV/~ann/"],
    ["/CalDAV/~ann", "home /CalDAV/~ann/"],
    ["/CalDAV/~annie/", "home /CalDAV/~annie/"],
    ["/CalDAV/%7Eann%40mail.example/Work/", "calendar /CalDAV/~ann@mail.example/Work/"],
    ["/CalDAV/~ann/Work", "calendar /CalDAV/~ann/Work/"],
    ["/CalDAV/~ann/Work.ics", "calendar /CalDAV/~ann/Work.ics/"],
    ["/CalDAV/~ann/x.ics", "calendar /CalDAV/~ann/x.ics/"],
    ["/CalDAV/~ann/x.ics.ics", "calendar /CalDAV/~ann/x.ics.ics/"],
    ["/CalDAV/~ann/Work.ics/one.ics", "object /CalDAV/~ann/Work.ics/one.ics (one.ics)"],
    ["/CalDAV/~ann/Work/one.ics", "object /CalDAV/~ann/Work/one.ics (one.ics)"],
    ["/CalDAV/~ann/Work/Team", "calendar /CalDAV/~ann/Work%2FTeam/"],
    ["/CalDAV/~ann/Work%2FTeam/", "calendar /CalDAV/~ann/Work%2FTeam/"],
    ["/CalDAV/~ann/Work/x.ics", "object /CalDAV/~ann/Work/x.ics (x.ics)"],
    ["/CalDAV/", "calendar /CalDAV/"],
    ["/CalDAV/Work", "calendar /CalDAV/Work/"],
    ["/CalDAV/one.ics", "object /CalDAV/one.ics (one.ics)"],
    ["/CalDAV/Calendar.ics", "calendar /CalDAV/Calendar.ics/"],
    ["/CalDAV/Work/one.ics", "object /CalDAV/Work/one.ics (one.ics)"],
    ["/CalDAV/~nobody/Work/", "free /CalDAV/~nobody/Work/ in nothing as Work"],
    ["/CalDAV/~ann/work/", "free /CalDAV/~ann/work/ in /CalDAV/~ann/ as work"],
    ["/CalDAV/~ann/Work/new.ics", "free /CalDAV/~ann/Work/new.ics in /CalDAV/~ann/Work/ as new.ics"],
    ["/CalDAV/~ann/None/new.ics", "free /CalDAV/~ann/None/new.ics in nothing as new.ics"],
    ["/else/where", "free /else/where in nothing as "],
  ])("takes %s for: %s (CGP-03..06)", async (path, expected) => {
    expect(await told(path)).toBe(expected);
  });

  it("puts what is new under the bare root into the default calendar, new collections into the home (CGP-03)", async () => {
    expect(await told("/CalDAV/new.ics", { verb: "PUT" })).toBe("free /CalDAV/new.ics in /CalDAV/ as new.ics");
    expect((await find("/CalDAV/new.ics", { verb: "PUT" })).target).toMatchObject({ parent: { kind: "calendar" } });
    expect((await find("/CalDAV/new/", { verb: "MKCALENDAR" })).target).toMatchObject({ parent: { kind: "home" } });
  });

  it("takes one statement, whatever the path (statement budget)", async () => {
    for (const path of ["/", "/principals/users/ann/", "/CalDAV/~ann/", "/CalDAV/~ann/Work/one.ics", "/CalDAV/new"]) {
      const { count } = await countingStatements(() => find(path));
      expect(count, path).toBe(1);
    }
  });

  it("asks the store nothing about the root without sign-in", async () => {
    const { count, value } = await countingStatements(() => find("/", { as: "" }));
    expect(count).toBe(0);
    expect(value.held.self).toBe(maskOf("l", "r"));
  });

  it("gives the whole rows: binding, owner, times, member", async () => {
    const { target, held } = await find("/CalDAV/~ann/Work/one.ics");
    expect(held).toEqual({ self: ALL_RIGHTS, parent: ALL_RIGHTS });
    expect(target).toMatchObject({
      resource: {
        member: { name: "one.ics", uid: "one.ics", component: "VEVENT", size: 100, scheduleTag: null },
        collection: {
          id: work,
          displayName: "Work",
          owner: { login: "ann", domain: "mail.example", kind: "user" },
          binding: { slug: "Work", how: "own", overlay: {} },
        },
      },
    });
    const { resource } = target as Extract<typeof target, { mapped: true }>;
    expect(resource.rows === "member" && resource.member.modifiedAt).toBeGreaterThan(1.7e12);
    expect(resource.rows === "member" && resource.collection.createdAt).toBeGreaterThan(1.7e12);
    expect(resource.rows === "member" && resource.member.data).toBeUndefined();
  });
});

describe("rights while resolving", () => {
  it("gives strangers no rights, on the home neither (CGP-21, ACL-71)", async () => {
    expect((await find("/CalDAV/~ann/Work/", { as: "bob" })).held).toEqual({ self: NO_RIGHTS, parent: NO_RIGHTS });
    expect((await find("/CalDAV/~bob/")).held.self).toBe(NO_RIGHTS);
  });

  it("shows the home to whoever may look up something in it (CGP-16)", async () => {
    await grant(world, work, "bob", maskOf("l", "r"));
    expect((await find("/CalDAV/~ann/Work/one.ics", { as: "bob" })).held.self).toBe(maskOf("l", "r"));
    expect((await find("/CalDAV/~ann/", { as: "bob" })).held.self).toBe(maskOf("l", "r"));
    expect((await find("/CalDAV/~ann/Calendar/", { as: "bob" })).held.self).toBe(NO_RIGHTS);
    await grant(world, work, "bob", 512);
    expect((await find("/CalDAV/~ann/", { as: "bob" })).held.self).toBe(NO_RIGHTS);
  });

  it("reaches a share through one's own home, with the rights of the grant", async () => {
    await grant(world, work, "bob", maskOf("l", "r", "i"));
    await bind(world, person(world, "bob").home, "anns-work", work, "share");
    const { target, held } = await find("/CalDAV/anns-work/one.ics", { as: "bob" });
    expect(target).toMatchObject({
      resource: { kind: "object", collection: { owner: { login: "ann" }, binding: { how: "share" } } },
    });
    expect(held.self).toBe(maskOf("l", "r", "i"));
  });

  it("gives principals all rights on themselves and a look at others (ACL-12)", async () => {
    expect((await find("/principals/users/ann/")).held.self).toBe(ALL_RIGHTS);
    expect((await find("/principals/users/bob/")).held.self).toBe(maskOf("l", "r"));
  });

  it("hides principals of other domains", async () => {
    await run(sql`insert into domain (name) values ('far.example')`);
    await run(sql`insert into principal (domain_id, kind, login, display_name)
      select id, 'user', 'carl', 'Carl' from domain where name = 'far.example'`);
    expect(await told("/principals/users/carl@far.example/")).toBe(
      "free /principals/users/carl@far.example/ in nothing as ",
    );
  });
});

describe("sign-in and services while resolving", () => {
  it.each(["/", "/principals/users/ann/", "/CalDAV/~ann/Work/"])(
    "%s: an older credential epoch voids the sign-in",
    async (path) => {
      await expect(find(path, { epoch: 0 })).rejects.toThrow(StaleSignIn);
    },
  );

  it("a switched-off account is no longer signed in; its calendars answer 403 to others (CGP-14)", async () => {
    await grant(world, work, "bob", maskOf("l", "r"));
    await run(sql`update principal set enabled = false where login = 'ann'`);
    await expect(find("/CalDAV/~ann/Work/")).rejects.toThrow(StaleSignIn);
    await expect(find("/CalDAV/~ann/Work/", { as: "bob" })).rejects.toMatchObject({ refusal: { status: 403 } });
    await run(sql`update principal set enabled = true where login = 'ann'`);
  });

  it.each<[string, Sql, Sql]>([
    [
      "account",
      sql`update principal set services = '{"webcal": false}' where login = 'ann'`,
      sql`update principal set services = '{}'`,
    ],
    ["domain", sql`update domain set services = '{"webcal": false}'`, sql`update domain set services = '{}'`],
  ])("the service switched off for the %s gives 403 and says which, principals stay (CGP-13)", async (of, off, on) => {
    await run(off);
    const note = `The calendar service is switched off for this ${of}.`;
    await expect(find("/CalDAV/~ann/Work/")).rejects.toMatchObject({ refusal: { status: 403, note } });
    expect(await told("/principals/users/ann/")).toBe("principal /principals/users/ann/");
    await run(on);
    expect(await told("/CalDAV/~ann/Work/")).toBe("calendar /CalDAV/~ann/Work/");
  });

  it("the owner's switch counts only for those who could see something (CGP-14, ACL-71)", async () => {
    await run(sql`update principal set services = '{"webcal": false}' where login = 'bob'`);
    expect((await find("/CalDAV/~bob/Secret/")).held.self).toBe(NO_RIGHTS);
    await run(sql`update principal set services = '{}'`);
  });
});

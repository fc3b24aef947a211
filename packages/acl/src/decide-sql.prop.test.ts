import {
  type CollectionId,
  coreMigrations,
  type Database,
  type GrantRow,
  grantsOf,
  migrate,
  openDatabase,
  type PrincipalId,
  type Sql,
  sql,
} from "@kalends/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Asker, decide, type Grant, type Membership } from "./decide.js";
import { holdsAny, rightsExpression, subjectsCte } from "./decide-sql.js";
import { grantOf, replaceGrants } from "./grants.js";
import { type AccessLimit, READING } from "./limit.js";
import { ALL_RIGHTS, maskOf, NO_RIGHTS, rightsMask } from "./rights.js";
import { ANONYMOUS, ANYONE, ofDomain, ofPrincipal, PUBLIC, type Subject } from "./subject.js";

const PRINCIPALS = 7;
const COLLECTIONS = 3;

interface World {
  readonly askers: readonly Asker[];
  readonly collections: readonly { readonly id: number; readonly owner: PrincipalId }[];
}

const index = (below: number) => fc.integer({ min: 0, max: below - 1 });
const picture = fc.record({
  memberships: fc.uniqueArray(fc.tuple(index(PRINCIPALS), index(PRINCIPALS)), { maxLength: 12, selector: String }),
  grants: fc.uniqueArray(
    fc.record({
      collection: index(COLLECTIONS),
      who: fc.oneof(
        fc.record({ type: fc.constant("principal" as const), n: index(PRINCIPALS) }),
        fc.record({ type: fc.constant("domain" as const), n: index(2) }),
        fc.record({
          type: fc.constantFrom("anyone" as const, "anonymous" as const, "public" as const),
          n: fc.constant(0),
        }),
      ),
      positive: fc.boolean(),
      rights: fc.integer({ min: 1, max: ALL_RIGHTS }),
    }),
    { maxLength: 14, selector: ({ collection, who, positive }) => [collection, who.type, who.n, positive].join() },
  ),
});

const limits = fc.option(
  fc.record({
    rights: fc.constantFrom(ALL_RIGHTS, READING, NO_RIGHTS, maskOf("l", "r", "i")),
    collections: fc.option(fc.uniqueArray(index(COLLECTIONS), { maxLength: 2 })),
    home: fc.option(index(COLLECTIONS)),
  }),
);

/** What a credential leaves: on the collections it names, on the home seeing and opening, elsewhere nothing. */
function leftOn(id: number, limit: AccessLimit | null): number {
  if (limit === null) return ALL_RIGHTS;
  if (limit.collections === null || limit.collections.some((each) => each === id)) return limit.rights;
  return limit.home === id ? limit.rights & maskOf("l", "r") : NO_RIGHTS;
}

const ids = async (db: Database, statement: Sql) => (await db.rows<{ id: number }>(statement)).map(({ id }) => id);

async function build(db: Database, run: string): Promise<World> {
  const domains = await ids(
    db,
    sql`insert into domain (name)
    select ${run} || n || '.example' from generate_series(1, 2) n returning id`,
  );
  const principals = await ids(
    db,
    sql`insert into principal (domain_id, kind, login, display_name)
    select case when n <= 4 then ${domains[0] ?? 0}::bigint else ${domains[1] ?? 0}::bigint end, 'user', 'u' || n, 'U'
    from generate_series(1, ${PRINCIPALS}::int) n order by n returning id`,
  );
  const owners = principals.slice(0, COLLECTIONS);
  const collections = await ids(
    db,
    sql`insert into collection (kind, owner_id)
    select 'calendar', o from unnest(${owners}::bigint[]) o returning id`,
  );
  const asker = (id: number, n: number) => ({ id, domain: n < 4 ? domains[0] : domains[1] }) as Asker;
  return {
    askers: principals.map(asker),
    collections: collections.map((id, n) => ({ id, owner: owners[n] as PrincipalId })),
  };
}

const at = <T>(list: readonly T[], n: number): T => {
  const item = list[n];
  if (item === undefined) throw new Error(`nothing at ${n}`);
  return item;
};

function suite(name: string, url: string): void {
  describe(`the verdict in SQL on ${name}`, () => {
    let db: Database;
    let world: World;
    beforeAll(async () => {
      db = await openDatabase({ url });
      await migrate(db, coreMigrations());
      const { n } = (await db.one<{ n: string }>(sql`select gen_random_uuid()::text as n`)) ?? { n: "" };
      world = await build(db, n);
    });
    afterAll(async () => {
      await db?.rows(sql`delete from domain where id = any(${world.askers.map(({ domain }) => domain)}::bigint[])`);
      await db?.close();
    });

    const subjectOf = (who: { readonly type: Subject["type"]; readonly n: number }): Subject => {
      if (who.type === "principal") return ofPrincipal(at(world.askers, who.n).id);
      if (who.type === "domain") return ofDomain(at(world.askers, who.n === 0 ? 0 : 6).domain);
      return { anyone: ANYONE, anonymous: ANONYMOUS, public: PUBLIC }[who.type];
    };

    async function write(memberships: readonly Membership[], grants: readonly (readonly Grant[])[]): Promise<void> {
      await db.rows(sql`delete from principal_member
        where group_id = any(${world.askers.map(({ id }) => id)}::bigint[])`);
      await db.rows(sql`insert into principal_member (group_id, member_id)
        select * from unnest(${memberships.map(({ group }) => group)}::bigint[],
          ${memberships.map(({ member }) => member)}::bigint[])`);
      for (const [n, list] of grants.entries())
        await db.rows(replaceGrants(at(world.collections, n).id as never, list));
    }

    it("equals the verdict in code for every asker, collection and limit of a credential, in one statement (ACL-20, ACL-21, ACL-82)", async () => {
      await fc.assert(
        fc.asyncProperty(picture, limits, async (drawn, drawnLimit) => {
          const memberships = drawn.memberships.map(([group, member]) => ({
            group: at(world.askers, group).id,
            member: at(world.askers, member).id,
          }));
          const grants = world.collections.map((_, n) =>
            drawn.grants
              .filter(({ collection }) => collection === n)
              .map((g): Grant => ({ subject: subjectOf(g.who), positive: g.positive, rights: rightsMask(g.rights) })),
          );
          await write(memberships, grants);
          const idOf = (n: number) => at(world.collections, n).id as CollectionId;
          const limit: AccessLimit | null = drawnLimit && {
            rights: drawnLimit.rights,
            collections: drawnLimit.collections?.map(idOf) ?? null,
            home: drawnLimit.home === null ? null : idOf(drawnLimit.home),
            freeBusyUpload: false,
          };
          for (const by of [...world.askers, null]) {
            const asker = by && { id: by.id, limit };
            const on = { collectionId: sql`c.id`, ownerId: sql`c.owner_id`, asker };
            const rows = await db.rows<{ id: number; rights: number; reads: boolean }>(sql`
              with recursive ${subjectsCte(by?.id ?? null)}
              select c.id, ${rightsExpression(on)} as rights, ${holdsAny(on, maskOf("r", "9"))} as reads
              from collection c where c.id = any(${world.collections.map(({ id }) => id)}::bigint[]) order by c.id`);
            const expected = world.collections.map(({ id, owner }, n) => {
              const held = decide(owner, by, memberships, at(grants, n)).granted;
              const rights = by ? held & leftOn(id, limit) : held;
              return { id, rights, reads: (rights & maskOf("r", "9")) !== 0 };
            });
            expect(rows).toEqual(expected);
          }
        }),
        { numRuns: Number(process.env.KALENDS_PROPERTY_RUNS ?? 25) },
      );
    });

    it("reads back the entries it wrote, negative ones first (ACL-30, ACL-82)", async () => {
      const grants: readonly Grant[] = [
        { subject: ANYONE, positive: false, rights: maskOf("d") },
        { subject: ANYONE, positive: true, rights: maskOf("l", "r") },
      ];
      await write([], [[...grants].reverse()]);
      const first = at(world.collections, 0).id as never;
      const rows = await db.rows<GrantRow>(grantsOf([first]));
      expect(rows.map(grantOf)).toEqual(grants);
      await write([], [[]]);
      expect(await db.rows(grantsOf([first]))).toEqual([]);
    });
  });
}

suite("the embedded database", "embedded:memory");
const postgres = process.env.KALENDS_TEST_POSTGRES;
if (postgres !== undefined) suite("PostgreSQL", postgres);

import { randomUUID } from "node:crypto";
import type { CollectionId, Database, DomainId, PrincipalId } from "../database.js";
import { coreMigrations, migrate } from "../migrate.js";
import { type OpenOptions, openDatabase } from "../open.js";
import { raw, sql } from "../sql.js";
import { createCollection, createHome } from "../statements/collections.js";
import { insertDomain } from "../statements/domains.js";
import { insertPrincipal } from "../statements/principals.js";
import type { MemberWrite } from "../statements/member-rows.js";

export interface TestEngine {
  readonly name: "pglite" | "postgres";
  /** A fresh, migrated database; closing removes it. */
  open(options?: Partial<OpenOptions>): Promise<Database>;
}

const migrated = async (db: Database): Promise<Database> => {
  await migrate(db, coreMigrations());
  return db;
};

const pglite: TestEngine = {
  name: "pglite",
  open: async (options = {}) => migrated(await openDatabase({ ...options, url: "embedded:memory" })),
};

/** A new, empty database on the server at `url`. */
export async function ownDatabase(url: string): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `kalends_${randomUUID().replaceAll("-", "")}`;
  const admin = await openDatabase({ url, poolSize: 1 });
  await admin.script(`create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    async drop() {
      await admin.rows(raw(`drop database ${name} with (force)`));
      await admin.close();
    },
  };
}

const postgresAt = (url: string): TestEngine => ({
  name: "postgres",
  async open(options = {}) {
    const own = await ownDatabase(url);
    const db = await migrated(await openDatabase({ ...options, url: own.url }));
    return {
      ...db,
      async close() {
        await db.close();
        await own.drop();
      },
    };
  },
});

/** Where tests may create databases; none when not set. */
export const server = process.env.KALENDS_TEST_POSTGRES;

/** PGlite in memory, and PostgreSQL where a server is given. */
export const engines: readonly TestEngine[] = server ? [pglite, postgresAt(server)] : [pglite];

export interface Household {
  readonly domain: DomainId;
  readonly ann: PrincipalId;
  readonly home: CollectionId;
  readonly calendar: CollectionId;
}

/** A domain with one account that has a home and a calendar; `salt` keeps several of them apart. */
export async function household(db: Database, salt: string): Promise<Household> {
  const id = async <I>(q: Parameters<Database["one"]>[0]): Promise<I> => {
    const row = await db.one<{ id: I }>(q);
    if (!row) throw new Error("nothing made");
    return row.id;
  };
  const domain = await id<DomainId>(insertDomain(`${salt}.example`));
  const ann = await id<PrincipalId>(
    insertPrincipal({
      domain,
      kind: "user",
      login: "ann",
      displayName: "Ann",
      firstName: null,
      lastName: null,
      isAdmin: false,
    }),
  );
  const home = await id<CollectionId>(createHome(ann));
  return { domain, ann, home, calendar: await id<CollectionId>(createCollection(newCalendar(home, ann, "calendar"))) };
}

export const newCalendar = (home: CollectionId, owner: PrincipalId, slug: string) => ({
  home,
  slug,
  kind: "calendar",
  owner,
  components: ["VEVENT"],
  displayName: slug,
  description: null,
  timezone: null,
  props: "{}",
});

export const member = (name: string, etag: string, more: Partial<MemberWrite> = {}): MemberWrite => ({
  name,
  uid: `uid-${name}`,
  component: "VEVENT",
  etag,
  size: etag.length,
  data: `data ${etag}`,
  firstStart: null,
  lastEnd: null,
  recurring: false,
  index: "{}",
  scheduleTag: null,
  expect: "none",
  ...more,
});

export interface Seen {
  readonly name: string;
  readonly revision: number;
  readonly etag: string | null;
  readonly removed: boolean;
}

/** What somebody who syncs sees: all that changed or went after a revision, and the revision now, of one snapshot. */
export async function seenSince(db: Database, collection: CollectionId, revision: number) {
  const row = await db.one<{ current: number; changes: readonly Seen[] }>(sql`
    with change as (
      select name, revision, etag, false as removed from object where collection_id = ${collection}
      union all select slug, revision, null, false from binding where home_id = ${collection}
      union all select name, revision, null, true from tombstone where collection_id = ${collection}
    )
    select c.revision as current, (select coalesce(json_agg(x order by x.revision, x.name), '[]') from change x
      where x.revision > ${revision}::bigint) as changes
    from collection c where c.id = ${collection}`);
  return { current: row?.current ?? 0, changes: row?.changes ?? [] };
}

/** Names, properties and elements of what is kept for a member; the empty name is the collection itself. */
export const deadProperties = (db: Database, collection: CollectionId, name: string) =>
  db.rows<{ property: string; xml: string }>(sql`
    select property, xml from dead_property where collection_id = ${collection} and name = ${name} order by property`);

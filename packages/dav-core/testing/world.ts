import {
  type CollectionId,
  coreMigrations,
  createCollection,
  createHome,
  type Database,
  type DomainId,
  insertDomain,
  insertPrincipal,
  migrate,
  openDatabase,
  type PrincipalId,
  type Sql,
  setGrant,
} from "@kalends/store";
import type { Limits, Requester } from "../src/exchange.js";
import type { Extension, Registry } from "../src/extension.js";
import { assemble } from "../src/registry/assemble.js";

/** The clock of every test: nothing may depend on the real one. */
export const NOW = Date.UTC(2026, 0, 15, 12);

export const LIMITS: Limits = {
  objectSize: 100_000,
  wholeFileSize: 1_000_000,
  xmlSize: 262_144,
  reportXmlSize: 1_048_576,
  multigetHrefs: 5_000,
  bulkResources: 500,
  bulkSize: 500_000,
  anonymousFileSize: 100_000,
  emptiedAtOnce: 0,
  objectsPerCalendar: 1_000,
  calendarsPerHome: 50,
  attendeesPerObject: 5,
  instancesPerObject: 500,
  instancesPerRequest: 2_000,
  freeBusyDays: 400,
  deadPropertySize: 4_096,
  fileSize: 1_048_576,
  filesQuota: 1_048_576,
  filesPerAccount: 1000,
  filesPerListing: 1000,
  aclEntries: 100,
  syncPage: 20_000,
  requestDeadline: 30_000,
};

export type Person = Requester & { readonly home: CollectionId };

export interface World {
  readonly db: Database;
  readonly registry: Registry;
  readonly domain: { readonly id: DomainId; readonly name: string };
  readonly people: ReadonlyMap<string, Person>;
  /** Texts of the statements since the last request began. */
  readonly statements: string[];
  limits: Limits;
}

export interface WorldOptions {
  readonly url?: string;
  /** The name of the domain. */
  readonly name?: string;
  readonly limits?: Partial<Limits>;
}

/** A server with ann and bob in a domain of their own, each with a home; empty but for that, and in memory as a rule. */
export async function openWorld(
  extensions: readonly Extension[],
  { url = "embedded:memory", name = "mail.example", limits }: WorldOptions = {},
): Promise<World> {
  const statements: string[] = [];
  const db = await openDatabase({ url, onStatement: ({ text }) => void statements.push(text) });
  await migrate(db, coreMigrations());
  const domain = { id: (await inserted(db, insertDomain(name))) as DomainId, name };
  const people = new Map<string, Person>();
  for (const login of ["ann", "bob"]) people.set(login, await addPerson(db, domain, login));
  return { db, registry: assemble(extensions), domain, people, statements, limits: { ...LIMITS, ...limits } };
}

/** Runs a statement that inserts one row, and gives its id. */
export async function inserted(db: Database, statement: Sql): Promise<number> {
  const row = await db.one<{ id: number }>(statement);
  if (!row) throw new Error("nothing was inserted");
  return row.id;
}

async function addPerson(
  db: Database,
  { id: domainId, name: domain }: World["domain"],
  login: string,
): Promise<Person> {
  const displayName = `${login[0]?.toUpperCase()}${login.slice(1)} Example`;
  const names = { login, displayName, firstName: login, lastName: null };
  const newcomer = insertPrincipal({ domain: domainId, kind: "user", isAdmin: false, ...names });
  const id = (await inserted(db, newcomer)) as PrincipalId;
  const home = (await inserted(db, createHome(id))) as CollectionId;
  return { id, domainId, epoch: 1, isAdmin: false, limit: null, kind: "user", login, domain, home };
}

export function person(world: World, login: string): Person {
  const found = world.people.get(login);
  if (!found) throw new Error(`nobody is called ${login}`);
  return found;
}

/** A collection in somebody's home; gives its id. */
export async function addCollection(
  world: World,
  login: string,
  slug: string,
  kind = "calendar",
  components: readonly string[] = [],
): Promise<CollectionId> {
  const { id: owner, home } = person(world, login);
  const texts = { displayName: slug, description: null, timezone: null, props: "{}" };
  return (await inserted(
    world.db,
    createCollection({ home, slug, kind, owner, components, ...texts }),
  )) as CollectionId;
}

/** Gives rights (a bit set) on a collection to a person. */
export async function grant(world: World, collection: CollectionId, login: string, rights: number): Promise<void> {
  await world.db.rows(setGrant({ collection, subject: `p:${person(world, login).id}`, positive: true, rights }));
}

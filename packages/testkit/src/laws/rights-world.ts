import { randomUUID } from "node:crypto";
import { createAccount, createDomain } from "@kalends/accounts";
import { type Asker, type Grant, type Membership, replaceGrants, rightsExpression, subjectsCte } from "@kalends/acl";
import { createLinks, type Exchange, type Requester, refuseStatus } from "@kalends/dav-core";
import { readXml } from "@kalends/dav-xml";
import { type CollectionId, insertMember, type PrincipalId, sql } from "@kalends/store";
import { eventText } from "../generators/text.js";
import type { TestServer } from "../server.js";

/** How many people there are; the first of them own the calendars. Any of them may be a member of any other. */
export const PEOPLE = 7;
export const CALENDARS = 3;

/** Somebody who asks; his requests need no sign-in. */
export interface Person extends Asker {
  readonly requester: Requester;
}

export interface OwnedCalendar {
  readonly id: CollectionId;
  readonly owner: Person;
  /** `~login@domain/Team`. */
  readonly mailbox: string;
}

export interface World {
  readonly people: readonly Person[];
  readonly calendars: readonly OwnedCalendar[];
}

const REGISTERED = sql`select p.id, p.domain_id as "domainId", d.name as domain, p.kind, p.login, p.is_admin as "isAdmin",
  p.credential_epoch as epoch from principal p join domain d on d.id = p.domain_id where d.name like 'law%' order by p.id`;

/** Two domains with people in them, of whom some own a calendar with one event. */
export async function makeWorld({ db, house, client }: TestServer): Promise<World> {
  for (const n of [0, 1]) await createDomain(db, `law${n}.example`);
  for (let n = 0; n < PEOPLE; n += 1) {
    const domain = `law${n < 4 ? 0 : 1}.example`;
    await createAccount(db, house.passwords, { login: `p${n}`, domain, kind: "user", password: "p" });
    if (n >= CALENDARS) continue;
    const owner = client(`p${n}@${domain}`, "p");
    await owner.mkcalendar("/CalDAV/Team/");
    await owner.put("/CalDAV/Team/a.ics", eventText("a"));
  }
  const people = (await db.rows<Requester>(REGISTERED)).map((requester) => ({
    id: requester.id,
    domain: requester.domainId,
    requester: { ...requester, limit: null },
  }));
  const calendars = await Promise.all(people.slice(0, CALENDARS).map((owner) => calendarOf(owner, db)));
  return { people, calendars };
}

async function calendarOf(owner: Person, db: TestServer["db"]): Promise<OwnedCalendar> {
  const row = await db.one<{ id: CollectionId }>(sql`select b.collection_id as id from binding b
    join principal p on p.home_id = b.home_id where p.id = ${owner.id} and b.slug = 'Team'`);
  if (!row) throw new Error("there is no calendar");
  return { id: row.id, owner, mailbox: `~${owner.requester.login}@${owner.requester.domain}/Team` };
}

/** Makes exactly these the memberships and entries of the world, in one transaction. */
export async function rule(
  { people, calendars }: World,
  memberships: readonly Membership[],
  entries: readonly (readonly Grant[])[],
  { db }: TestServer,
): Promise<void> {
  await db.write(async (tx) => {
    await tx.rows(sql`delete from principal_member where group_id = any(${people.map(({ id }) => id)}::bigint[])`);
    for (const { group, member } of memberships) await tx.rows(insertMember(group, member));
    for (const [n, { id }] of calendars.entries()) await tx.rows(replaceGrants(id, entries[n] ?? []));
  });
}

/** The rights somebody holds on every calendar of the world, as the database sees it. */
export async function rightsInStore(
  { calendars }: World,
  principalId: PrincipalId | null,
  { db }: TestServer,
): Promise<readonly number[]> {
  const asker = principalId === null ? null : { id: principalId, limit: null };
  const on = { collectionId: sql`c.id`, ownerId: sql`c.owner_id`, asker };
  const rows = await db.rows<{ rights: number }>(sql`with recursive ${subjectsCte(principalId)}
    select ${rightsExpression(on)} as rights from unnest(${calendars.map(({ id }) => id)}::bigint[]) with ordinality w(id, n)
      join collection c on c.id = w.id order by w.n`);
  return rows.map(({ rights }) => rights);
}

/** What a request sends, without a server in between. */
export interface Sent {
  readonly verb: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The request as the house takes it from its HTTP side. */
export function exchangeOf(
  { verb, path, headers = {}, body = "" }: Sent,
  by: Person | null,
  server: TestServer,
): Exchange {
  const domain = { id: 0 as never, name: server.house.config.domain };
  const bytes = new TextEncoder().encode(body);
  return {
    services: { ...server.house.services, newName: randomUUID },
    by: by?.requester ?? null,
    verb,
    path,
    query: new URLSearchParams(),
    headers: new Map(Object.entries(headers)),
    domain,
    origin: "http://localhost",
    links: createLinks(domain.name),
    signal: new AbortController().signal,
    xml: async () => (body === "" ? null : readXml(bytes)),
    bytes: async (limit) => (bytes.length > limit ? refuseStatus(413, "too long") : bytes),
    async *body() {
      yield bytes;
    },
  };
}

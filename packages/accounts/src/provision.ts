import { formatSubject, maskOf, ofDomain } from "@kalends/acl";
import { type CollectionId, type DomainId, type PrincipalId, type Sql, sql, type WriteTx } from "@kalends/store";

interface Mailbox {
  readonly slug: string;
  readonly kind: string;
  readonly displayName: string;
  readonly components: readonly string[];
  readonly role: "default_calendar_id" | "default_tasks_id" | null;
}

/** What a new account finds in its home. */
const MAILBOXES: readonly Mailbox[] = Object.freeze([
  { slug: "Calendar", kind: "calendar", displayName: "Calendar", components: ["VEVENT"], role: "default_calendar_id" },
  { slug: "Tasks", kind: "calendar", displayName: "Tasks", components: ["VTODO"], role: "default_tasks_id" },
  { slug: "inbox", kind: "schedule-inbox", displayName: "Inbox", components: [], role: null },
]);

// Each statement uses what the one before made: foreign keys are looked at when a statement ends.
const makeHome = (owner: PrincipalId): Sql =>
  sql`insert into collection (kind, owner_id) values ('home', ${owner}) returning id`;

const makeMailbox = (
  owner: PrincipalId,
  home: CollectionId,
  { kind, displayName, components, slug }: Mailbox,
): Sql => sql`
  with made as (
    insert into collection (kind, owner_id, display_name, components)
    values (${kind}, ${owner}, ${displayName}, ${components}::text[]) returning id
  ), bound as (
    insert into binding (home_id, slug, collection_id, revision) select ${home}::bigint, ${slug}, id, 1 from made
  )
  select id from made`;

const makeFreeBusyGrant = (calendar: CollectionId, domain: DomainId): Sql => sql`
  insert into grant_entry (collection_id, subject, rights)
  values (${calendar}, ${formatSubject(ofDomain(domain))}, ${maskOf("9")})`;

async function made(tx: WriteTx, statement: Sql): Promise<CollectionId> {
  const row = await tx.one<{ id: CollectionId }>(statement);
  if (!row) throw new Error("no row came back");
  return row.id;
}

/**
 * Gives a principal its home with the default calendar, the task list and the scheduling inbox. `freeBusy`: colleagues
 * of the domain see when the default calendar's time is taken.
 */
export async function provisionHome(
  tx: WriteTx,
  owner: PrincipalId,
  domain: DomainId,
  freeBusy: boolean,
): Promise<CollectionId> {
  const home = await made(tx, makeHome(owner));
  const roles = { default_calendar_id: null as CollectionId | null, default_tasks_id: null as CollectionId | null };
  for (const mailbox of MAILBOXES) {
    const id = await made(tx, makeMailbox(owner, home, mailbox));
    if (mailbox.role) roles[mailbox.role] = id;
  }
  await tx.rows(sql`update principal set home_id = ${home}, default_calendar_id = ${roles.default_calendar_id},
    default_tasks_id = ${roles.default_tasks_id} where id = ${owner}`);
  if (freeBusy && roles.default_calendar_id) await tx.rows(makeFreeBusyGrant(roles.default_calendar_id, domain));
  return home;
}

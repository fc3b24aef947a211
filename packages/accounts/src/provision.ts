import { maskOf, ofDomain, setGrant } from "@kalends/acl";
import {
  type CollectionId,
  createCollection,
  createHome,
  type DomainId,
  type PrincipalId,
  type Sql,
  updatePrincipal,
  type WriteTx,
} from "@kalends/store";

interface Mailbox {
  readonly slug: string;
  readonly kind: string;
  readonly displayName: string;
  readonly components: readonly string[];
  readonly role: "defaultCalendar" | "defaultTasks" | null;
}

/** What a new account finds in its home. */
const MAILBOXES: readonly Mailbox[] = Object.freeze([
  { slug: "Calendar", kind: "calendar", displayName: "Calendar", components: ["VEVENT"], role: "defaultCalendar" },
  { slug: "Tasks", kind: "calendar", displayName: "Tasks", components: ["VTODO"], role: "defaultTasks" },
  { slug: "inbox", kind: "schedule-inbox", displayName: "Inbox", components: [], role: null },
]);

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
  // Each statement uses what the one before made: foreign keys are looked at when a statement ends.
  const home = await made(tx, createHome(owner));
  const roles: { defaultCalendar?: CollectionId; defaultTasks?: CollectionId } = {};
  for (const { role, ...mailbox } of MAILBOXES) {
    const id = await made(
      tx,
      createCollection({ ...mailbox, home, owner, description: null, timezone: null, props: "{}" }),
    );
    if (role) roles[role] = id;
  }
  await tx.rows(updatePrincipal(owner, roles));
  const { defaultCalendar } = roles;
  if (freeBusy && defaultCalendar) {
    await tx.rows(setGrant(defaultCalendar, { subject: ofDomain(domain), positive: true, rights: maskOf("9") }));
  }
  return home;
}

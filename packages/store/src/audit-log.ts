import type { PrincipalId, ReadTx } from "./database.js";
import { insertAudit } from "./statements/audit.js";

/** Everything the audit log tells, by kind. */
export const AUDIT_KINDS = Object.freeze({
  "sign-in.device": "a program or device signed in for the first time",
  "sign-in.failed": "sign-ins that failed, counted by the hour",
  "sign-in.locked": "too many failed: no password is checked for a while",
  "account.added": "an account, group or resource was made",
  "account.changed": "an account was switched on or off, or made administrator or no longer",
  "account.removed": "an account, group or resource was removed",
  "credential.password": "a new password was set",
  "credential.app-password": "an app password was made or ended",
  "group.members": "somebody was put into a group or taken out",
  "rights.changed": "rights on a mailbox were given or taken",
  "publishing.changed": "a calendar was published or no longer, or a publishing level was set",
  "publishing.written": "a published calendar was written without sign-in, counted by the hour",
  "link.changed": "a secret link was made or ended",
});

export type AuditKind = keyof typeof AUDIT_KINDS;

/** Who does something, for the audit log. */
export interface Doer {
  readonly name: string;
  readonly address?: string;
  readonly agent?: string;
  /** Epoch milliseconds; the time of the database unless given. */
  readonly at?: number;
}

/** The server itself, where nobody else is known to have done it. */
export const SERVER: Doer = Object.freeze({ name: "server" });

export interface Deed {
  readonly kind: AuditKind;
  /** Whom it is about; null = nobody in particular. */
  readonly about: PrincipalId | null;
  /** One sentence; never a secret. */
  readonly detail: string;
  /** Deeds with the same bucket become one entry, counted. */
  readonly bucket?: string;
}

const LONGEST_AGENT = 200;

/** The program a client says it is, fit for the log. */
export const shownAgent = (agent: string | undefined): string | null =>
  agent?.replace(/[^\x20-\x7e]/g, "?").slice(0, LONGEST_AGENT) || null;

/** Adds an entry to the audit log, in the transaction of what it tells. */
export async function noteDeed(tx: ReadTx, { kind, about, detail, bucket }: Deed, by: Doer): Promise<void> {
  await tx.rows(
    insertAudit({
      at: by.at ?? null,
      kind,
      account: null,
      principal: about,
      actor: by.name,
      address: by.address ?? null,
      agent: shownAgent(by.agent),
      detail,
      bucket: bucket ?? null,
    }),
  );
}

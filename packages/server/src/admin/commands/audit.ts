import { principalNamed, readAudit } from "@kalends/accounts";
import { AUDIT_KINDS } from "@kalends/store";
import { type AdminCommand, AdminError } from "../command.js";
import { shownTime, timeFrom } from "../times.js";

export interface AuditArgs {
  readonly account?: string;
  readonly since?: string;
  readonly kind?: string;
  readonly limit: number;
}

export interface AuditListing {
  readonly time: string;
  readonly kind: string;
  readonly account: string;
  readonly by: string;
  readonly address: string | null;
  readonly agent: string | null;
  readonly detail: string;
  readonly times: number;
  /** The last one, where several are counted in one entry. */
  readonly until: string | null;
}

function checkedKind(kind: string): string {
  const kinds = Object.keys(AUDIT_KINDS);
  if (kinds.some((each) => each === kind || each.startsWith(`${kind}.`))) return kind;
  throw new AdminError(`"${kind}" is no kind of entry; there are: ${kinds.join(", ")}`);
}

/** Shows the audit log: sign-ins, credentials, accounts, rights. */
export const auditCommand: AdminCommand<AuditArgs, readonly AuditListing[]> = {
  name: "audit",
  async run({ account, since, kind, limit }, { services, config }) {
    const { db, clock } = services;
    const found = account === undefined ? undefined : await principalNamed(db, account, config.domain);
    const entries = await readAudit(db, {
      limit,
      ...(found ? { principal: found.id } : {}),
      ...(since === undefined ? {} : { since: timeFrom(since, clock(), "begin") }),
      ...(kind === undefined ? {} : { kind: checkedKind(kind) }),
    });
    return entries.map((entry) => ({
      time: shownTime(entry.at),
      kind: entry.kind,
      account: entry.account,
      by: entry.actor,
      address: entry.address,
      agent: entry.agent,
      detail: entry.detail,
      times: entry.times,
      until: entry.times > 1 ? shownTime(entry.lastAt) : null,
    }));
  },
};

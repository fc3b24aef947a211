import { type AuditFilter, type AuditRow, auditEntries, type Database } from "@kalends/store";

export type AuditEntry = AuditRow;

/** What happened, oldest first. */
export const readAudit = (db: Database, filter: AuditFilter): Promise<readonly AuditEntry[]> =>
  db.rows<AuditRow>(auditEntries(filter));

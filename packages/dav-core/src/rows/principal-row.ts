import { type PrincipalId, raw, type Sql } from "@kalends/store";
import type { PrincipalKind, PrincipalRow } from "../resource.js";

export interface PrincipalRecord {
  readonly id: number;
  readonly uuid: string;
  readonly kind: PrincipalKind;
  readonly login: string;
  readonly domain: string;
  readonly display_name: string;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly has_home: boolean;
  readonly default_calendar: string | null;
  readonly default_tasks: string | null;
}

const slugOf = (column: string): string =>
  `(select b.slug from binding b where b.home_id = p.home_id and b.collection_id = p.${column} order by b.slug limit 1)`;

/** What to select for a `PrincipalRecord` out of `principalTables`. */
export const principalColumns: Sql = raw(`p.id, p.uuid, p.kind, p.login, p_domain.name as domain, p.display_name,
  p.first_name, p.last_name, p.home_id is not null as has_home,
  ${slugOf("default_calendar_id")} as default_calendar, ${slugOf("default_tasks_id")} as default_tasks`);

export const principalTables: Sql = raw("principal p join domain p_domain on p_domain.id = p.domain_id");

/** Makes the row out of a record. */
export function principalRow(record: PrincipalRecord): PrincipalRow {
  return {
    id: record.id as PrincipalId,
    uuid: record.uuid,
    kind: record.kind,
    login: record.login,
    domain: record.domain,
    displayName: record.display_name,
    firstName: record.first_name,
    lastName: record.last_name,
    defaultCalendar: record.default_calendar,
    defaultTasks: record.default_tasks,
    hasHome: record.has_home,
  };
}

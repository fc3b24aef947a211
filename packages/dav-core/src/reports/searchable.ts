import { type Clark, cal, cs, dav } from "@kalends/dav-xml";
import { raw, type Sql, sql } from "@kalends/store";
import type { PrincipalKind } from "../resource.js";

export type MatchType = "contains" | "starts-with" | "ends-with" | "equals";

/** True where a text expression meets what is looked for, without regard to case (RFC 3744 9.4). */
export function matches(expression: Sql, how: MatchType, text: string): Sql {
  const value = sql`lower(${expression})`;
  const wanted = sql`lower(${text}::text)`;
  switch (how) {
    case "contains":
      return sql`position(${wanted} in ${value}) > 0`;
    case "starts-with":
      return sql`starts_with(${value}, ${wanted})`;
    case "ends-with":
      return sql`right(${value}, length(${text}::text)) = ${wanted}`;
    case "equals":
      return sql`${value} = ${wanted}`;
  }
}

/** A property that principals are searched by: a condition on `principal p` and `domain p_domain`. */
export interface Searchable {
  readonly name: Clark;
  readonly description: string;
  readonly where: (how: MatchType, text: string) => Sql;
}

const column =
  (name: string) =>
  (how: MatchType, text: string): Sql =>
    matches(raw(`coalesce(p.${name}, '')`), how, text);

/** Any of the addresses of a principal: its login and its aliases in its domain. */
export function anyAddress(how: MatchType, text: string): Sql {
  const plain = text.replace(/^mailto:/i, "");
  return sql`exists (
    select from (select p.login union all select a.alias from principal_alias a where a.principal_id = p.id) as named(login)
    where ${matches(raw("(named.login || '@' || p_domain.name)"), how, plain)})`;
}

const userAddress = (how: MatchType, text: string): Sql =>
  sql`(${anyAddress(how, text)} or ${matches(raw("('urn:uuid:' || p.uuid)"), how, text)})`;

const USER_TYPE = `case p.kind when 'user' then 'INDIVIDUAL' when 'group' then 'GROUP'
  when 'resource' then 'RESOURCE' else 'ROOM' end`;

/** What `DAV:principal-search-property-set` tells (RFC 3744 9.5, RFC 6638 2.4). */
export const SEARCHABLE: readonly Searchable[] = [
  { name: dav("displayname"), description: "Display name", where: column("display_name") },
  { name: cs("first-name"), description: "First name", where: column("first_name") },
  { name: cs("last-name"), description: "Last name", where: column("last_name") },
  { name: cs("email-address-set"), description: "E-mail address", where: anyAddress },
  { name: cal("calendar-user-address-set"), description: "Calendar user address", where: userAddress },
  {
    name: cal("calendar-user-type"),
    description: "Calendar user type",
    where: (how, text) => matches(raw(`(${USER_TYPE})`), how, text),
  },
];

const BY_NAME: ReadonlyMap<Clark, Searchable> = new Map(SEARCHABLE.map((each) => [each.name, each]));

/** A property nobody can search by matches nothing (RFC 3744 9.4). */
export const searchWhere = (name: Clark, how: MatchType, text: string): Sql =>
  BY_NAME.get(name)?.where(how, text) ?? raw("false");

/** Kinds of principal by `CUTYPE` (RFC 5545 3.2.3). */
export const KIND_OF_TYPE: Readonly<Record<string, PrincipalKind>> = {
  INDIVIDUAL: "user",
  GROUP: "group",
  RESOURCE: "resource",
  ROOM: "location",
};

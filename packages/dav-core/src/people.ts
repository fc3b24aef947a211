import { raw, type Sql, sql } from "@kalends/store";
import type { Requester } from "./exchange.js";
import { anyAddress } from "./reports/searchable.js";

/**
 * How far the people of a domain find each other: everybody, those with a group in common, whoever knows the whole address,
 * nobody. Oneself and one's own groups are always found. Kept under `PEOPLE` among the services of the domain.
 */
export const PEOPLE_POLICIES = Object.freeze(["all", "groups", "exact", "off"] as const);
export type PeoplePolicy = (typeof PEOPLE_POLICIES)[number];

export const PEOPLE = "people";

/** What leads to a principal: a listing, his own address in a path, or words that are looked for. */
export type Trace = "listed" | "named" | { readonly words: readonly string[] };

/** The asker and every group he is in, at any depth. */
export const ownIdentities = ({ id }: Pick<Requester, "id">): Sql => sql`(with recursive acting(id) as (
    select ${id}::bigint union select m.group_id from principal_member m join acting on m.member_id = acting.id
  ) select id from acting)`;

/** Everybody in a group the asker is in, at any depth. */
const companions = ({ id }: Requester): Sql => sql`(with recursive acting(id) as (
    select ${id}::bigint union select m.group_id from principal_member m join acting on m.member_id = acting.id
  ), within(id) as (
    select id from acting where id <> ${id}::bigint
    union select m.member_id from principal_member m join within on m.group_id = within.id
  ) select id from within)`;

function isAddressed(trace: Trace): Sql {
  if (trace === "named") return raw("true");
  const words = trace === "listed" ? [] : trace.words;
  return words.reduce((any, word) => sql`${any} or ${anyAddress("equals", word)}`, raw("false"));
}

/**
 * True for a `principal p` of a `domain p_domain` that the asker may find in this way, by the policy of that domain;
 * administrators find everybody. Whose domains he may look into at all is for the statement around to say (ACL-62).
 */
export function findable(by: Requester | null, trace: Trace): Sql {
  if (by === null) return raw("false");
  if (by.isAdmin) return raw("true");
  const isOwn = sql`p.id in ${ownIdentities(by)}`;
  return sql`case p_domain.services ->> ${PEOPLE}::text
    when 'off' then ${isOwn}
    when 'exact' then ${isOwn} or ${isAddressed(trace)}
    when 'groups' then ${isOwn} or p.id in ${companions(by)}
    else true end`;
}

import { join, type PrincipalId, raw, type Sql, sql } from "@kalends/store";
import { type AccessLimit, limited, type RightsAsker } from "./limit.js";
import { ALL_RIGHTS } from "./rights.js";

/**
 * The common table expressions that name everything a principal goes by: himself, his groups at any depth, his domain,
 * `anyone`; without principal `anonymous`; `public` in any case. Goes once behind `with recursive` in a statement that uses
 * `rightsExpression`; further expressions may follow after a comma.
 */
export function subjectsCte(principalId: PrincipalId | null): Sql {
  if (principalId === null) return sql`acl_subject(names) as (select array['anonymous', 'public'])`;
  return sql`acl_principal(id) as (
    select ${principalId}::bigint
    union
    select member.group_id from principal_member member join acl_principal on member.member_id = acl_principal.id
  ), acl_subject(names) as (
    select array['anyone', 'public']
      || array(select 'd:' || domain_id from principal where id = ${principalId}::bigint)
      || array(select 'p:' || id from acl_principal)
  )`;
}

export interface RightsOn {
  /** The collection and its owner, as columns of the statement around or as values. */
  readonly collectionId: Sql;
  readonly ownerId: Sql;
  /** null = a request without credentials. */
  readonly asker: RightsAsker | null;
}

/**
 * The rights held on one collection, as an integer expression (see `RightsMask`): the owner has all, positive entries
 * are united, negative ones beat them; what the credential does not allow is taken off. Serves one collection or each row of a listing; `subjectsCte` must be in scope.
 */
export function rightsExpression({ collectionId, ownerId, asker }: RightsOn): Sql {
  const granted = sql`(
    select coalesce(bit_or(entry.rights) filter (where entry.positive), 0)
      & ~coalesce(bit_or(entry.rights) filter (where not entry.positive), 0)
      & ${raw(String(ALL_RIGHTS))}
    from grant_entry entry
    where entry.collection_id = ${collectionId}
      and entry.subject = any ((select names from acl_subject)::text[])
  )`;
  if (asker === null) return granted;
  const held = sql`(case when ${ownerId} = ${asker.id}::bigint then ${all} else ${granted} end)`;
  return limited(held, collectionId, asker.limit);
}

const all = raw(String(ALL_RIGHTS));

/**
 * The same where the asker is known to be the owner: no entry counts, so `subjectsCte` is not needed. The statement must not
 * show rows of which that is not true.
 */
export const ownerRights = (collectionId: Sql, limit: AccessLimit | null): Sql => limited(all, collectionId, limit);

/** True where at least one of the rights (a mask) is held; for `where` clauses of listings. */
export const holdsAny = (on: RightsOn, mask: number): Sql =>
  join([sql`(`, rightsExpression(on), sql` & ${raw(String(mask | 0))}) <> 0`], "");

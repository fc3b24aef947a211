import type { PrincipalId } from "../database.js";
import { type Sql, sql } from "../sql.js";
import { principalColumns } from "./principals.js";

/** Members of a group itself: rows of `PrincipalRow`. */
export const membersOf = (group: PrincipalId): Sql => sql`
  select ${principalColumns} from principal_member m join principal p on p.id = m.member_id
  join domain d on d.id = p.domain_id where m.group_id = ${group} order by p.login`;

/** Groups a principal belongs to, through other groups too; circles do no harm. Rows of `PrincipalRow`. */
export const groupsOf = (member: PrincipalId): Sql => sql`
  with recursive reached(id) as (
    select group_id from principal_member where member_id = ${member}
    union select m.group_id from principal_member m join reached r on m.member_id = r.id
  )
  select ${principalColumns} from principal p join domain d on d.id = p.domain_id
  where p.id in (select id from reached) order by p.login`;

/** Makes exactly these the members of the group. Rows with `id` for all of them. */
export const setMembers = (group: PrincipalId, members: readonly PrincipalId[]): Sql => sql`
  with wanted as (select distinct unnest(${members}::bigint[]) as id),
  removed as (delete from principal_member where group_id = ${group} and member_id not in (select id from wanted)),
  added as (insert into principal_member (group_id, member_id) select ${group}::bigint, id from wanted on conflict do nothing)
  select id from wanted order by id`;

export const addMember = (group: PrincipalId, member: PrincipalId): Sql => sql`
  insert into principal_member (group_id, member_id) values (${group}, ${member}) on conflict do nothing`;

export const removeMember = (group: PrincipalId, member: PrincipalId): Sql =>
  sql`delete from principal_member where group_id = ${group} and member_id = ${member} returning member_id as id`;

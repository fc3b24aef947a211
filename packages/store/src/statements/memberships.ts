import type { PrincipalId } from "../database.js";
import { type Sql, sql } from "../sql.js";
import { principalsFrom } from "./principals.js";

export interface MembershipRow {
  readonly group: PrincipalId;
  readonly member: PrincipalId;
}

/** Every direct membership of the server. */
export const allMemberships = (): Sql =>
  sql`select group_id as "group", member_id as member from principal_member order by group_id, member_id`;

/** Members of a group itself: rows of `PrincipalRow`. */
export const membersOf = (group: PrincipalId): Sql => sql`${principalsFrom}
  join principal_member m on m.member_id = p.id where m.group_id = ${group} order by p.login, d.name`;

/** Being a member already is fine. */
export const insertMember = (group: PrincipalId, member: PrincipalId): Sql => sql`
  insert into principal_member (group_id, member_id) values (${group}, ${member}) on conflict do nothing`;

export const deleteMember = (group: PrincipalId, member: PrincipalId): Sql =>
  sql`delete from principal_member where group_id = ${group} and member_id = ${member} returning member_id as id`;

/** Makes exactly these the direct members of a group (RFC 3744 4.3). */
export const replaceMembers = (group: PrincipalId, members: readonly PrincipalId[]): Sql => sql`
  with removed as (
    delete from principal_member where group_id = ${group} and member_id <> all(${members}::bigint[])
  )
  insert into principal_member (group_id, member_id)
  select ${group}::bigint, member from unnest(${members}::bigint[]) as wanted(member) on conflict do nothing`;

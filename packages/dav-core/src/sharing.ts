import { type Grant, NO_RIGHTS, rightsMask } from "@kalends/acl";
import { type PrincipalId, type ReadTx, sql } from "@kalends/store";

/**
 * With whom the people of a domain may share: every account of the server, those of their own domain, nobody. Kept under
 * `SHARING` among the services of the domain; administrators share for others as they like.
 */
export const SHARING_POLICIES = Object.freeze(["all", "domain", "off"] as const);
export type SharingPolicy = (typeof SHARING_POLICIES)[number];

export const SHARING = "sharing";

/** Why rights may not be given, in a sentence. */
const REFUSALS = Object.freeze({
  off: "The administrator of this domain lets nobody share mailboxes.",
  domain: "The administrator of this domain lets mailboxes be shared with its own accounts only.",
});

/** What `after` gives beyond `before`; taking away is always permitted. */
function gained(after: readonly Grant[], before: readonly Grant[]): readonly Grant[] {
  const had = (grant: Grant): number =>
    before.find(({ subject, positive }) => positive && sameSubject(subject, grant.subject))?.rights ?? NO_RIGHTS;
  return after.filter((grant) => grant.positive && rightsMask(grant.rights & ~had(grant)) !== NO_RIGHTS);
}

const sameSubject = (a: Grant["subject"], b: Grant["subject"]): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Why an owner may not change the entries of a mailbox in this way, by the policy of his domain; null = he may. */
export async function sharingRefusal(
  owner: PrincipalId,
  after: readonly Grant[],
  before: readonly Grant[],
  tx: ReadTx,
): Promise<string | null> {
  const given = gained(after, before);
  if (given.length === 0) return null;
  const people = given.flatMap(({ subject }) => (subject.type === "principal" ? [subject.id] : []));
  const row = await tx.one<{ domain: number; policy: string | null; foreign: boolean }>(sql`
    select d.id as domain, d.services ->> ${SHARING}::text as policy, exists (select from principal q
      where q.id = any(${people}::bigint[]) and q.domain_id <> d.id) as "foreign"
    from principal p join domain d on d.id = p.domain_id where p.id = ${owner}`);
  if (row?.policy === "off") return REFUSALS.off;
  if (row?.policy !== "domain") return null;
  const isOutside = ({ subject }: Grant): boolean =>
    subject.type !== "principal" && !(subject.type === "domain" && Number(subject.id) === row.domain);
  return row.foreign || given.some(isOutside) ? REFUSALS.domain : null;
}

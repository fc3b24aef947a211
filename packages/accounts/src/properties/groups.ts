import {
  type AnyProperty,
  CannotModifyProtectedProperty,
  type Exchange,
  findable,
  type PrincipalKind,
  type PropertyWrite,
  principalsNamed,
  property,
  refuse,
  refuseStatus,
  type Resource,
} from "@kalends/dav-core";
import { type Clark, children, cs, dav, hrefs, type XmlElement } from "@kalends/dav-xml";
import {
  noteDeed,
  type PrincipalId,
  type ReadTx,
  raw,
  replaceMembers,
  SERVER,
  type Sql,
  sql,
  type WriteTx,
} from "@kalends/store";

interface Related {
  readonly id: PrincipalId;
  readonly kind: PrincipalKind;
  readonly login: string;
  readonly domain: string;
}

/** Which way to look, and how far: at direct relations, or at those of relations too. */
interface Relation {
  readonly name: Clark;
  readonly spec: string;
  readonly from: "group_id" | "member_id";
  readonly to: "group_id" | "member_id";
  readonly nested: boolean;
}

const RELATIONS: readonly Relation[] = [
  { name: dav("group-member-set"), spec: "RFC 3744 4.3", from: "group_id", to: "member_id", nested: false },
  { name: dav("group-membership"), spec: "RFC 3744 4.4", from: "member_id", to: "group_id", nested: false },
  {
    name: cs("expanded-group-member-set"),
    spec: "CalendarServer principal extensions",
    from: "group_id",
    to: "member_id",
    nested: true,
  },
  {
    name: cs("expanded-group-membership"),
    spec: "CalendarServer principal extensions",
    from: "member_id",
    to: "group_id",
    nested: true,
  },
];

/** Pairs of a principal of the listing and one it is related to; groups that form loops end the search by themselves. */
function pairs({ from, to, nested }: Relation, ids: readonly PrincipalId[]): Sql {
  const [near, far] = [raw(from), raw(to)];
  const direct = sql`select m.${near} as id, m.${far} as other from principal_member m where m.${near} = any(${ids}::bigint[])`;
  if (!nested) return direct;
  return sql`${direct} union
    select related.id, m.${far} from principal_member m join related on m.${near} = related.other`;
}

async function load(relation: Relation, resources: readonly Resource[], tx: ReadTx, cx: Exchange) {
  const all = resources.flatMap((at) => (at.rows === "principal" ? [{ href: at.href, id: at.principal.id }] : []));
  const rows = await tx.rows<Related>(sql`
    with recursive related(id, other) as (${pairs(
      relation,
      all.map(({ id }) => id),
    )})
    select related.id, p.kind, p.login, p_domain.name as domain
    from related join principal p on p.id = related.other and p.enabled join domain p_domain on p_domain.id = p.domain_id
    where related.other <> related.id and ${findable(cx.by, "listed")} order by related.id, p_domain.name, p.login`);
  const found = new Map<PrincipalId, string[]>();
  for (const row of rows) found.set(row.id, [...(found.get(row.id) ?? []), cx.links.principal(row)]);
  return new Map(all.map(({ href, id }) => [href, found.get(id) ?? []]));
}

/** Everybody the element names becomes a member, nobody else stays one; administrators alone get here (RFC 3744 4.3). */
const setMembers =
  (value: XmlElement | null, on: Resource, cx: Exchange) =>
  async (tx: WriteTx): Promise<void> => {
    if (value === null || on.rows !== "principal" || on.principal.kind !== "group") {
      return refuse(CannotModifyProtectedProperty, undefined);
    }
    const { id } = on.principal;
    const wanted = children(value, dav("href")).map(({ text }) => text.trim());
    const known = await principalsNamed(wanted, cx, tx);
    const members = wanted.map((href) => known.get(href) ?? refuseStatus(409, `${href} is nobody known here.`));
    if (members.includes(id)) refuseStatus(409, "A group cannot be a member of itself.");
    await tx.rows(replaceMembers(id, [...new Set(members)]));
    const by = cx.by ? { name: `${cx.by.login}@${cx.by.domain}`, at: cx.services.clock() } : SERVER;
    await noteDeed(tx, { kind: "group.members", about: id, detail: `members set: ${members.length}` }, by);
  };

const settable: PropertyWrite = { when: "set", store: { column: "own", apply: setMembers } };

export const groupProperties: readonly AnyProperty[] = RELATIONS.map((relation) =>
  property<readonly string[]>({
    name: relation.name,
    spec: relation.spec,
    on: ["principal"],
    allprop: false,
    source: { from: "batch", load: (resources, tx, cx) => load(relation, resources, tx, cx) },
    codec: hrefs,
    ...(relation.name === dav("group-member-set") ? { write: settable } : {}),
  }),
);

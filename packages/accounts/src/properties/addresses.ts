import { type AnyProperty, type Exchange, type PrincipalRow, property, type Resource } from "@kalends/dav-core";
import { cal, cs, dav, type XmlOut } from "@kalends/dav-xml";
import { type PrincipalId, type ReadTx, sql } from "@kalends/store";

const principalsOf = (
  resources: readonly Resource[],
): readonly { readonly href: string; readonly who: PrincipalRow }[] =>
  resources.flatMap((at) => (at.rows === "principal" ? [{ href: at.href, who: at.principal }] : []));

/** The mail addresses of all principals of a listing in one statement; the main one first. Keys are hrefs. */
async function loadAddresses(
  resources: readonly Resource[],
  tx: ReadTx,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const all = principalsOf(resources);
  const rows = await tx.rows<{ id: PrincipalId; addresses: readonly string[] }>(sql`
    select p.id, array(
      select name.text || '@' || host.text
      from (select p.login as text, 0 as rank union all
          select alias, 1 from principal_alias where principal_id = p.id) name,
        (select d.name as text, 0 as rank union all
          select alias, 1 from domain_alias where domain_id = d.id) host
      order by name.rank + host.rank, host.rank, name.text, host.text
    ) as addresses
    from principal p join domain d on d.id = p.domain_id
    where p.id = any(${all.map(({ who }) => who.id)}::bigint[])`);
  const byId = new Map(rows.map(({ id, addresses }) => [id, addresses]));
  return new Map(all.map(({ href, who }) => [href, byId.get(who.id) ?? []]));
}

interface CalendarUserAddress {
  readonly href: string;
  /** The address to write into invitations. */
  readonly preferred: boolean;
}

const mailto = (address: string): string => `mailto:${address}`;

/** Every address by which invitations may name somebody: mail, the principal's path, his UUID. */
async function loadUserAddresses(resources: readonly Resource[], tx: ReadTx, cx: Exchange) {
  const mail = await loadAddresses(resources, tx);
  return new Map(
    principalsOf(resources).map(({ href, who }): [string, readonly CalendarUserAddress[]] => {
      const hrefs = [...(mail.get(href) ?? []).map(mailto), cx.links.principal(who), `urn:uuid:${who.uuid}`];
      return [href, hrefs.map((each, n) => ({ href: each, preferred: n === 0 }))];
    }),
  );
}

const writeUserAddresses = (out: XmlOut, addresses: readonly CalendarUserAddress[]): void => {
  for (const { href, preferred } of addresses) out.leaf(dav("href"), href, preferred ? { preferred: "1" } : {});
};

export const addressProperties: readonly AnyProperty[] = [
  property<readonly CalendarUserAddress[]>({
    name: cal("calendar-user-address-set"),
    spec: "RFC 6638 2.4.1",
    on: ["principal"],
    allprop: false,
    source: { from: "batch", load: loadUserAddresses },
    codec: { write: writeUserAddresses },
  }),
  property<readonly string[]>({
    name: cs("email-address-set"),
    spec: "CalendarServer principal extensions",
    on: ["principal"],
    allprop: false,
    source: { from: "batch", load: loadAddresses },
    codec: {
      write(out, addresses) {
        for (const address of addresses) out.leaf(cs("email-address"), address);
      },
    },
  }),
];

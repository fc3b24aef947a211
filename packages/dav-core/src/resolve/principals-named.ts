import { type PrincipalId, type ReadTx, raw, type Sql, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import { localPath } from "../headers/destination.js";
import { parsePath } from "../paths/address.js";
import { Refused } from "../refusal.js";
import type { PrincipalKind } from "../resource.js";

/** A principal as an href names it: by its UUID, or by kind and login in a domain. */
interface Named {
  readonly href: string;
  readonly uuid: string | null;
  readonly kind: PrincipalKind | null;
  readonly login: string | null;
  readonly domain: string | null;
}

const UUID = /^urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

function named(href: string, cx: Exchange): Named | undefined {
  const [, uuid] = UUID.exec(href) ?? [];
  if (uuid !== undefined) return { href, uuid, kind: null, login: null, domain: null };
  const path = localPath(href, cx);
  if (!path) return undefined;
  try {
    const address = parsePath(path, []);
    if (address.at !== "principal") return undefined;
    const { login, domain } = address.account;
    return { href, uuid: null, kind: address.of, login, domain: domain ?? cx.domain.name };
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

/**
 * The principals that hrefs name, by any of their URLs (RFC 3744 4.1, 4.2), in one statement. Known are those the asker
 * can find, and whoever else meets `also`, a condition on `principal p`. What names nobody is left out.
 */
export async function principalsNamed(
  hrefs: Iterable<string>,
  cx: Exchange,
  tx: ReadTx,
  also: Sql = raw("false"),
): Promise<ReadonlyMap<string, PrincipalId>> {
  const wanted = [...new Set(hrefs)].flatMap((href) => named(href, cx) ?? []);
  if (wanted.length === 0) return new Map();
  const column = (of: (each: Named) => string | null) => sql`${wanted.map(of)}::text[]`;
  const mayFind = cx.by?.isAdmin
    ? raw("p.enabled")
    : sql`(p.enabled and p.domain_id = ${cx.by?.domainId ?? null}::bigint)`;
  const rows = await tx.rows<{ asked: number; id: PrincipalId }>(sql`
    select w.asked, p.id
    from unnest(${column(({ uuid }) => uuid)}, ${column(({ kind }) => kind)}, ${column(({ login }) => login)},
      ${column(({ domain }) => domain)}) with ordinality w(uuid, kind, login, domain, asked)
    join principal p on p.id = case when w.uuid is not null then (select q.id from principal q where q.uuid = w.uuid::uuid)
      else (select q.id from principal q where q.kind = w.kind
        and q.domain_id = (select id from domain where name = w.domain
          union select domain_id from domain_alias where alias = w.domain limit 1)
        and (q.login = w.login or q.id = (select a.principal_id from principal_alias a
          where a.domain_id = q.domain_id and a.alias = w.login)) limit 1) end
    where ${mayFind} or ${also}`);
  return new Map(rows.flatMap(({ asked, id }) => (wanted[asked - 1] ? [[wanted[asked - 1]?.href ?? "", id]] : [])));
}

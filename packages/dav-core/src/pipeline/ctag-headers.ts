import { type CollectionId, type Revision, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import { formatSyncToken } from "../sync-token.js";

/**
 * `CTag` of a collection and, in the asker's own home, `Home-CTag`, as they are after a write; one statement (CalendarServer
 * bulk-change 6). `inPart` = the asker does not see all that is in the collection.
 */
export async function ctagHeaders(
  collection: CollectionId,
  home: CollectionId | null,
  cx: Exchange,
  inPart = false,
): Promise<Readonly<Record<string, string>>> {
  const rows = await cx.services.db.rows<{ id: CollectionId; uuid: string; revision: Revision }>(sql`
    select id, uuid, revision from collection where id = ${collection}::bigint
    union all select c.id, c.uuid, c.revision from collection c join principal p on p.home_id = c.id
    where p.id = ${cx.by?.id ?? null}::bigint and c.id = ${home}::bigint`);
  return Object.fromEntries(
    rows.map((row) =>
      row.id === collection ? ["CTag", formatSyncToken({ ...row, inPart })] : ["Home-CTag", formatSyncToken(row)],
    ),
  );
}

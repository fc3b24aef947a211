import { type Database, sql } from "@kalends/store";
import { eventText } from "./generators/text.js";

/**
 * Puts `count` plain events named `e1.ics`, `e2.ics`, … into somebody's mailbox without going through the server: for
 * tests that need many rows and care about reading them.
 */
export async function fillCalendar(db: Database, login: string, slug: string, count: number): Promise<void> {
  const data = eventText("#uid#");
  await db.rows(sql`
    with calendar as (
      select b.collection_id as id from binding b join principal p on p.home_id = b.home_id
      where p.login = ${login} and b.slug = ${slug}
    ), bumped as (
      update collection set revision = revision + ${count}::bigint where id in (select id from calendar) returning id, revision
    )
    insert into object (collection_id, name, uid, component, etag, size, revision, first_start, last_end, data)
    select id, 'e' || n || '.ics', 'uid' || n, 'VEVENT', 'etag' || n, octet_length(replace(${data}, '#uid#', 'uid' || n)),
      revision - ${count}::bigint + n, ${START}::bigint, ${START + HOUR}::bigint, replace(${data}, '#uid#', 'uid' || n)
    from bumped, generate_series(1, ${count}::int) n`);
}

const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 1, 12);

import { type CollectionResource, type Exchange, listMembers, plan, type Registry, sightOf } from "@kalends/dav-core";
import { type Layout, readLayout } from "@kalends/icalendar";
import { raw, type Sql, sql } from "@kalends/store";
import { byTimezones } from "./by-timezones.js";

/** The text of an object as it is shown, with where its components stand, if that is known. */
export interface ShownText {
  readonly text: string;
  readonly layout: Layout | null;
}

/** What of its objects a whole calendar shows, and how. */
export interface WholeOptions {
  /** Types of components that belong in it; absent or null = all. */
  readonly components?: readonly string[] | null;
  /** More that must hold for `object o`. */
  readonly where?: Sql;
  /** The text shown for a stored one; null leaves it out. */
  readonly show?: (text: string, uid: string) => string | null;
}

interface Row {
  readonly uid: string;
  readonly data: string;
  readonly layout: string | null;
}

/** Rows and octets that are read at once. */
const PAGE_ROWS = 2_000;
const PAGE_OCTETS = 2 * 1024 * 1024;

/** The texts of a calendar's objects, page by page, in order of name; no transaction is open in between. */
export async function* objectTexts(
  calendar: CollectionResource,
  cx: Exchange,
  registry: Registry,
  { components = null, where = raw("true"), show = (text) => text }: WholeOptions = {},
): AsyncGenerator<readonly ShownText[], void, undefined> {
  const zoned = byTimezones(cx);
  const ofType = components === null ? where : sql`o.component = any(${components}::text[]) and (${where})`;
  const seesAll = sightOf(calendar.collection, cx) === null;
  const pages = seesAll ? storedPages(calendar, ofType, cx) : seenPages(calendar, ofType, cx, registry);
  for await (const page of pages) {
    yield page.flatMap(({ data, uid, layout }) => {
      const shown = show(data, uid);
      if (shown === null) return [];
      const text = zoned(shown);
      return [{ text, layout: text === data ? readLayout(layout) : null }];
    });
  }
}

/** Everything as it is stored. Plain rows: whole texts wrapped in JSON are twice the work. The next page is read ahead. */
async function* storedPages({ collection }: CollectionResource, where: Sql, { services, signal }: Exchange) {
  const read = async (last: string | null) => {
    const after = last === null ? raw("true") : sql`o.name > ${last}`;
    const rows = await services.db.rows<Row & { readonly name: string; readonly upto: number }>(sql`
      select * from (select o.name, o.uid, o.data, o.layout, o.size,
          sum(o.size) over (order by o.name rows unbounded preceding) as upto from object o
        where o.collection_id = ${collection.id}::bigint and ${after} and (${where})
        order by o.name limit ${PAGE_ROWS}::int) o
      where o.upto - o.size < ${PAGE_OCTETS}::bigint order by o.name`);
    return rows;
  };
  for (let next: ReturnType<typeof read> | null = read(null); next !== null;) {
    signal.throwIfAborted();
    const rows: Awaited<ReturnType<typeof read>> = await next;
    const end = rows.at(-1);
    const isLast = end === undefined || (rows.length < PAGE_ROWS && end.upto < PAGE_OCTETS);
    next = isLast ? null : read(end.name);
    // Whoever stops here never asks for it.
    next?.catch(() => undefined);
    yield rows;
  }
}

/** Everything as somebody sees it who sees a part. */
async function* seenPages(calendar: CollectionResource, where: Sql, cx: Exchange, registry: Registry) {
  const nothing = plan({ form: "prop", names: [] }, registry);
  for await (const page of listMembers(calendar, nothing, cx, registry, { where, columns: ["data", "uid"] })) {
    yield page.map(({ member }): Row => ({ uid: member.uid, data: member.data ?? "", layout: null }));
  }
}

import {
  bodyOf,
  type CollectionResource,
  type Exchange,
  listMembers,
  plan,
  type Registry,
  sightOf,
} from "@kalends/dav-core";
import { type Layout, readLayout } from "@kalends/icalendar";
import { type OctetRows, raw, type Sql, sql } from "@kalends/store";
import { breathing } from "../query/breathe.js";
import { asStored, byTimezones } from "./by-timezones.js";

/** An object as it is shown: its stored octets, with where components stand in them, or a text made of them. */
export interface ShownText {
  readonly text: Uint8Array | string;
  readonly layout: Layout | null;
}

/** What of its objects a whole calendar shows, and how. */
export interface WholeOptions {
  /** Types of components that belong in it; absent or null = all. */
  readonly components?: readonly string[] | null;
  /** More that must hold for `object o`. */
  readonly where?: Sql;
  /** The text shown for a stored one; null leaves it out. */
  readonly show?: Show;
}

/** Rows and octets that are read at once. */
const PAGE_ROWS = 2_000;
const PAGE_OCTETS = 2 * 1024 * 1024;

/** The texts of a calendar's objects, page by page, in order of name; no transaction is open in between. */
export async function* objectTexts(
  calendar: CollectionResource,
  cx: Exchange,
  registry: Registry,
  { components = null, where = raw("true"), show }: WholeOptions = {},
): AsyncGenerator<readonly ShownText[], void, undefined> {
  const ofType = components === null ? where : sql`o.component = any(${components}::text[]) and (${where})`;
  const shown = shownBy(show, byTimezones(cx));
  if (sightOf(calendar.collection, cx) === null) yield* storedPages(calendar, ofType, shown, cx);
  else yield* seenPages(calendar, ofType, shown ?? asStored, cx, registry);
}

type Show = (text: string, uid: string) => string | null;

/** Both, one after the other; null where everything is shown as it is stored. */
function shownBy(show: Show | undefined, zoned: (text: string) => string): Show | null {
  if (show === undefined) return zoned === asStored ? null : zoned;
  return (text, uid) => {
    const shown = show(text, uid);
    return shown === null ? null : zoned(shown);
  };
}

/** Columns of a page, as octets: decoding whole calendars and encoding them again is most of the work otherwise. */
const [SIZE, NAME, UID, LAYOUT, DATA] = [0, 1, 2, 3, 4] as const;

/** Everything as it is stored. The next page is read while the last one is written. */
async function* storedPages(calendar: CollectionResource, where: Sql, show: Show | null, cx: Exchange) {
  const { services, signal } = cx;
  const { id } = calendar.collection;
  const read = (last: string | null) =>
    services.db.octets(sql`
      select o.size, o.name, o.uid, o.layout, o.data from (select o.size, o.name, o.uid, o.layout, o.data,
          sum(o.size) over (order by o.name rows unbounded preceding) - o.size as before from object o
        where o.collection_id = ${id}::bigint and ${last === null ? raw("true") : sql`o.name > ${last}`} and (${where})
        order by o.name limit ${PAGE_ROWS}::int) o
      where o.before < ${PAGE_OCTETS}::bigint order by o.name`);
  for (let next: ReturnType<typeof read> | null = read(null); next !== null;) {
    signal.throwIfAborted();
    const rows: OctetRows = await next;
    next = isLast(rows) ? null : read(rows.text(rows.count - 1, NAME));
    // Whoever stops here never asks for it.
    next?.catch(() => undefined);
    yield show === null ? storedRows(rows) : await shownRows(rows, show, cx);
  }
}

function isLast(rows: OctetRows): boolean {
  let octets = 0;
  for (let row = 0; row < rows.count; row += 1) octets += rows.integer(row, SIZE);
  return rows.count < PAGE_ROWS && octets < PAGE_OCTETS;
}

const storedRow = (rows: OctetRows, row: number): ShownText => ({
  text: rows.cell(row, DATA) ?? new Uint8Array(),
  layout: readLayout(rows.text(row, LAYOUT)),
});

const storedRows = (rows: OctetRows): readonly ShownText[] =>
  Array.from({ length: rows.count }, (_, row) => storedRow(rows, row));

async function shownRows(rows: OctetRows, show: Show, cx: Exchange): Promise<readonly ShownText[]> {
  const page: ShownText[] = [];
  const breathe = breathing(cx);
  for (let row = 0; row < rows.count; row += 1) {
    const stored = rows.text(row, DATA);
    const text = show(stored, rows.text(row, UID));
    if (text === stored) page.push(storedRow(rows, row));
    else if (text !== null) page.push({ text, layout: null });
    const pause = breathe();
    if (pause) await pause;
  }
  return page;
}

/** Everything as somebody sees it who sees a part. */
async function* seenPages(calendar: CollectionResource, where: Sql, show: Show, cx: Exchange, registry: Registry) {
  const nothing = plan({ form: "prop", names: [] }, registry);
  for await (const page of listMembers(calendar, nothing, cx, registry, { where, columns: ["data", "uid"] })) {
    yield page.flatMap(({ member }): readonly ShownText[] => {
      const text = show(bodyOf(member), member.uid);
      return text === null ? [] : [{ text, layout: null }];
    });
  }
}

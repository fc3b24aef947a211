import { type Octets, octetsIn } from "@kalends/dav-xml";
import { type OctetRows, raw, type Sql, sql } from "@kalends/store";

/**
 * Stands between the cells of a listing that comes as one text, which costs either side much less than rows or JSON. No
 * name or tag that a client gives holds this character; where a cell does, the listing is read again with a longer separator.
 */
const SEPARATOR = "\u001f";
const SEPARATOR_SQL = raw("chr(31)");

/** Rows that are taken apart together, and forgotten together: what lives short costs little. */
export const STRETCH = 500;

/** Columns of the one row that is asked for: the long text of cells, how many rows it holds; others may follow. */
const [CELLS, ROWS] = [0, 1] as const;

export interface Stretch {
  readonly cells: readonly Octets[];
  /** Nothing in them needs an escape, wherever it is written: not in XML, not in an address. */
  readonly isPlain: boolean;
}

/** Letters and digits, what stands unescaped in an address, and the separator. */
const NOT_PLAIN = /[^\w.~@\x1f-]/;

/** The rows of a long text of cells. */
export interface CellRows {
  readonly count: number;
  readonly width: number;
  /** The cells of up to 500 rows in one list, for each stretch of so many. */
  stretches(): Iterable<Stretch>;
  /** One row; undefined beyond the last. */
  row(n: number): readonly Octets[] | undefined;
}

/**
 * Asks for rows of cells that come as one text. It is asked once more, with a separator that nobody can know, where the
 * cells do not come apart as they should.
 */
export async function cellsOf(
  ask: (separator: Sql) => Promise<OctetRows>,
  width: number,
  newName: () => string,
): Promise<{ readonly found: OctetRows; readonly rows: CellRows } | undefined> {
  const usual = await ask(SEPARATOR_SQL);
  if (usual.count === 0) return undefined;
  const rows = rowsIn(usual, SEPARATOR, width);
  if (rows) return { found: usual, rows };
  const separator = `${SEPARATOR}${newName()}${SEPARATOR}`;
  const found = await ask(sql`${separator}::text`);
  const again = rowsIn(found, separator, width);
  if (!again) throw new RangeError("a listing does not come apart");
  return { found, rows: again };
}

/** Undefined where there are more cells than the rows have. */
function rowsIn(found: OctetRows, separator: string, width: number): CellRows | undefined {
  const cells = found.cell(0, CELLS);
  const rows = found.integer(0, ROWS);
  const texts = cells === null ? [] : stretchesOf(octetsIn(cells), separator, width * rows, width * STRETCH);
  if (!texts) return undefined;
  const apart = (text: string) => text.split(separator) as unknown as readonly Octets[];
  return {
    count: rows,
    width,
    *stretches() {
      for (const text of texts) yield { cells: apart(text), isPlain: separator === SEPARATOR && !NOT_PLAIN.test(text) };
    },
    row(n) {
      const text = n < rows ? texts[Math.floor(n / STRETCH)] : undefined;
      const from = (n % STRETCH) * width;
      return text === undefined ? undefined : apart(text).slice(from, from + width);
    },
  };
}

/** Cuts a text after every so many cells; undefined when there are not as many as there should be. */
function stretchesOf(cells: string, separator: string, expected: number, each: number): readonly string[] | undefined {
  const texts: string[] = [];
  let count = 1;
  let start = 0;
  for (let at = cells.indexOf(separator); at >= 0; at = cells.indexOf(separator, at + separator.length)) {
    if (count % each === 0) {
      texts.push(cells.slice(start, at));
      start = at + separator.length;
    }
    count += 1;
  }
  texts.push(cells.slice(start));
  return count === expected ? texts : undefined;
}

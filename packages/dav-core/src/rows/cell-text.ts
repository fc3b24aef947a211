/**
 * Stands between the cells of a listing that comes as one text, which costs either side much less than rows or JSON. No
 * name or tag that a client gives holds this character; where a cell does, the listing is read again with a longer separator.
 */
export const SEPARATOR = "\u001f";

/** Rows that are taken apart together, and forgotten together: what lives short costs little. */
export const STRETCH = 500;

/** A long text of cells, and how many rows it holds. */
export interface CellText {
  readonly cells: string | null;
  readonly rows: number;
}

/** The rows of such a text. */
export interface CellRows {
  readonly count: number;
  readonly width: number;
  /** The cells of up to 500 rows in one list, for each stretch of so many. */
  stretches(): Iterable<readonly string[]>;
  /** One row; undefined beyond the last. */
  row(n: number): readonly string[] | undefined;
}

/**
 * Asks for rows of cells that come as one text. It is asked once more, with a separator that nobody can know, where the
 * cells do not come apart as they should.
 */
export async function cellsOf<R extends CellText>(
  ask: (separator: string) => Promise<R | undefined>,
  width: number,
  newName: () => string,
): Promise<{ readonly found: R; readonly rows: CellRows } | undefined> {
  for (const separator of [SEPARATOR, `${SEPARATOR}${newName()}${SEPARATOR}`]) {
    const found = await ask(separator);
    if (!found) return undefined;
    const rows = rowsIn(found, separator, width);
    if (rows) return { found, rows };
  }
  throw new RangeError("a listing does not come apart");
}

/** Undefined where there are more cells than the rows have. */
function rowsIn({ cells, rows }: CellText, separator: string, width: number): CellRows | undefined {
  const texts = cells === null ? [] : stretchesOf(cells, separator, width * rows, width * STRETCH);
  if (!texts) return undefined;
  const apart = (text: string): readonly string[] => text.split(separator);
  return {
    count: rows,
    width,
    *stretches() {
      for (const text of texts) yield apart(text);
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

/** A statement or a fragment of one: text with `$1`… placeholders and the values for them. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

export type SqlScalar = string | number | bigint | boolean | null | Uint8Array;
/** Arrays travel as one parameter (`= any($1)`, `unnest($1::text[])`); objects are sent as JSON text by the caller. */
export type SqlValue = SqlScalar | readonly SqlScalar[];

const fragments = new WeakSet<object>();

const fragment = (text: string, values: readonly SqlValue[]): Sql => {
  const made = Object.freeze({ text, values: Object.freeze([...values]) });
  fragments.add(made);
  return made;
};

const isFragment = (part: Sql | SqlValue): part is Sql =>
  typeof part === "object" && part !== null && fragments.has(part);

const shifted = (text: string, by: number): string =>
  by === 0 ? text : text.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + by}`);

/**
 * Builds a statement. A value becomes a parameter, a nested `Sql` is put in place with its placeholders renumbered.
 * `$1` must not be written by hand. Times are sent with `timestamp()`, objects as JSON text.
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | SqlValue)[]): Sql {
  let text = strings[0] ?? "";
  const values: SqlValue[] = [];
  parts.forEach((part, i) => {
    if (isFragment(part)) {
      text += shifted(part.text, values.length);
      values.push(...part.values);
    } else {
      values.push(part);
      text += `$${values.length}`;
    }
    text += strings[i + 1] ?? "";
  });
  return fragment(text, values);
}

/** Trusted text put into a statement as it stands: names of columns and tables, keywords. Never client input. */
export const raw = (identifierOrText: string): Sql => fragment(identifierOrText, []);

export const empty: Sql = raw("");

/** Fragments one after the other with `separator` (trusted text) between them; none gives the empty fragment. */
export function join(parts: readonly Sql[], separator = ", "): Sql {
  let text = "";
  const values: SqlValue[] = [];
  parts.forEach((part, i) => {
    text += (i === 0 ? "" : separator) + shifted(part.text, values.length);
    values.push(...part.values);
  });
  return fragment(text, values);
}

/** Puts a value into a statement that is not made yet: what `of` finds in what it will be made from. */
export type Slot<T> = (of: (from: T) => SqlValue) => Sql;

/**
 * A statement that is composed once and then only filled: putting the text together costs more than many a request. Values that
 * come from the same function (the same object) become one parameter.
 */
export function template<T>(compose: (slot: Slot<T>) => Sql): (from: T) => Sql {
  const found = new Map<(from: T) => SqlValue, string>();
  // No text in the database holds a NUL, so no other value looks like a mark.
  const mark = (of: (from: T) => SqlValue): string => {
    const known = found.get(of) ?? `\0${found.size}`;
    found.set(of, known);
    return known;
  };
  const { text, values } = compose((of) => fragment("$1", [mark(of)]));
  const slots = new Map<SqlValue, (from: T) => SqlValue>([...found].map(([of, name]) => [name, of]));
  const distinct = [...new Set(values)];
  const position = new Map(distinct.map((value, i) => [value, i + 1]));
  const renumbered = text.replace(/\$(\d+)/g, (_, n: string) => `$${position.get(values[Number(n) - 1] ?? null)}`);
  const parts = distinct.map((value) => slots.get(value) ?? (() => value));
  return (from) =>
    fragment(
      renumbered,
      parts.map((of) => of(from)),
    );
}

/** Epoch milliseconds (or null) as a `timestamptz`. */
export const timestamp = (milliseconds: number | null): Sql => sql`to_timestamp(${milliseconds}::float8 / 1000)`;

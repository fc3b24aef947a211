/** A statement or a fragment of one: text with `$1`… placeholders and the values for them. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

export type SqlScalar = string | number | bigint | boolean | null | Uint8Array;
/** Arrays travel as one parameter (`= any($1)`, `unnest($1::text[])`); objects are sent as JSON text by the caller. */
export type SqlValue = SqlScalar | readonly SqlScalar[];

/** The text between the placeholders: one piece more than there are values. Nothing from outside bears this key. */
const PIECES = Symbol("pieces");

interface Fragment extends Sql {
  readonly [PIECES]: readonly string[];
}

/** Placeholders are numbered when the text is asked for, which is done of whole statements alone. */
function fragment(pieces: readonly string[], values: readonly SqlValue[]): Fragment {
  let text: string | undefined;
  return {
    [PIECES]: pieces,
    values,
    get text() {
      text ??= pieces.reduce((before, piece, i) => `${before}$${i}${piece}`);
      return text;
    },
  };
}

const isFragment = (part: Sql | SqlValue): part is Fragment =>
  typeof part === "object" && part !== null && PIECES in part;

/** Text and values in the making. */
interface Draft {
  readonly pieces: string[];
  readonly values: SqlValue[];
}

function addText({ pieces }: Draft, text: string): void {
  pieces[pieces.length - 1] += text;
}

function addPart(draft: Draft, part: Sql | SqlValue): void {
  if (!isFragment(part)) {
    draft.values.push(part as SqlValue);
    draft.pieces.push("");
    return;
  }
  const [first = "", ...rest] = part[PIECES];
  addText(draft, first);
  for (const piece of rest) draft.pieces.push(piece);
  for (const value of part.values) draft.values.push(value);
}

/**
 * Builds a statement. A value becomes a parameter, a nested `Sql` is put in place with its placeholders renumbered.
 * `$1` must not be written by hand. Times are sent with `timestamp()`, objects as JSON text.
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | SqlValue)[]): Sql {
  const draft: Draft = { pieces: [strings[0] ?? ""], values: [] };
  for (let i = 0; i < parts.length; i += 1) {
    addPart(draft, parts[i] as Sql | SqlValue);
    addText(draft, strings[i + 1] ?? "");
  }
  return fragment(draft.pieces, draft.values);
}

/** Trusted text put into a statement as it stands: names of columns and tables, keywords. Never client input. */
export const raw = (identifierOrText: string): Sql => fragment([identifierOrText], []);

export const empty: Sql = raw("");

/** Fragments one after the other with `separator` (trusted text) between them; none gives the empty fragment. */
export function join(parts: readonly Sql[], separator = ", "): Sql {
  const draft: Draft = { pieces: [""], values: [] };
  parts.forEach((part, i) => {
    if (i > 0) addText(draft, separator);
    addPart(draft, part);
  });
  return fragment(draft.pieces, draft.values);
}

/** Puts a value into a statement that is not made yet: what `of` finds in what it will be made from. */
export type Slot<T> = (of: (from: T) => SqlValue) => Sql;

/** A statement that is composed once and then only filled: putting the text together costs more than many a request. */
export function template<T>(compose: (slot: Slot<T>) => Sql): (from: T) => Sql {
  const slots = new Map<SqlValue, (from: T) => SqlValue>();
  const composed = compose((of) => {
    // No text in the database holds a NUL, so no other value looks like a mark.
    const mark = `\0${slots.size}`;
    slots.set(mark, of);
    return fragment(["", ""], [mark]);
  });
  if (!isFragment(composed)) throw new TypeError("a template is made of sql");
  const { text, values, [PIECES]: pieces } = composed;
  const parts = values.map((value) => slots.get(value) ?? (() => value));
  return (from) => ({ [PIECES]: pieces, text, values: parts.map((of) => of(from)) });
}

/** Epoch milliseconds (or null) as a `timestamptz`. */
export const timestamp = (milliseconds: number | null): Sql => sql`to_timestamp(${milliseconds}::float8 / 1000)`;

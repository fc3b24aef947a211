import { type AnswerTaker, readAnswer } from "./pg-answer.js";
import { again, anew, simple, simpleWithRows } from "./pg-messages.js";
import type { Columns, RowReader } from "./pg-rows.js";
import type { Param } from "./values.js";

/** Octets for the server, and what is made of those it answers with. */
export interface Question<R> {
  readonly octets: Uint8Array;
  /** Throws what the server refused. */
  read(answer: Buffer, heard: NonNullable<AnswerTaker["heard"]>): R;
}

/** What was prepared in a session, by name, and the columns of its rows. */
export type Prepared = Map<string, Columns>;

/** A statement; one with a name is prepared under it for the next time. */
export function asksFor<R>(
  prepared: Prepared,
  name: string | undefined,
  text: string,
  values: readonly Param[],
  reader: RowReader<R>,
): Question<R> {
  const known = name === undefined ? undefined : prepared.get(name);
  const { form } = reader;
  return {
    octets: known && name !== undefined ? again(name, values, form) : anew(name ?? "", text, values, form),
    read(answer, heard) {
      let columns: Columns = known ?? [];
      readAnswer(answer, {
        heard,
        columns: (described) => {
          columns = described;
        },
        row: (octets, start) => reader.row(octets, start, columns),
      });
      if (name !== undefined) prepared.set(name, columns);
      return reader.rows();
    },
  };
}

/** Any number of statements, without values. */
export const asksToRun = (text: string): Question<void> => ({
  octets: simple(text),
  read: (answer, heard) => readAnswer(answer, { heard }),
});

/** What COPY gives of a query, in its text form. */
export const asksToCopyOut = (query: string): Question<Uint8Array> => ({
  octets: simple(`copy (${query}) to stdout`),
  read(answer, heard) {
    const pieces: Buffer[] = [];
    readAnswer(answer, { heard, copied: (piece) => void pieces.push(piece) });
    return Buffer.concat(pieces);
  },
});

/** Rows in COPY's text form into a table and its columns. */
export const asksToCopyIn = (target: string, rows: Uint8Array): Question<void> => ({
  octets: simpleWithRows(`copy ${target} from stdin`, rows),
  read: (answer, heard) => readAnswer(answer, { heard }),
});

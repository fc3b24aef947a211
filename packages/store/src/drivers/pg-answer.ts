import type { Column, Columns } from "./pg-rows.js";
import { cellDecoderOf } from "./values.js";

/** Who takes what an answer holds, as it stands there. */
export interface AnswerTaker {
  columns?(columns: Columns): void;
  /** `start` is where the count of cells stands. */
  row?(octets: Buffer, start: number): void;
  /** A piece of what COPY gives. */
  copied?(piece: Buffer): void;
  heard?(channel: string, payload: string): void;
}

const HEADER = 5;
const [COLUMNS, ROW, COPIED, REFUSED, HEARD] = [0x54, 0x44, 0x64, 0x45, 0x41] as const;
/** CommandComplete, EmptyQueryResponse: the server has done what it was asked. */
const COMPLETED: ReadonlySet<number> = new Set([0x43, 0x49]);
/** What follows the name in the description of a column, and where in it the type stands. */
const [COLUMN_LENGTH, COLUMN_TYPE] = [18, 6] as const;
const PROCESS_LENGTH = 4;

interface Text {
  readonly text: string;
  /** Where the next one begins. */
  readonly end: number;
}

function textAt(octets: Buffer, start: number): Text {
  const nul = octets.indexOf(0, start);
  return { text: octets.toString("utf8", start, nul), end: nul + 1 };
}

function columnsAt(octets: Buffer, start: number): Columns {
  const columns: Column[] = [];
  let at = start + 2;
  for (let left = octets.readInt16BE(start); left > 0; left -= 1) {
    const { text, end } = textAt(octets, at);
    columns.push({ name: text, decode: cellDecoderOf(octets.readInt32BE(end + COLUMN_TYPE)) });
    at = end + COLUMN_LENGTH;
  }
  return columns;
}

/** Fields of an ErrorResponse that matter here, by the letters they go under. */
function refusalAt(octets: Buffer, start: number): Error {
  const fields = new Map<string, string>();
  for (let at = start; octets[at] !== 0;) {
    const letter = String.fromCharCode(octets[at] ?? 0);
    const { text, end } = textAt(octets, at + 1);
    fields.set(letter, text);
    at = end;
  }
  const named = {
    code: fields.get("C"),
    detail: fields.get("D"),
    constraint: fields.get("n"),
    routine: fields.get("R"),
  };
  return Object.assign(new Error(fields.get("M")), named);
}

function heardAt(octets: Buffer, start: number, taker: AnswerTaker): void {
  const channel = textAt(octets, start + PROCESS_LENGTH);
  taker.heard?.(channel.text, textAt(octets, channel.end).text);
}

/**
 * Reads a whole answer of the server (PostgreSQL, message formats). Throws what it refused with `code`, `detail` and
 * `constraint`, and an error without a code where it ended without having said that it did what it was asked.
 */
export function readAnswer(octets: Buffer, taker: AnswerTaker): void {
  let refusal: Error | undefined;
  let isDone = false;
  for (let at = 0; at < octets.length; at += 1 + octets.readInt32BE(at + 1)) {
    const letter = octets[at] ?? 0;
    const start = at + HEADER;
    if (letter === ROW) taker.row?.(octets, start);
    else if (letter === COLUMNS) taker.columns?.(columnsAt(octets, start));
    else if (letter === COPIED) taker.copied?.(octets.subarray(start, at + 1 + octets.readInt32BE(at + 1)));
    else if (letter === REFUSED) refusal ??= refusalAt(octets, start);
    else if (letter === HEARD) heardAt(octets, start, taker);
    else if (COMPLETED.has(letter)) isDone = true;
  }
  if (refusal) throw refusal;
  if (!isDone) throw new Error("the server ended a statement without a word");
}

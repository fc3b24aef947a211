import type { Param } from "./values.js";

/** How cells are to come: as the server prints them, or as it keeps them (text then is UTF-8, `integer` four octets). */
export type CellForm = "printed" | "kept";

const SYNC = Buffer.from("S\0\0\0\x04", "latin1");
/** Any number of rows of the portal without a name. */
const EXECUTE = Buffer.from("E\0\0\0\x09\0\0\0\0\0", "latin1");
const DESCRIBE = Buffer.from("D\0\0\0\x06P\0", "latin1");
const ENDING = Buffer.concat([EXECUTE, SYNC]);
const ENDING_DESCRIBED = Buffer.concat([DESCRIBE, EXECUTE, SYNC]);

const message = (letter: string, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5, letter, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};

const lengthOf = (value: Param): number => {
  if (value === null) return 0;
  return typeof value === "string" ? Buffer.byteLength(value) : value.length;
};

/** Bind to the portal without a name; `after` follows it in the same octets. Texts go as text, octets as octets. */
function bind(name: string, values: readonly Param[], form: CellForm, after: Buffer): Buffer {
  const lengths = values.map(lengthOf);
  // Letter, length, portal, name, two counts with what they count, and the form of the result.
  const length = lengths.reduce((sum, each) => sum + each, 15 + name.length + 6 * values.length);
  const octets = Buffer.allocUnsafe(length + after.length);
  octets[0] = 0x42;
  let at = octets.writeInt32BE(length - 1, 1);
  octets[at] = 0;
  at += 1 + octets.write(name, at + 1, "latin1");
  octets[at] = 0;
  at = octets.writeInt16BE(values.length, at + 1);
  for (const value of values) at = octets.writeInt16BE(value instanceof Uint8Array ? 1 : 0, at);
  at = octets.writeInt16BE(values.length, at);
  for (const [index, value] of values.entries()) {
    at = octets.writeInt32BE(value === null ? -1 : (lengths[index] ?? 0), at);
    if (typeof value === "string") at += octets.write(value, at);
    else if (value !== null) {
      octets.set(value, at);
      at += value.length;
    }
  }
  at = octets.writeInt16BE(1, at);
  at = octets.writeInt16BE(form === "kept" ? 1 : 0, at);
  octets.set(after, at);
  return octets;
}

/** Runs what was prepared under the name before (PostgreSQL, "Extended Query"): one write, and no description of rows. */
export const again = (name: string, values: readonly Param[], form: CellForm): Buffer =>
  bind(name, values, form, ENDING);

/** Prepares, describes and runs. The name is freed first: whether it is taken may be unknown after an error. */
export function anew(name: string, text: string, values: readonly Param[], form: CellForm): Buffer {
  const nul = Buffer.alloc(1);
  const named = Buffer.from(name, "latin1");
  const close = message("C", Buffer.from("S", "latin1"), named, nul);
  const parse = message("P", named, nul, Buffer.from(text), nul, Buffer.alloc(2));
  return Buffer.concat([close, parse, bind(name, values, form, ENDING_DESCRIBED)]);
}

const COPY_DONE = message("c");
/** The server holds each of the pieces in memory. */
const COPY_PIECE = 64 * 1024;

/** Runs text as it is, without values (PostgreSQL, "Simple Query"). */
export const simple = (text: string): Buffer => message("Q", Buffer.from(text), Buffer.alloc(1));

/** The same for a COPY from its sender, with the rows it will ask for. */
export function simpleWithRows(text: string, rows: Uint8Array): Buffer {
  const pieces = Array.from({ length: Math.ceil(rows.length / COPY_PIECE) }, (_, index) => {
    const piece = rows.subarray(index * COPY_PIECE, (index + 1) * COPY_PIECE);
    return message("d", Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
  });
  return Buffer.concat([simple(text), ...pieces, COPY_DONE]);
}

import { StoreError } from "../errors.js";
import type { SqlScalar, SqlValue } from "../sql.js";

/** Parameters go to both engines as text with the type left to the server, so both read them alike; bytes as they are. */
export type Param = string | Uint8Array | null;

const bytesText = (bytes: Uint8Array): string =>
  `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;

function scalarText(value: Exclude<SqlScalar, null>): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "t" : "f";
  return value instanceof Uint8Array ? bytesText(value) : String(value);
}

const quoted = (text: string): string =>
  `"${text.includes('"') || text.includes("\\") ? text.replace(/[\\"]/g, "\\$&") : text}"`;

/** Whole calendars pass through here: what needs no quotes gets none, what needs no escape is not searched for it. */
function elementText(value: SqlScalar): string {
  if (value === null) return "NULL";
  return typeof value === "string" || value instanceof Uint8Array ? quoted(scalarText(value)) : scalarText(value);
}

const isList = (value: SqlValue): value is readonly SqlScalar[] => Array.isArray(value);

export function encode(value: SqlValue): Param {
  if (value === null) return null;
  if (isList(value)) return `{${value.map(elementText).join(",")}}`;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (typeof value === "object") {
    throw new StoreError("only scalars and arrays are sent as values; send objects as JSON text");
  }
  return scalarText(value);
}

type Decode = (text: string) => unknown;

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new StoreError(`integer out of the safe range: ${text}`);
  return value;
}

/** ISO style as the server prints it: `2026-01-02 03:04:05.678+00`, `+05:30`, `infinity`, years BC. */
function epochMilliseconds(text: string): number {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  if (text === "-infinity") return Number.NEGATIVE_INFINITY;
  const m = /^(\d+)(-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d)(?::?(\d\d))?( BC)?$/.exec(text);
  if (!m) throw new StoreError(`not a timestamp: ${text}`);
  const [, digits = "", day = "", time = "", fraction = "", hours = "", minutes = "00", bc] = m;
  const year = bc ? 1 - Number(digits) : Number(digits);
  const sign = year < 0 ? "-" : "+";
  const full =
    year >= 0 && year <= 9999 ? String(year).padStart(4, "0") : sign + String(Math.abs(year)).padStart(6, "0");
  return Date.parse(`${full}${day}T${time}${fraction.slice(0, 4)}${hours}:${minutes}`);
}

const bytes: Decode = (text) => new Uint8Array(Buffer.from(text.slice(2), "hex"));

/** One-dimensional arrays in the server's text form. */
function arrayOf(element: Decode): Decode {
  const token = /"((?:[^"\\]|\\.)*)"|([^,{}"]+)/g;
  return (text) =>
    [...text.matchAll(token)].map(([, quoted, plain]) => {
      if (quoted !== undefined) return element(quoted.replace(/\\(.)/gs, "$1"));
      return plain === undefined || plain === "NULL" ? null : element(plain);
    });
}

const asText: Decode = (text) => text;
const json: Decode = (text) => JSON.parse(text) as unknown;
const boolean: Decode = (text) => text === "t";

/** By type oid: scalar, then the oid of its array. What is not listed (numeric, date, uuid, text …) stays text. */
const types: readonly (readonly [oid: number, array: number, decode: Decode])[] = [
  [16, 1000, boolean],
  [17, 1001, bytes],
  [20, 1016, safeInteger],
  [21, 1005, Number],
  [23, 1007, Number],
  [25, 1009, asText],
  [26, 1028, Number],
  [114, 199, json],
  [700, 1021, Number],
  [701, 1022, Number],
  [1043, 1015, asText],
  [1082, 1182, asText],
  [1184, 1185, epochMilliseconds],
  [1700, 1231, asText],
  [2950, 2951, asText],
  [3802, 3807, json],
];

const decoders = new Map<number, Decode>(
  types.flatMap(([oid, array, decode]): [number, Decode][] => [
    [oid, decode],
    [array, arrayOf(decode)],
  ]),
);

/** How a column of this type is read from the server's text. */
export const decoderOf = (oid: number): Decode => decoders.get(oid) ?? asText;

/** Reads a cell from the octets of its text. */
export type DecodeCell = (octets: Buffer, start: number, end: number) => unknown;

const MINUS = 0x2d;
const ZERO = 0x30;
/** More digits may be out of the safe range. */
const DIGITS = 15;

function integerCell(octets: Buffer, start: number, end: number): number {
  const negative = octets[start] === MINUS;
  const first = negative ? start + 1 : start;
  if (end - first > DIGITS) return safeInteger(octets.toString("latin1", start, end));
  let value = 0;
  for (let at = first; at < end; at += 1) value = value * 10 + (octets[at] ?? ZERO) - ZERO;
  return negative ? -value : value;
}

const booleanCell: DecodeCell = (octets, start) => octets[start] === 0x74;

const integers: ReadonlySet<number> = new Set([20, 21, 23, 26]);

/** The same from octets, without a text in between where none is needed. */
export function cellDecoderOf(oid: number): DecodeCell {
  if (integers.has(oid)) return integerCell;
  if (oid === 16) return booleanCell;
  const decode = decoderOf(oid);
  if (decode === asText) return (octets, start, end) => octets.toString("utf8", start, end);
  return (octets, start, end) => decode(octets.toString("utf8", start, end));
}

import { decodeRecur, encodeRecur } from "./recur.js";
import { decodeText, encodeText, splitUnescaped } from "./text.js";
import {
  decodeDate,
  decodeDateTime,
  decodeDuration,
  decodeOffset,
  decodePeriod,
  encodeOffset,
  encodeTime,
} from "./time.js";
import { valueRule } from "./types.js";

/** Decoded values of one property; with a `problem` the values that could not be read stay as written. */
export interface Decoded {
  readonly type: string;
  readonly values: readonly unknown[];
  readonly problem?: string;
}

interface ValueType {
  /** Undefined when the text is no value of this type. */
  decode(raw: string): unknown;
  encode(value: unknown): string;
  /** One sentence about a text that `decode` cannot read. */
  explain?(raw: string): string;
}

const plain = (decode: (raw: string) => unknown): ValueType => ({ decode, encode: String });
const timed = (decode: (raw: string) => unknown): ValueType => ({
  decode,
  encode: (value) => encodeTime(String(value)),
});

const TYPES: ReadonlyMap<string, ValueType> = new Map<string, ValueType>([
  ["text", { decode: decodeText, encode: (value) => encodeText(String(value)) }],
  ["date", timed(decodeDate)],
  ["date-time", timed(decodeDateTime)],
  ["duration", plain(decodeDuration)],
  ["period", { decode: decodePeriod, encode: encodePeriod }],
  ["utc-offset", { decode: decodeOffset, encode: (value) => encodeOffset(String(value)) }],
  ["integer", plain((raw) => (/^[+-]?\d{1,10}$/.test(raw) ? Number(raw) : undefined))],
  [
    "float",
    { decode: (raw) => (/^[+-]?\d{1,9}(\.\d{1,18})?$/.test(raw) ? Number(raw) : undefined), encode: encodeFloat },
  ],
  [
    "boolean",
    {
      decode: decodeBoolean,
      encode: (value) => (typeof value === "boolean" ? String(value).toUpperCase() : String(value)),
    },
  ],
  [
    "recur",
    {
      decode: decodeRule,
      encode: (value) => (isRule(value) ? encodeRecur(value) : String(value)),
      explain: explainRule,
    },
  ],
]);

/** Decodes the value of a property. `explicit` is its VALUE parameter. */
export function decodeValues(name: string, explicit: string | undefined, raw: string): Decoded {
  const rule = valueRule(name);
  const type = explicit?.toLowerCase() ?? detectType(name, rule.type, raw);
  if (rule.list) return raw === "" ? { type, values: [] } : decodeAll(type, splitUnescaped(raw, ","));
  if (!rule.fields || type !== rule.type) return decodeAll(type, [raw]);
  const fields = decodeAll(type, splitUnescaped(raw, ";"));
  return { ...fields, values: [fields.values] };
}

/** Writes the values of a property, without name and parameters. */
export function encodeValues(name: string, type: string, values: readonly unknown[]): string {
  const rule = valueRule(name);
  const codec = TYPES.get(type);
  const encode = (value: unknown) => (codec === undefined ? String(value) : codec.encode(value));
  const [first] = values;
  if (rule.fields && Array.isArray(first)) return first.map(encode).join(";");
  return values.map(encode).join(",");
}

/** Common slips: a day without VALUE=DATE, and RDATE periods without VALUE=PERIOD. */
function detectType(name: string, type: string, raw: string): string {
  if (type !== "date-time") return type;
  if (name === "rdate" && raw.includes("/")) return "period";
  return /^\d{8}(,\d{8})*$/.test(raw) ? "date" : type;
}

function decodeAll(type: string, raws: readonly string[]): Decoded {
  const codec = TYPES.get(type);
  if (codec === undefined) return { type, values: raws };
  let problem: string | undefined;
  const values = raws.map((raw) => {
    const value = codec.decode(raw);
    if (value !== undefined) return value;
    problem ??= codec.explain?.(raw) ?? `"${raw.slice(0, 60)}" is not a ${type.toUpperCase()} that exists.`;
    return raw;
  });
  return problem === undefined ? { type, values } : { type, values, problem };
}

function decodeRule(raw: string): unknown {
  const rule = decodeRecur(raw);
  return typeof rule === "string" ? undefined : rule;
}

function explainRule(raw: string): string {
  return String(decodeRecur(raw));
}

function isRule(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null;
}

function decodeBoolean(raw: string): boolean | undefined {
  const upper = raw.toUpperCase();
  return upper === "TRUE" ? true : upper === "FALSE" ? false : undefined;
}

function encodePeriod(value: unknown): string {
  return Array.isArray(value) ? value.map((part) => encodeTime(String(part))).join("/") : String(value);
}

function encodeFloat(value: unknown): string {
  const written = String(value);
  return typeof value === "number" && written.includes("e") ? value.toFixed(18) : written;
}

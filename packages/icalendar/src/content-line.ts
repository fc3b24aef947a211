import type { JParams } from "./jcal.js";
import { DESIGN } from "./values/design.js";

/** A content line cut at its colon, the value still as written (RFC 5545 3.1). */
export interface ContentHead {
  /** Lower case. */
  readonly name: string;
  /** The VALUE parameter, lower case. */
  readonly valueType: string | undefined;
  readonly value: string;
  /** The other parameters, names in lower case, carets decoded (RFC 6868). */
  readonly params: JParams;
}

const NAME = /^[\w.-]+$/;
const COLON = 58;
const SEMICOLON = 59;
const EQUALS = 61;
const QUOTE = 34;
const COMMA = 44;
const NO_COLON =
  "The line has no colon after its name; a line break inside a text is written \\n, and a folded line goes on after a space.";
const BARE = /^;([\w.-]+)(?=[:;])/;
const LONGEST_NAME = 80;
const CARET = /\^[n'^]/g;
const DECODED: Readonly<Record<string, string>> = { "^n": "\n", "^'": '"', "^^": "^" };
/** Parameters with one value, so that a comma without quotes belongs to it: Outlook writes CN=Smith, John. */
const SINGLE = new Set([
  "cn",
  "tzid",
  "altrep",
  "dir",
  "sent-by",
  "language",
  "fmttype",
  "value",
  "email",
  "filename",
  "label",
]);

/** What a name is made of, by character code. */
const IN_NAME = Uint8Array.from({ length: 128 }, (_, code) => (NAME.test(String.fromCharCode(code)) ? 1 : 0));

/** Names as they are mostly written: to look one up is cheaper than to make it anew, and so is comparing it later. */
const USUAL: ReadonlyMap<string, string> = new Map(
  [
    "begin",
    "end",
    ...Object.keys(DESIGN.property),
    ...Object.keys(DESIGN.param),
    "value",
    ...["vcalendar", "vtimezone", "standard", "daylight", "vevent", "vtodo", "vjournal", "vfreebusy", "valarm"],
    "x-apple-default-alarm",
    "x-apple-travel-advisory-behavior",
    "x-wr-alarmuid",
    "x-lic-location",
    "x-moz-generation",
    "x-moz-lastack",
    "x-microsoft-cdo-busystatus",
  ].map((name) => [name.toUpperCase(), name]),
);

/**
 * Cuts a content line, or says in one sentence why it cannot (RFC 5545 3.1). Parameters that are out of the ordinary are
 * read with more care: repeated ones, several values, vCalendar's without a value, white space around a name.
 */
export function readHead(line: string): ContentHead | string {
  const end = nameEnd(line, 0);
  const delimiter = line.charCodeAt(end);
  if (end === 0 || (delimiter !== COLON && delimiter !== SEMICOLON))
    return /[:;]/.test(line) ? "The line does not begin with a property name." : NO_COLON;
  const name = lower(line.slice(0, end));
  if (delimiter === COLON) return { name, valueType: undefined, value: line.slice(end + 1), params: {} };
  return ordinaryHead(name, line, end) ?? oddHead(name, line, end);
}

/** A name in lower case. */
export const lower = (written: string): string => USUAL.get(written) ?? written.toLowerCase();

/** Where the name ends that begins there; `from` itself when none does. */
export function nameEnd(line: string, from: number): number {
  let at = from;
  while (IN_NAME[line.charCodeAt(at)] === 1) at += 1;
  return at;
}

function ordinaryHead(name: string, line: string, from: number): ContentHead | undefined {
  const params: JParams = {};
  let valueType: string | undefined;
  let at = from;
  while (line.charCodeAt(at) === SEMICOLON) {
    const equals = nameEnd(line, at + 1);
    if (equals === at + 1 || line.charCodeAt(equals) !== EQUALS) return undefined;
    const key = lower(line.slice(at + 1, equals));
    if (key === "__proto__" || Object.hasOwn(params, key)) return undefined;
    at = ordinaryEnd(line, equals + 1, SINGLE.has(key));
    if (at === -1) return undefined;
    const value = decodeParam(line.slice(equals + 1, at));
    if (key !== "value") params[key] = value;
    else if (valueType === undefined) valueType = value.toLowerCase();
    else return undefined;
  }
  return { name, valueType, value: line.slice(at + 1), params };
}

/** Where a plain value or one in quotes ends, before a colon or semicolon; -1 for what is neither. */
function ordinaryEnd(line: string, from: number, single: boolean): number {
  if (line.charCodeAt(from) === QUOTE) {
    const end = line.indexOf('"', from + 1) + 1;
    const next = end === 0 ? Number.NaN : line.charCodeAt(end);
    return next === COLON || next === SEMICOLON ? end : -1;
  }
  for (let at = from; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === COLON || code === SEMICOLON) return at;
    if (code === QUOTE || (code === COMMA && !single)) return -1;
  }
  return -1;
}

function oddHead(name: string, line: string, from: number): ContentHead | string {
  const params = new Map<string, string[]>();
  let at = from;
  while (line.charAt(at) === ";") {
    // vCalendar had parameters without a value, such as ";RSVP".
    const bare = BARE.exec(line.slice(at, at + LONGEST_NAME))?.[1];
    const equals = bare === undefined ? line.indexOf("=", at) : at + bare.length;
    const key = bare ?? (equals === -1 ? "" : line.slice(at + 1, equals).trim());
    if (!NAME.test(key)) return "The line has a parameter without a name or without a value.";
    const values = params.get(key.toLowerCase()) ?? [];
    at = readParamValues(line, equals + 1, SINGLE.has(key.toLowerCase()), values);
    if (at === -1) return `The parameter ${key.toUpperCase()} has an unfinished quoted value.`;
    params.set(key.toLowerCase(), values);
  }
  if (line.charAt(at) !== ":") return "The line has no colon after its parameters.";
  const valueType = params.get("value")?.[0]?.toLowerCase();
  params.delete("value");
  const all = [...params].map(([key, values]) => [key, values.length === 1 ? (values[0] ?? "") : values] as const);
  return { name, valueType, value: line.slice(at + 1), params: Object.fromEntries(all) };
}

/** Adds the values of one parameter; answers where it ends, or -1. */
function readParamValues(line: string, from: number, single: boolean, values: string[]): number {
  let at = from;
  for (;;) {
    const end = paramValueEnd(line, at, single);
    if (end === -1) return -1;
    values.push(decodeParam(line.slice(at, end)));
    if (line.charAt(end) !== ",") return end;
    at = end + 1;
  }
}

function paramValueEnd(line: string, from: number, single: boolean): number {
  if (line.charAt(from) === '"') {
    // Some write the nickname of CN="Ann "Annie" Lee" in the same quotes.
    let close = line.indexOf('"', from + 1);
    while (close !== -1 && !/[;:,]/.test(line.charAt(close + 1))) close = line.indexOf('"', close + 1);
    return close === -1 ? -1 : close + 1;
  }
  for (let at = from; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === 58 || code === 59 || (code === 44 && !single)) return at;
  }
  return line.length;
}

function decodeParam(written: string): string {
  const bare = written.startsWith('"') ? written.slice(1, -1) : written;
  return bare.includes("^") ? bare.replace(CARET, (mark) => DECODED[mark] ?? mark) : bare;
}

import type { JParams } from "./jcal.js";

/** A content line cut at its colon, the value still as written (RFC 5545 3.1). */
export interface ContentHead {
  /** Lower case. */
  readonly name: string;
  /** The VALUE parameter, lower case. */
  readonly valueType: string | undefined;
  readonly value: string;
  /** The other parameters, decoded; undefined for ordinary ones, which ical.js reads well. */
  readonly params: JParams | undefined;
}

const NAME = /^[\w.-]+$/;
/** One ordinary parameter: a plain value, or one in quotes; ical.js takes a backslash in it for an escape. */
const ORDINARY = /;[\w.-]+=(?:"[^"\\]*"|[^":;\\]*)(?=[:;])/y;
/** ical.js looks for the colon anew at each parameter, through the whole line. */
const MOST_ORDINARY = 64;
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

/**
 * Cuts a content line, or says in one sentence why it cannot. Parameters are read here only where ical.js would lose something:
 * repeated ones, several values, a backslash, the name `__proto__`, white space around a name, a great many.
 */
export function readHead(line: string): ContentHead | string {
  const end = line.search(/[:;]/);
  if (end === -1) return NO_COLON;
  const written = line.slice(0, end);
  if (!NAME.test(written)) return "The line does not begin with a property name.";
  const name = written.toLowerCase();
  if (line.charCodeAt(end) === 58) return { name, valueType: undefined, value: line.slice(end + 1), params: undefined };
  return ordinaryHead(name, line, end) ?? oddHead(name, line, end);
}

/** All parameters of a line that `readHead` could cut, VALUE left out, names in lower case, carets decoded (RFC 6868). */
export function readParams(line: string): JParams {
  const from = line.search(/[:;]/);
  const read = line.charAt(from) === ";" ? oddHead("", line, from) : undefined;
  return (typeof read === "object" ? read.params : undefined) ?? {};
}

function ordinaryHead(name: string, line: string, from: number): ContentHead | undefined {
  const seen: string[] = [];
  let valueType: string | undefined;
  let at = from;
  while (line.charCodeAt(at) === 59) {
    ORDINARY.lastIndex = at;
    if (!ORDINARY.test(line)) return undefined;
    const equals = line.indexOf("=", at);
    const key = line.slice(at + 1, equals).toLowerCase();
    at = ORDINARY.lastIndex;
    if (key === "__proto__" || seen.includes(key) || seen.length >= MOST_ORDINARY) return undefined;
    const value = line.slice(equals + 1, at);
    if (value.includes(",") && !value.startsWith('"') && !SINGLE.has(key)) return undefined;
    if (key === "value") valueType = decodeParam(value).toLowerCase();
    seen.push(key);
  }
  return { name, valueType, value: line.slice(at + 1), params: undefined };
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

import type { JParams } from "./jcal.js";

/** A content line taken apart, the value still as written (RFC 5545 3.1). */
export interface RawProperty {
  /** Lower case. */
  readonly name: string;
  readonly params: JParams;
  readonly value: string;
}

const NAME = /^[A-Za-z0-9_.-]+$/;
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

/** Takes a content line apart, or says in one sentence why it cannot. Parameters are decoded (RFC 6868). */
export function readContentLine(line: string): RawProperty | string {
  const end = line.search(/[:;]/);
  if (end === -1) return "The line has no colon after its name.";
  const name = line.slice(0, end);
  if (!NAME.test(name)) return "The line does not begin with a property name.";
  if (line.charCodeAt(end) === 58) return { name: name.toLowerCase(), params: {}, value: line.slice(end + 1) };
  return readParams(name.toLowerCase(), line, end);
}

function readParams(name: string, line: string, from: number): RawProperty | string {
  const params: JParams = Object.create(null);
  let at = from;
  while (line.charAt(at) === ";") {
    const equals = line.indexOf("=", at);
    const key = equals === -1 ? "" : line.slice(at + 1, equals).trim();
    if (!NAME.test(key)) return "The line has a parameter without a name or without a value.";
    const read = readParamValues(line, equals + 1, SINGLE.has(key.toLowerCase()));
    if (read === undefined) return `The parameter ${key.toUpperCase()} has an unfinished quoted value.`;
    addParam(params, key.toLowerCase(), read.values);
    at = read.end;
  }
  if (line.charAt(at) !== ":") return "The line has no colon after its parameters.";
  return { name, params: { ...params }, value: line.slice(at + 1) };
}

function readParamValues(line: string, from: number, single: boolean) {
  const values: string[] = [];
  let at = from;
  for (;;) {
    const end = paramValueEnd(line, at, single);
    if (end === -1) return undefined;
    values.push(decodeParam(line.slice(at, end)));
    if (line.charAt(end) !== ",") return { values, end };
    at = end + 1;
  }
}

function paramValueEnd(line: string, from: number, single: boolean): number {
  if (line.charAt(from) === '"') {
    const close = line.indexOf('"', from + 1);
    return close !== -1 && /[;:,]/.test(line.charAt(close + 1)) ? close + 1 : -1;
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

function addParam(params: JParams, key: string, more: readonly string[]): void {
  const before = params[key];
  const all = before === undefined ? more : [...(Array.isArray(before) ? before : [before]), ...more];
  params[key] = all.length === 1 ? (all[0] ?? "") : [...all];
}

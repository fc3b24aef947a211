import ICAL from "ical.js";
import { type ContentHead, readParams } from "./content-line.js";
import type { JParams, JProperty } from "./jcal.js";
import { isChecked, problemOfValue } from "./values/check.js";
import { DESIGN, DETECTING, type DesignSet, detectType } from "./values/design.js";
import { isDate, isDateTime } from "./values/time.js";

/** A property read from its line; with a `problem` the values that could not be read stay as written. */
export interface ReadProperty {
  readonly property: JProperty;
  readonly problem?: string;
}

/**
 * Reads one unfolded content line with ical.js into jCal (RFC 7265 3.4). The values are checked before, for ical.js turns a date that
 * does not exist into another one. It does not get to see these lines, of which it would lose or change a part:
 *
 * - parameters that `readHead` had to read: repeated, of several values, `__proto__`, very many;
 * - values that are none of their type: they stay as written;
 * - a list without any value, of which it would make one (EXDATE);
 * - white space around a value that has a form to keep to;
 * - a day with VALUE=DATE-TIME, or a time with VALUE=DATE: the value tells its type;
 * - a list or structure with an escaped backslash, where it takes the separator behind for escaped.
 */
export function readProperty(line: string, head: ContentHead): ReadProperty {
  const { name, valueType } = head;
  const bare = head.value.trim();
  const type = dateTypeOf(valueType, bare) ?? valueType ?? detectType(name, bare);
  const value = isChecked(type) ? bare : head.value;
  const separator = separatorOf(name);
  const problem = problemOfValues(type, value, separator);
  const isEmptyList = value === "" && separator === ",";
  const isTold = (valueType === undefined || type === valueType) && value === head.value;
  const isOdd = isEmptyList || !isTold || problem !== undefined || (separator !== undefined && value.includes("\\\\"));
  if (head.params === undefined && !isOdd) {
    const isDetected = valueType === undefined && type !== (DESIGN.property[name]?.defaultType ?? type);
    const design = isDetected ? DETECTING : DESIGN;
    return { property: ICAL.parse.property(line, design) as JProperty };
  }
  const params = head.params ?? readParams(line);
  const values = isEmptyList ? [] : readValues(type, value, separator);
  const property: JProperty =
    separator === ";" && values.length > 1 ? [name, params, type, values] : [name, params, type, ...values];
  return problem === undefined ? { property } : { property, problem };
}

/** One property as an unfolded content line without line break, written by ical.js. */
export function writeProperty(property: JProperty): string {
  return ICAL.stringify.property(property, designFor(property[1]), true);
}

/** ical.js joins the values of a parameter only where its table says that there may be several. */
function designFor(params: JParams): DesignSet {
  const lists = Object.keys(params).filter(
    (key) => Array.isArray(params[key]) && DESIGN.param[key]?.multiValue === undefined,
  );
  if (lists.length === 0) return DESIGN;
  const param = Object.assign(Object.create(null), DESIGN.param);
  for (const key of lists) param[key] = { multiValue: "," };
  return { ...DESIGN, param };
}

function dateTypeOf(valueType: string | undefined, value: string): "date" | "date-time" | undefined {
  if (valueType === "date") return isDateTime(value) ? "date-time" : undefined;
  return valueType === "date-time" && isDate(value) ? "date" : undefined;
}

function separatorOf(name: string): "," | ";" | undefined {
  const design = DESIGN.property[name];
  return design?.multiValue ?? design?.structuredValue;
}

function problemOfValues(type: string, value: string, separator: "," | ";" | undefined): string | undefined {
  if (!isChecked(type) || (value === "" && separator === ",")) return undefined;
  if (separator === undefined || !value.includes(separator)) return problemOfValue(type, value);
  for (const piece of value.split(separator)) {
    const problem = problemOfValue(type, piece);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function readValues(type: string, value: string, separator: "," | ";" | undefined): unknown[] {
  const pieces = separator === undefined ? [value] : splitUnescaped(value, separator);
  const codec = DESIGN.value[type];
  return pieces.map((piece) =>
    codec?.fromICAL === undefined || problemOfValue(type, piece) !== undefined ? piece : codec.fromICAL(piece),
  );
}

/** Parts between separators that no backslash escapes. */
function splitUnescaped(raw: string, separator: "," | ";"): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < raw.length; at += 1) {
    const mark = raw.charAt(at);
    if (mark === "\\") at += 1;
    if (mark !== separator) continue;
    parts.push(raw.slice(start, at));
    start = at + 1;
  }
  parts.push(raw.slice(start));
  return parts;
}

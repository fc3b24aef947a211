import ICAL from "ical.js";
import type { ContentHead } from "./content-line.js";
import type { JParams, JProperty } from "./jcal.js";
import { isChecked, problemOfValue } from "./values/check.js";
import { DESIGN, type DesignSet, detectType } from "./values/design.js";
import { isDate, isDateTime } from "./values/time.js";

/** A property read from its line; with a `problem` the values that could not be read stay as written. */
export interface ReadProperty {
  readonly property: JProperty;
  readonly problem?: string;
}

/**
 * Reads one content line, cut at its colon, into jCal (RFC 7265 3.4). Values are checked before they are read, for the readers
 * would turn a date that does not exist into another one. What has no form to keep to, such as TEXT, cannot be wrong. What may
 * surprise:
 *
 * - values that are none of their type stay as written;
 * - a list without any value has none (EXDATE);
 * - white space around a value that has a form to keep to means nothing;
 * - a day with VALUE=DATE-TIME, or a time with VALUE=DATE: the value tells its type.
 */
export function readProperty({ name, valueType, params, value: written }: ContentHead): ReadProperty {
  const design = DESIGN.property[name];
  const separator = design?.multiValue ?? design?.structuredValue;
  const stated = valueType ?? design?.defaultType ?? "unknown";
  if (!isChecked(stated)) return { property: propertyOf(name, params, stated, written, separator, false) };
  const value = written.trim();
  const type = dateTypeOf(valueType, value) ?? valueType ?? detectType(name, value);
  const problem = problemOfValues(type, value, separator);
  const property = propertyOf(name, params, type, value, separator, problem !== undefined);
  return problem === undefined ? { property } : { property, problem };
}

function propertyOf(
  name: string,
  params: JParams,
  type: string,
  value: string,
  separator: "," | ";" | undefined,
  isDoubtful: boolean,
): JProperty {
  if (separator === undefined || (value !== "" && !value.includes(separator)))
    return [name, params, type, readValue(type, value, isDoubtful)];
  if (value === "" && separator === ",") return [name, params, type];
  const values = splitUnescaped(value, separator).map((piece) => readValue(type, piece, isDoubtful));
  return separator === ";" && values.length > 1 ? [name, params, type, values] : [name, params, type, ...values];
}

/** Of several values some may be none of their type. */
function readValue(type: string, raw: string, isDoubtful: boolean): unknown {
  const read = DESIGN.value[type]?.fromICAL;
  return read === undefined || (isDoubtful && problemOfValue(type, raw) !== undefined) ? raw : read(raw);
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

function problemOfValues(type: string, value: string, separator: "," | ";" | undefined): string | undefined {
  if (!isChecked(type) || (value === "" && separator === ",")) return undefined;
  if (separator === undefined || !value.includes(separator)) return problemOfValue(type, value);
  for (const piece of value.split(separator)) {
    const problem = problemOfValue(type, piece);
    if (problem !== undefined) return problem;
  }
  return undefined;
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

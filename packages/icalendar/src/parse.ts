import { type ContentHead, readHead } from "./content-line.js";
import { type Finding, failure, type Outcome, success } from "./finding.js";
import { type JComponent, type JProperty, properties } from "./jcal.js";
import { OBJECT_PARSE_LIMITS, type ParseLimits } from "./limits.js";
import { type ContentLine, contentLines } from "./lines.js";
import { type CalendarText, readCharacters, readOctets } from "./octets.js";
import { at, remember } from "./places.js";
import { readProperty } from "./property-line.js";

interface Parsing {
  readonly limits: ParseLimits;
  readonly places: boolean;
  readonly open: JComponent[];
  readonly roots: JComponent[];
  readonly findings: Finding[];
  properties: number;
  components: number;
}

const MOST_FINDINGS = 20;
/** What cannot be read here is kept and ignored: odd alarms and zones are never a reason to refuse (CAL-50, CAL-53). */
const TOLERANT = /^(valarm|vtimezone|x-.*)$/;
/** Values the server computes with. */
const ESSENTIAL = new Set(["date", "date-time", "duration", "period", "recur"]);
/** Stamps of programs, often nonsense, on which no time of the calendar depends. */
const STAMPS = new Set(["created", "last-modified", "dtstamp", "completed", "acknowledged"]);
/** Those without which the object would mean something else: here an empty value is no absent one. */
const NEVER_EMPTY = new Set(["dtstart", "recurrence-id"]);

/**
 * Reads one iCalendar stream with exactly one VCALENDAR of VERSION 2.0 into jCal (RFC 5545 3.4, 3.6; CAL-40, CAL-52).
 * Values are checked: dates and durations that do not exist and impossible rules are findings with line and property.
 * Unknown components, properties, parameters and value types are kept.
 */
export function parseCalendar(source: Uint8Array | string, limits = OBJECT_PARSE_LIMITS): Outcome<JComponent> {
  const text = typeof source === "string" ? readCharacters(source) : textOf(readOctets(source));
  return text.ok ? parseText(text.value, limits) : text;
}

const textOf = (octets: Outcome<CalendarText>): Outcome<string> => (octets.ok ? success(octets.value.text) : octets);

/**
 * The same for text that went through `readOctets`. Without `places` nobody can tell afterwards in which line a property
 * stood: they cost a good part of the whole, and are needed only where something is wrong.
 */
export function parseText(text: string, limits: ParseLimits, places = true): Outcome<JComponent> {
  const lines = contentLines(text, limits.maxLine, limits.maxProperties + 2 * limits.maxComponents);
  if (!lines.ok) return lines;
  const state: Parsing = { limits, places, open: [], roots: [], findings: [], properties: 0, components: 0 };
  for (const line of lines.value) {
    const problem = readLine(state, line);
    if (problem !== undefined) return failure(problem);
  }
  const problem = problemOfEnd(state) ?? problemOfVersion(state.roots);
  if (problem !== undefined) return failure(problem);
  const [calendar] = state.roots;
  return calendar === undefined || state.findings.length > 0 ? failure(...state.findings) : success(calendar);
}

function readLine(state: Parsing, line: ContentLine): Finding | undefined {
  const text = state.open.length === 0 ? line.text.trim() : line.text;
  const head = readHead(text);
  if (typeof head === "string") {
    if (state.open.length === 0) return outside(state, line, undefined);
    if (isTolerated(state)) return undefined;
    return malformed(line, head, line.text.slice(0, 40).match(/^[\w.-]+/)?.[0]);
  }
  if (head.name === "begin") return begin(state, line, head.value.trim().toLowerCase());
  if (head.name === "end") return end(state, line, head.value.trim().toLowerCase());
  const parent = state.open.at(-1);
  if (parent === undefined) return outside(state, line, head.name);
  state.properties += 1;
  if (state.properties > state.limits.maxProperties)
    return tooMuch(line, `more than ${state.limits.maxProperties} properties`);
  const { property, problem } = readProperty(head);
  if (isAbsent(property, head)) return undefined;
  if (state.places) remember(property, line.line);
  parent[1].push(property);
  if (problem !== undefined) report(state, line, property, problem);
  return undefined;
}

function begin(state: Parsing, line: ContentLine, name: string): Finding | undefined {
  const component: JComponent = [name, [], []];
  if (state.places) remember(component, line.line);
  state.components += 1;
  const { maxComponents, maxDepth } = state.limits;
  if (state.components > maxComponents) return tooMuch(line, `more than ${maxComponents} components`);
  if (state.open.length >= maxDepth) return tooMuch(line, `components more than ${maxDepth} deep`);
  const parent = state.open.at(-1);
  if (parent !== undefined) parent[2].push(component);
  else if (name !== "vcalendar") return outside(state, line, name);
  else if (state.roots.push(component) > 1) return malformed(line, "The text has a second VCALENDAR.", name);
  state.open.push(component);
  return undefined;
}

function end(state: Parsing, line: ContentLine, name: string): Finding | undefined {
  const open = state.open.pop();
  if (open?.[0] === name) return undefined;
  return malformed(line, `END:${name.toUpperCase().slice(0, 40)} does not match its BEGIN.`, open?.[0] ?? name);
}

function problemOfEnd(state: Parsing): Finding | undefined {
  const open = state.open.at(-1);
  if (open !== undefined) {
    const message = `${open[0].toUpperCase()} has a BEGIN and no END.`;
    return { code: "valid-calendar-data", ...at(open), property: open[0].toUpperCase(), message, spec: "RFC 5545 3.6" };
  }
  if (state.roots.length > 0) return undefined;
  return { code: "valid-calendar-data", line: 1, message: "The text has no VCALENDAR.", spec: "RFC 5545 3.4" };
}

function problemOfVersion([calendar]: readonly JComponent[]): Finding | undefined {
  const versions = calendar === undefined ? [] : properties(calendar, "version");
  const [version] = versions;
  const found = { property: "VERSION", spec: "RFC 5545 3.7.4", ...(version === undefined ? { line: 1 } : at(version)) };
  if (version === undefined) return { ...found, code: "valid-calendar-data", message: "The calendar has no VERSION." };
  if (versions.length > 1)
    return { ...found, code: "valid-calendar-data", message: "The calendar has VERSION more than once." };
  const value = String(version[3]).trim();
  if (/(^|;)2\.0$/.test(value)) return undefined;
  const message = `The calendar has VERSION ${value.slice(0, 20)}; only iCalendar 2.0 is accepted.`;
  return { ...found, code: "supported-calendar-data", message };
}

function report(state: Parsing, line: ContentLine, property: JProperty, problem: string): void {
  const [name] = property;
  const tolerated = name.startsWith("x-") || STAMPS.has(name) || isTolerated(state);
  if (!isEssential(property) || tolerated || state.findings.length >= MOST_FINDINGS) return;
  state.findings.push(malformed(line, problem, name));
}

function isEssential([name, , type]: JProperty): boolean {
  return ESSENTIAL.has(type) || name === "sequence";
}

/** Whether an empty value says as much as none. */
export function isAbsent(property: JProperty, { name, value }: ContentHead): boolean {
  return isEssential(property) && value.trim() === "" && !NEVER_EMPTY.has(name);
}

function isTolerated(state: Parsing): boolean {
  return state.open.some((component) => TOLERANT.test(component[0]));
}

function outside(state: Parsing, line: ContentLine, name: string | undefined): Finding {
  const isBefore = state.roots.length === 0;
  const message = isBefore ? "The text does not begin with BEGIN:VCALENDAR." : "The text goes on after END:VCALENDAR.";
  return malformed(line, message, name);
}

function malformed(line: ContentLine, message: string, name: string | undefined): Finding {
  const property = name === undefined ? {} : { property: name.toUpperCase().slice(0, 60) };
  return { code: "valid-calendar-data", line: line.line, ...property, message, spec: "RFC 5545 3" };
}

function tooMuch(line: ContentLine, what: string): Finding {
  return {
    code: "valid-calendar-data",
    line: line.line,
    message: `The calendar has ${what}.`,
    spec: "RFC 4791 5.3.2.1",
  };
}

import { readHead } from "./content-line.js";
import { type Finding, failure, type Outcome, success } from "./finding.js";
import type { ParseLimits } from "./limits.js";
import { type ContentLine, eachLine } from "./lines.js";
import { readText } from "./values/design.js";

/** A component directly inside VCALENDAR, found by its lines alone; values are not read. */
export interface OutlineComponent {
  /** Upper case. */
  readonly name: string;
  /** Its content lines, BEGIN first and END last; of a brief outline the first two. */
  readonly lines: readonly ContentLine[];
  /** Offsets of its text. */
  readonly start: number;
  readonly end: number;
  uid: string | undefined;
  isOverride: boolean;
  /** Of a VTIMEZONE: its own. */
  tzid: string | undefined;
  /** TZID parameters it refers to. */
  readonly refers: ReadonlySet<string>;
}

export interface Outline {
  /** Properties of the VCALENDAR itself. */
  readonly header: readonly ContentLine[];
  readonly components: readonly OutlineComponent[];
}

interface Draft extends OutlineComponent {
  readonly lines: ContentLine[];
  end: number;
  readonly refers: Set<string>;
}

interface Scan {
  readonly header: ContentLine[];
  readonly components: Draft[];
  readonly open: string[];
  count: number;
  done: boolean;
  /** How many lines of a component are kept. */
  readonly kept: number;
}

/** Lines of one component that a brief outline keeps. */
const BRIEF = 2;

const TZID = /;TZID=(?:"([^"]*)"|([^;:]*))/gi;
const NOTED = /^(?:UID|TZID|RECURRENCE-ID)[:;]/i;

export interface OutlineOptions {
  /** Leave out most lines: those of a large file take several times its room. */
  readonly brief?: boolean;
  /** What a line says, where the text has one character for each octet. */
  readonly meant?: (text: string) => string;
}

/** Finds the components of one VCALENDAR by scanning BEGIN and END lines (RFC 5545 3.4, 3.6). Linear in the size of the text. */
export function outline(
  text: string,
  limits: ParseLimits,
  { brief = false, meant }: OutlineOptions = {},
): Outcome<Outline> {
  const kept = brief ? BRIEF : Number.POSITIVE_INFINITY;
  const scan: Scan = { header: [], components: [], open: [], count: 0, done: false, kept };
  let last: ContentLine | undefined;
  for (const line of eachLine(text, limits.maxLine, limits.maxProperties + 2 * limits.maxComponents, meant)) {
    if ("code" in line) return failure(line);
    const problem = scanLine(scan, line, limits);
    if (problem !== undefined) return failure(invalid(line, problem));
    last = line;
  }
  if (scan.done) return success(scan);
  const message = scan.open.length === 0 ? "The text has no VCALENDAR." : `${scan.open.at(-1)} has a BEGIN and no END.`;
  return failure(invalid(last, message));
}

/** The content lines of a component, also where the outline is brief. */
export function linesOf({ start, end }: OutlineComponent, text: string): readonly string[] {
  const lines: string[] = [];
  for (const line of eachLine(text.slice(start, end), Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)) {
    if ("text" in line) lines.push(line.text);
  }
  return lines;
}

function scanLine(scan: Scan, line: ContentLine, limits: ParseLimits): string | undefined {
  const mark = /^\s*(BEGIN|END):(.*)$/i.exec(line.text);
  if (mark !== null) {
    const name = (mark[2] ?? "").trim().toUpperCase();
    return mark[1]?.toUpperCase() === "BEGIN" ? scanBegin(scan, line, name, limits) : scanEnd(scan, line, name);
  }
  if (scan.open.length === 0) return "The text does not begin with BEGIN:VCALENDAR, or goes on after its end.";
  const component = scan.components.at(-1);
  if (scan.open.length === 1) scan.header.push(line);
  else if (component !== undefined) {
    keep(scan, line);
    note(component, line, scan.open.length);
  }
  return undefined;
}

function scanBegin(scan: Scan, line: ContentLine, name: string, limits: ParseLimits): string | undefined {
  scan.count += 1;
  const depth = scan.open.push(name);
  if (depth === 1) return name === "VCALENDAR" && !scan.done ? undefined : "The text is not one VCALENDAR.";
  if (depth > limits.maxDepth) return `The calendar has components more than ${limits.maxDepth} deep.`;
  if (scan.count > limits.maxComponents) return `The calendar has more than ${limits.maxComponents} components.`;
  if (depth > 2) keep(scan, line);
  else scan.components.push(draft(name, line));
  return undefined;
}

function draft(name: string, line: ContentLine): Draft {
  const { start, end } = line;
  return { name, lines: [line], start, end, uid: undefined, isOverride: false, tzid: undefined, refers: new Set() };
}

function scanEnd(scan: Scan, line: ContentLine, name: string): string | undefined {
  if (scan.open.pop() !== name) return `END:${name.slice(0, 40)} does not match its BEGIN.`;
  const component = scan.components.at(-1);
  scan.done = scan.open.length === 0;
  if (scan.done || component === undefined) return undefined;
  keep(scan, line);
  component.end = line.end;
  return undefined;
}

function keep({ components, kept }: Scan, line: ContentLine): void {
  const lines = components.at(-1)?.lines;
  if (lines !== undefined && lines.length < kept) lines.push(line);
}

function note(component: Draft, line: ContentLine, depth: number): void {
  for (const found of line.text.matchAll(TZID)) component.refers.add(found[1] ?? found[2] ?? "");
  if (depth !== 2 || !NOTED.test(line.text)) return;
  const raw = readHead(line.text);
  if (typeof raw === "string") return;
  if (raw.name === "uid") component.uid = readText(raw.value);
  else if (raw.name === "tzid") component.tzid = readText(raw.value);
  else component.isOverride = true;
}

function invalid(line: ContentLine | undefined, message: string): Finding {
  return { code: "valid-calendar-data", line: line?.line ?? 1, message, spec: "RFC 5545 3.6" };
}

import { lower, nameEnd, readHead } from "./content-line.js";
import type { Outcome } from "./finding.js";
import type { JComponent, JParams, JProperty } from "./jcal.js";
import { OBJECT_PARSE_LIMITS } from "./limits.js";
import { lineEnd, isFold } from "./lines.js";
import type { Needed } from "./needed.js";
import { type CalendarObject, readObject } from "./object.js";
import { isPlain, readCharacters } from "./octets.js";
import { isAbsent, parseText } from "./parse.js";
import { UNREAD } from "./print.js";
import { readProperty } from "./property-line.js";
import { namesPlace } from "./zones.js";

/** What tells one object from several, and what its time zones are called. */
const ALWAYS: ReadonlySet<string> = new Set(["version", "method", "uid", "recurrence-id", "tzid"]);

const NO_PARAMS: JParams = Object.freeze({});
const COLON = 58;
const SEMICOLON = 59;
const ZONED = /;TZID=/i;

/**
 * Reads a text that was checked when it was stored: of its properties only those needed, and those with
 * a zone; the others stay as written, with the type `UNREAD`, and are printed as they are. Of what is in any way odd everything is
 * read with all checks. Items of an inbox carry METHOD (RFC 6638 2.2).
 */
export function readStored(text: string, needed: Needed): Outcome<CalendarObject> {
  const glanced = isPlain(text) ? glance(text, needed) : undefined;
  return glanced === undefined ? readAll(text) : readObject(glanced, { allowMethod: true });
}

function readAll(text: string): Outcome<CalendarObject> {
  const characters = readCharacters(text);
  const calendar = characters.ok ? parseText(characters.value, OBJECT_PARSE_LIMITS, false) : characters;
  return calendar.ok ? readObject(calendar.value, { allowMethod: true }) : calendar;
}

interface Glance {
  readonly text: string;
  readonly needed: Needed;
  /** From the outermost; the first stays, the others are closed by their END. */
  readonly open: JComponent[];
  root: JComponent | undefined;
  /** How many components are open inside of a VTIMEZONE of which the name says enough; 0 = none is. */
  known: number;
}

/** Undefined when anything is not as usual. */
function glance(text: string, needed: Needed): JComponent | undefined {
  const state: Glance = { text, needed, open: [], root: undefined, known: 0 };
  for (let start = 0; start < text.length;) {
    let end = lineEnd(text, start);
    while (isFold(text, end)) end = lineEnd(text, end);
    if (!glanceLine(state, start, end)) return undefined;
    start = end;
  }
  const { root, open } = state;
  const versions = root?.[1].filter(([name]) => name === "version") ?? [];
  return open.length === 0 && versions.length === 1 && versions[0]?.[3] === "2.0" ? root : undefined;
}

function glanceLine(state: Glance, start: number, end: number): boolean {
  const { text, needed, open } = state;
  const nameAt = nameEnd(text, start);
  const delimiter = text.charCodeAt(nameAt);
  if (nameAt === start || (delimiter !== COLON && delimiter !== SEMICOLON)) return false;
  const name = lower(text.slice(start, nameAt));
  if (name === "begin" || name === "end") {
    const component = text.slice(nameAt + 1, end - 2).trim();
    if (delimiter !== COLON || component.includes("\r")) return false;
    return name === "begin" ? begin(state, lower(component)) : close(state, lower(component));
  }
  const within = open.at(-1);
  if (within === undefined) return false;
  const isNeeded = state.known === 0 && (needed.names.has(name) || ALWAYS.has(name));
  const line = text.slice(start, end);
  if (!isNeeded && (delimiter === COLON || state.known > 0 || !ZONED.test(line))) {
    within[1].push([name, NO_PARAMS, UNREAD, line]);
    return true;
  }
  const read = readLine(line);
  if (read === undefined) return false;
  if (read !== null) within[1].push(read);
  if (name === "tzid" && within[0] === "vtimezone" && !needed.zones && namesPlace(String(read?.[3])))
    state.known = open.length;
  return true;
}

/** Null for what counts as absent, undefined for what cannot be read. */
function readLine(line: string): JProperty | null | undefined {
  const head = readHead(line.replace(/\r\n[ \t]|\r\n$/g, ""));
  if (typeof head === "string") return undefined;
  const { property, problem } = readProperty(head);
  if (isAbsent(property, head)) return null;
  return problem === undefined ? property : undefined;
}

function begin(state: Glance, name: string): boolean {
  const component: JComponent = [name, [], []];
  const parent = state.open.at(-1);
  if (parent !== undefined) parent[2].push(component);
  else if (name !== "vcalendar" || state.root !== undefined) return false;
  else state.root = component;
  state.open.push(component);
  return true;
}

function close(state: Glance, name: string): boolean {
  if (state.open.length === state.known) state.known = 0;
  return state.open.pop()?.[0] === name;
}

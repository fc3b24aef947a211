import { foldLine } from "../print.js";
import { DAY, printWall, SECOND } from "../wall.js";
import { ianaZone } from "./iana.js";
import type { Onset } from "./observance.js";
import { type Course, coursesOf, wallOf } from "./yearly-courses.js";
import type { Zone } from "./zone.js";

/** The years whose changes are written; changes that go on alike in the last of them are written without end. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 2037;
/** No place has changed its clocks twice within so long since 1970. */
const STEP = 7 * DAY;
/** Daylight saving time ends within so long; a change up that lasts longer is a new standard time. */
const LONGEST_SUMMER = 340 * DAY;

const texts = new WeakMap<Zone, string>();

/**
 * VTIMEZONE text of an IANA zone with that name as its TZID, lines ending in CRLF, to be put into a VCALENDAR; `undefined` for an
 * unknown name. It says what `ianaZone` says from 1970 to 2037, and goes on as the last of these years do (RFC 5545 3.6.5).
 */
export function vtimezoneOf(ianaName: string): string | undefined {
  const zone = ianaZone(ianaName);
  if (!zone) return undefined;
  const observances = texts.get(zone) ?? observancesOf(zone);
  texts.set(zone, observances);
  return `BEGIN:VTIMEZONE\r\n${foldLine(`TZID:${ianaName}`)}${observances}END:VTIMEZONE\r\n`;
}

/** One year more is looked at, to tell whether the last change begins a summer. */
function observancesOf(zone: Zone): string {
  const end = Date.UTC(LAST_YEAR + 1, 0);
  const onsets = onsetsOf(zone, Date.UTC(LAST_YEAR + 2, 0));
  const summers = new Set(onsets.filter((onset, i) => isSummer(onset, onsets[i + 1])));
  const written = onsets.filter((onset) => wallOf(onset) < end);
  const courses = coursesOf(written, LAST_YEAR, (onset) => summers.has(onset));
  return courses.map((course) => observance(course, summers.has(course.onsets[0]))).join("");
}

/** The offset at the beginning, as an observance of its own, and every change from there on. */
function onsetsOf(zone: Zone, end: number): readonly Onset[] {
  const begin = Date.UTC(FIRST_YEAR, 0);
  let offset = zone.offsetAt(begin);
  const found: Onset[] = [{ at: begin - offset * SECOND, before: offset, after: offset }];
  for (let from = begin; from < end; from += STEP) {
    const to = Math.min(from + STEP, end);
    const after = zone.offsetAt(to);
    if (after === offset) continue;
    found.push({ at: changeBetween(zone, from, to, offset), before: offset, after });
    offset = after;
  }
  return found;
}

function changeBetween(zone: Zone, from: number, to: number, offset: number): number {
  let [same, changed] = [from / SECOND, to / SECOND];
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (zone.offsetAt(middle * SECOND) === offset) same = middle;
    else changed = middle;
  }
  return changed * SECOND;
}

function isSummer({ at, before, after }: Onset, next: Onset | undefined): boolean {
  return next !== undefined && after >= before && next.after < after && next.at - at < LONGEST_SUMMER;
}

function observance({ onsets, rule, isEndless }: Course, isSummerTime: boolean): string {
  const [first, ...others] = onsets;
  const last = others.at(-1) ?? first;
  const name = isSummerTime ? "DAYLIGHT" : "STANDARD";
  const until = isEndless ? "" : `;UNTIL=${basic(last.at, "utc")}`;
  const dates = others.map((onset) => basic(wallOf(onset), "local")).join(",");
  return [
    `BEGIN:${name}`,
    `DTSTART:${basic(wallOf(first), "local")}`,
    `TZOFFSETFROM:${offsetText(first.before)}`,
    `TZOFFSETTO:${offsetText(first.after)}`,
    ...(rule === undefined ? [] : [`RRULE:FREQ=YEARLY;${rule}${until}`]),
    ...(rule === undefined && dates !== "" ? [`RDATE:${dates}`] : []),
    `END:${name}`,
  ]
    .map(foldLine)
    .join("");
}

function basic(wall: number, form: "local" | "utc"): string {
  return printWall(wall, form).replace(/[-:]/g, "");
}

function offsetText(seconds: number): string {
  const size = Math.abs(seconds);
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, ...(size % 60 === 0 ? [] : [size % 60])];
  return (seconds < 0 ? "-" : "+") + parts.map((part) => String(part).padStart(2, "0")).join("");
}

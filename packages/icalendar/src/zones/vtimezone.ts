import { foldLine } from "../print.js";
import { printWall } from "../wall.js";
import { ianaZone } from "./iana.js";
import { isSummer, onsetsOf } from "./onsets.js";
import { type Course, coursesOf, wallOf } from "./yearly-courses.js";
import type { Zone } from "./zone.js";

/** The years whose changes are written; changes that go on alike in the last of them are written without end. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 2037;

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
  const onsets = onsetsOf(zone, Date.UTC(FIRST_YEAR, 0), Date.UTC(LAST_YEAR + 2, 0));
  const summers = new Set(onsets.filter((onset, i) => isSummer(onset, onsets[i + 1])));
  const written = onsets.filter((onset) => wallOf(onset) < end);
  const courses = coursesOf(written, LAST_YEAR, (onset) => summers.has(onset));
  return courses.map((course) => observance(course, summers.has(course.onsets[0]))).join("");
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

import { FILE_PARSE_LIMITS } from "../limits.js";
import { outline } from "../outline.js";
import { foldLine } from "../print.js";
import { writeProperty } from "../property-line.js";
import { zoneOf } from "../zones.js";
import { ianaZone } from "./iana.js";
import { vtimezoneOf } from "./vtimezone.js";

const REFERENCE = /;TZID=([^:;]*)/g;
const TZID_LINE = /\r\nTZID:[^\r]*(?:\r\n [^\r]*)*\r\n/;

/**
 * The calendar text with a VTIMEZONE for each TZID it refers to without one, as far as the server knows the zone; all else stays
 * as it is (RFC 7809 3.1.3, RFC 5545 3.6.5).
 */
export function withTimezones(text: string): string {
  if (!mayLackTimezone(text)) return text;
  const read = outline(text, FILE_PARSE_LIMITS);
  if (!read.ok) return text;
  const { components } = read.value;
  const own = new Set(components.map(({ tzid }) => tzid));
  const missing = new Set(components.flatMap(({ refers }) => [...refers]).filter((tzid) => !own.has(tzid)));
  const start = components[0]?.start ?? 0;
  return text.slice(0, start) + [...missing].map(vtimezoneFor).join("") + text.slice(start);
}

/** The calendar text without the VTIMEZONEs that have the name of an IANA zone; those of other names stay (RFC 7809 3.1.3). */
export function withoutTimezones(text: string): string {
  if (!text.includes("BEGIN:VTIMEZONE")) return text;
  const read = outline(text, FILE_PARSE_LIMITS);
  if (!read.ok) return text;
  let kept = "";
  let from = 0;
  for (const { name, tzid, start, end } of read.value.components) {
    if (name !== "VTIMEZONE" || tzid === undefined || !ianaZone(tzid)) continue;
    kept += text.slice(from, start);
    from = end;
  }
  return kept + text.slice(from);
}

/** Looks at references without unfolding: what seems to lack a zone is looked at in full. */
function mayLackTimezone(text: string): boolean {
  for (const [, tzid = ""] of text.matchAll(REFERENCE)) if (!text.includes(`\r\nTZID:${tzid}\r\n`)) return true;
  return false;
}

/** Under the name by which it is referred to, which may be a longer one or one of Windows. */
function vtimezoneFor(tzid: string): string {
  const zone = zoneOf(tzid);
  const known = vtimezoneOf(tzid) ?? (zone && vtimezoneOf(zone.id));
  return known?.replace(TZID_LINE, () => `\r\n${foldLine(writeProperty(["tzid", {}, "text", tzid]))}`) ?? "";
}

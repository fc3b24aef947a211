import { type AnyProperty, type CollectionRow, property, refuse } from "@kalends/dav-core";
import { cal, text, type XmlElement } from "@kalends/dav-xml";
import { isKnownTzid, readTimezone, vtimezoneOf, type Zone, zoneOf } from "@kalends/icalendar";
import { refuseFindings, ValidTimezone } from "../conditions.js";
import { CALENDAR, SCHEDULE_INBOX } from "../kinds.js";
import { calendarText, collectionOf } from "./values.js";

const zoned = [CALENDAR, SCHEDULE_INBOX, "home"];

/**
 * The column holds what was set last: an iCalendar object with one VTIMEZONE, or the bare id of a zone the server knows.
 * Both properties are read out of the one value, so they cannot disagree (RFC 7809 5.2).
 */
const isId = (stored: string): boolean => !stored.trimStart().startsWith("BEGIN:");

function asText(stored: string): string | undefined {
  if (!isId(stored)) return stored;
  const vtimezone = vtimezoneOf(stored);
  if (vtimezone === undefined) return undefined;
  return `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//Kalends//EN\r\n${vtimezone}END:VCALENDAR\r\n`;
}

function asId(stored: string): string | undefined {
  if (isId(stored)) return stored;
  const read = readTimezone(stored);
  return read.ok ? read.value.tzid : undefined;
}

/** The zone in which floating and all-day times of a collection stand (RFC 4791 7.3); undefined when none is set. */
export function zoneOfCollection({ timezone }: Pick<CollectionRow, "timezone">): Zone | undefined {
  if (timezone === null) return undefined;
  if (isId(timezone)) return zoneOf(timezone);
  const read = readTimezone(timezone);
  return read.ok ? zoneOf(read.value.tzid, new Map([[read.value.tzid, read.value.component]])) : undefined;
}

function checkTimezone(value: XmlElement | null): void {
  if (value === null) return;
  const read = readTimezone(value.text.trim());
  if (!read.ok) refuseFindings(read.findings);
}

function checkTimezoneId(value: XmlElement | null): void {
  if (value === null || isKnownTzid(value.text.trim())) return;
  refuse(ValidTimezone, undefined, `The server knows no time zone "${value.text.trim().slice(0, 80)}".`);
}

const stored = (of: CollectionRow | undefined, read: (stored: string) => string | undefined): string | undefined =>
  of === undefined || of.timezone === null ? undefined : read(of.timezone);

const calendarTimezone = property<string>({
  name: cal("calendar-timezone"),
  spec: "RFC 4791 5.2.2",
  on: zoned,
  allprop: false,
  source: { from: "row", value: (resource) => stored(collectionOf(resource), asText) },
  codec: calendarText,
  write: {
    when: "both",
    check: checkTimezone,
    store: { column: "timezone", text: (value) => value.text.trim().replace(/\r?\n/g, "\r\n") },
  },
});

const calendarTimezoneId = property<string>({
  name: cal("calendar-timezone-id"),
  spec: "RFC 7809 5.2",
  on: zoned,
  allprop: false,
  source: { from: "row", value: (resource) => stored(collectionOf(resource), asId) },
  codec: text,
  write: { when: "both", check: checkTimezoneId, store: { column: "timezone", text: (value) => value.text.trim() } },
});

export const timezoneProperties: readonly AnyProperty[] = [calendarTimezone, calendarTimezoneId];

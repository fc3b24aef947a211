import type { KindDef, Resource } from "@kalends/dav-core";
import { cal, cs, dav } from "@kalends/dav-xml";
import { reduceCalendar } from "@kalends/icalendar";

export const CALENDAR = "calendar";
export const CALENDAR_OBJECT = "calendar-object";
export const SCHEDULE_INBOX = "schedule-inbox";
export const SCHEDULE_ITEM = "schedule-item";
export const SUBSCRIBED_CALENDAR = "subscribed-calendar";

/** With the component, as caldav-extensions 5 asks for it; lower case, and never a method (CAL-34). */
const contentType = (resource: Resource): string =>
  resource.rows === "member"
    ? `text/calendar; charset=utf-8; component=${resource.member.component.toLowerCase()}`
    : "text/calendar; charset=utf-8";

/** The kinds of calendaring; the home itself is the core's. */
export const kinds: readonly KindDef[] = Object.freeze([
  {
    kind: CALENDAR,
    rows: "collection",
    spec: "RFC 4791 4.2",
    types: [dav("collection"), cal("calendar")],
    members: CALENDAR_OBJECT,
    creatable: { type: cal("calendar") },
  },
  {
    kind: CALENDAR_OBJECT,
    rows: "member",
    spec: "RFC 4791 4.1",
    types: [],
    hasBody: true,
    contentType,
    reduce: reduceCalendar,
  },
  {
    kind: SCHEDULE_INBOX,
    rows: "collection",
    spec: "RFC 6638 2.2",
    types: [dav("collection"), cal("schedule-inbox")],
    members: SCHEDULE_ITEM,
  },
  {
    kind: SCHEDULE_ITEM,
    rows: "member",
    spec: "RFC 6638 2.2",
    types: [],
    hasBody: true,
    contentType,
    reduce: reduceCalendar,
  },
  {
    // A bookmark of a feed: the client fetches CS:source itself, so nothing is ever stored inside.
    kind: SUBSCRIBED_CALENDAR,
    rows: "collection",
    spec: "caldav-subscribed, CalendarServer",
    types: [dav("collection"), cs("subscribed")],
    members: CALENDAR_OBJECT,
    creatable: { type: cs("subscribed") },
  },
]);

/** Slugs in a home that no MKCOL or MKCALENDAR may take (CAL-25). */
export const reservedSlugs: readonly string[] = Object.freeze([
  "inbox",
  "outbox",
  "notification",
  "notifications",
  "attachments",
  "dropbox",
  "freebusy",
  "trash",
]);

import { type AnyProperty, type Limits, property } from "@kalends/dav-core";
import { type Clark, type Codec, cal, cs, integer, me, text } from "@kalends/dav-xml";
import { COLLATIONS, SCALES } from "@kalends/icalendar";
import { CALENDAR, CALENDAR_OBJECT, SCHEDULE_INBOX } from "../kinds.js";
import { MAX_DATE_TIME, MIN_DATE_TIME } from "../limits.js";

import { utcDateTime } from "./values.js";

/** A property whose value is the same on every calendar: what this server can do and how much it takes. */
const bound = <V>(
  name: Clark,
  spec: string,
  codec: Codec<V>,
  value: (limits: Limits) => V,
  on: readonly string[] = [CALENDAR, SCHEDULE_INBOX],
): AnyProperty =>
  property<V>({
    name,
    spec,
    on,
    allprop: false,
    source: { from: "row", value: (_, cx) => value(cx.services.limits) },
    codec,
  });

const repeated = (name: Clark): Codec<readonly string[]> => ({
  write: (out, values) => {
    for (const value of values) out.leaf(name, value);
  },
});

/** What one POST may change at once, in either form. */
const bulkRequests: Codec<Limits> = {
  write: (out, { bulkResources, bulkSize }) => {
    for (const form of [me("simple"), me("crud")]) {
      out.open(form);
      out.leaf(me("max-resources"), String(bulkResources));
      out.leaf(me("max-bytes"), String(bulkSize));
      out.close();
    }
  },
};

const icalendarOnly: Codec<null> = {
  write: (out) => out.leaf(cal("calendar-data"), undefined, { "content-type": "text/calendar", version: "2.0" }),
};

export const boundProperties: readonly AnyProperty[] = [
  bound(cal("supported-calendar-data"), "RFC 4791 5.2.4", icalendarOnly, () => null),
  bound(cal("max-resource-size"), "RFC 4791 5.2.5", integer, (limits) => limits.objectSize),
  bound(cal("min-date-time"), "RFC 4791 5.2.6", text, () => utcDateTime(MIN_DATE_TIME)),
  bound(cal("max-date-time"), "RFC 4791 5.2.7", text, () => utcDateTime(MAX_DATE_TIME)),
  bound(cal("max-instances"), "RFC 4791 5.2.8", integer, (limits) => limits.instancesPerObject),
  bound(cal("max-attendees-per-instance"), "RFC 4791 5.2.9", integer, (limits) => limits.attendeesPerObject),
  bound(cs("max-resources"), "CalendarServer bulk-change 5.2", integer, (limits) => limits.objectsPerCalendar, [
    CALENDAR,
  ]),
  bound(me("bulk-requests"), "CalendarServer bulk-change 5.1", bulkRequests, (limits) => limits, [CALENDAR]),
  bound(cal("supported-collation-set"), "RFC 4791 7.5.1", repeated(cal("supported-collation")), () => COLLATIONS, [
    CALENDAR,
    CALENDAR_OBJECT,
    SCHEDULE_INBOX,
    "home",
  ]),
  bound(cal("supported-rscale-set"), "RFC 7529 10.1", repeated(cal("supported-rscale")), () => SCALES, [
    CALENDAR,
    "home",
  ]),
];

import { type AnyProperty, property } from "@kalends/dav-core";
import { type Clark, cs, ical, text } from "@kalends/dav-xml";
import { SUBSCRIBED_CALENDAR } from "../kinds.js";

/** What a client keeps about a feed it reads itself; given back as the element that was sent. */
const kept = (name: Clark, spec: string): AnyProperty =>
  property<string>({
    name,
    spec,
    on: [SUBSCRIBED_CALENDAR],
    allprop: false,
    source: { from: "stored" },
    codec: text,
    write: { when: "both", store: { column: "props" } },
  });

export const subscribedProperties: readonly AnyProperty[] = [
  kept(cs("source"), "CalendarServer subscribed calendars"),
  kept(ical("refreshrate"), "apple-ical refreshrate"),
  kept(cs("subscribed-strip-alarms"), "CalendarServer subscribed calendars"),
  kept(cs("subscribed-strip-attachments"), "CalendarServer subscribed calendars"),
  kept(cs("subscribed-strip-todos"), "CalendarServer subscribed calendars"),
];

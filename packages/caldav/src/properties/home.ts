import { type AnyProperty, property } from "@kalends/dav-core";
import { cal, cs, hrefs, integer } from "@kalends/dav-xml";
import { TZ_PATH } from "../timezones/tz-documents.js";
import { componentSets } from "./values.js";

/** Sets a calendar may be created with; Apple offers "new list" only where VTODO can stand alone (CAL-26). */
const SETS: readonly (readonly string[])[] = [
  ["VEVENT"],
  ["VTODO"],
  ["VJOURNAL"],
  ["VEVENT", "VTODO"],
  ["VEVENT", "VJOURNAL"],
  ["VTODO", "VJOURNAL"],
  ["VEVENT", "VTODO", "VJOURNAL"],
];

export const homeProperties: readonly AnyProperty[] = [
  property<readonly (readonly string[])[]>({
    name: cal("supported-calendar-component-sets"),
    spec: "caldav-extensions 4",
    on: ["home"],
    allprop: false,
    source: { from: "row", value: () => SETS },
    codec: componentSets,
  }),
  property<number>({
    name: cs("max-collections"),
    spec: "CalendarServer bulk-change 5.2",
    on: ["home"],
    allprop: false,
    source: { from: "row", value: (_, cx) => cx.services.limits.calendarsPerHome },
    codec: integer,
  }),
  property<readonly string[]>({
    name: cal("timezone-service-set"),
    spec: "RFC 7809 5.1",
    on: ["home"],
    allprop: false,
    source: { from: "row", value: (_, cx) => [cx.origin + TZ_PATH] },
    codec: hrefs,
  }),
];

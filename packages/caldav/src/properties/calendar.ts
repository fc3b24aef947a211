import { type AnyProperty, property, refuse } from "@kalends/dav-core";
import { type Clark, cal, ical, names, text, type XmlElement } from "@kalends/dav-xml";
import { SupportedCalendarComponent, ValidCalendarData } from "../conditions.js";
import { CALENDAR, SCHEDULE_INBOX, SUBSCRIBED_CALENDAR } from "../kinds.js";
import { componentsOf, OBJECT_COMPONENTS } from "../limits.js";
import { collectionOf, componentNames, components } from "./values.js";

const calendars = [CALENDAR, SUBSCRIBED_CALENDAR];

/** What one person sets for his own view of a collection; kept as the element that was sent, attributes included. */
const personal = (name: Clark, spec: string): AnyProperty =>
  property<string>({
    name,
    spec,
    on: calendars,
    allprop: false,
    source: { from: "stored" },
    codec: text,
    write: { when: "both", store: { column: "props", perPerson: true } },
  });

const calendarColor = personal(ical("calendar-color"), "apple-ical calendar-color");
const calendarOrder = personal(ical("calendar-order"), "apple-ical calendar-order");

const calendarDescription = property<string>({
  name: cal("calendar-description"),
  spec: "RFC 4791 5.2.1",
  on: calendars,
  allprop: false,
  // The element is kept whole for its xml:lang; the column serves calendars that were not made over DAV.
  source: { from: "stored", otherwise: (resource) => collectionOf(resource)?.description ?? undefined },
  codec: text,
  write: { when: "both", store: { column: "props", perPerson: true } },
});

function checkComponents(value: XmlElement | null): void {
  const wanted = value === null ? [] : componentNames(value);
  const known = wanted.length > 0 && wanted.every((name) => OBJECT_COMPONENTS.includes(name));
  if (!known) refuse(SupportedCalendarComponent, undefined, `A calendar can hold ${OBJECT_COMPONENTS.join(", ")}.`);
}

const supportedCalendarComponentSet = property<readonly string[]>({
  name: cal("supported-calendar-component-set"),
  spec: "RFC 4791 5.2.3",
  on: [...calendars, SCHEDULE_INBOX],
  allprop: false,
  source: {
    from: "row",
    value: (resource) => {
      const collection = collectionOf(resource);
      if (!collection) return undefined;
      return resource.kind === SCHEDULE_INBOX ? OBJECT_COMPONENTS : componentsOf(collection);
    },
  },
  codec: components,
  write: { when: "create", check: checkComponents, store: { column: "components", list: componentNames } },
});

const TRANSPARENCIES: readonly string[] = [cal("opaque"), cal("transparent")];

function checkTransparency(value: XmlElement | null): void {
  if (value === null) return;
  const [only, another] = value.children;
  if (only && !another && TRANSPARENCIES.includes(only.name)) return;
  refuse(ValidCalendarData, undefined, "schedule-calendar-transp holds one element: opaque or transparent.");
}

const scheduleCalendarTransp = property<readonly Clark[]>({
  name: cal("schedule-calendar-transp"),
  spec: "RFC 6638 9.1",
  on: calendars,
  allprop: false,
  // Somebody else's calendar does not make the reader busy until he says so.
  source: {
    from: "stored",
    otherwise: (resource) => [
      cal((collectionOf(resource)?.binding?.how ?? "own") === "own" ? "opaque" : "transparent"),
    ],
  },
  codec: names,
  write: { when: "both", check: checkTransparency, store: { column: "props", perPerson: true } },
});

/** Sets that old clients insist on, without any effect since RFC 6638. */
const calendarFreeBusySet = property<undefined>({
  name: cal("calendar-free-busy-set"),
  spec: "caldav-sched drafts",
  on: [...calendars, SCHEDULE_INBOX],
  allprop: false,
  source: { from: "row", value: () => undefined },
  codec: { write: () => undefined },
  write: { when: "both", store: { column: "none" } },
});

export const calendarProperties: readonly AnyProperty[] = [
  calendarDescription,
  calendarColor,
  calendarOrder,
  supportedCalendarComponentSet,
  scheduleCalendarTransp,
  calendarFreeBusySet,
];

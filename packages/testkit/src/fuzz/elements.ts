import type { Random } from "../generators/random.js";
import { drawCalendar } from "./calendars.js";
import { oneOf, some, timesOf } from "./chance.js";
import { el, elWith, type Markup } from "./markup.js";
import { drawOwnObject, drawPath } from "./paths.js";

export type Draw = (random: Random) => Markup;

export const NAMES = [
  ..."displayname getetag resourcetype getcontenttype getcontentlength getlastmodified creationdate supportedlock lockdiscovery sync-token supported-report-set owner acl current-user-principal current-user-privilege-set principal-URL group-membership group-member-set acl-restrictions principal-collection-set quota-used-bytes supported-privilege-set inherited-acl-set alternate-URI-set add-member"
    .split(" ")
    .map((name) => `D:${name}`),
  ..."calendar-description calendar-timezone calendar-timezone-id supported-calendar-component-set supported-calendar-data max-resource-size min-date-time max-date-time max-instances calendar-home-set calendar-user-address-set schedule-inbox-URL schedule-calendar-transp supported-collation-set schedule-default-calendar-URL calendar-availability schedule-tag"
    .split(" ")
    .map((name) => `C:${name}`),
  ..."getctag calendar-proxy-read-for source push-transports subscribed-strip-alarms email-address-set"
    .split(" ")
    .map((name) => `CS:${name}`),
  "A:calendar-color",
  "A:calendar-order",
  "X:mine",
  "X:other",
  "X:third",
] as const;
const COMPONENTS = [
  "VEVENT",
  "VTODO",
  "VJOURNAL",
  "VALARM",
  "VTIMEZONE",
  "VFREEBUSY",
  "VAVAILABILITY",
  "X-NONE",
  "vevent",
  "",
] as const;
const PROPERTIES = [
  "SUMMARY",
  "UID",
  "DTSTART",
  "ATTENDEE",
  "RRULE",
  "CATEGORIES",
  "X-NONE",
  "DESCRIPTION",
  "summary",
  "",
] as const;
const STAMPS = [
  "20260101T000000Z",
  "20260301T000000Z",
  "20270101T000000Z",
  "20260101T000000",
  "20260101",
  "00010101T000000Z",
  "99991231T235959Z",
  "19700101T000000Z",
  "20261340T256199Z",
  "x",
  "",
  "-00010101T000000Z",
] as const;
export const TEXTS = [
  "x",
  "",
  "Calendar",
  "\u00e9\u00df😀",
  "#FF0000FF",
  "1",
  "-5",
  "a\nb",
  " ",
  "]]>",
  "%",
  "_%_",
  "\\",
  "x".repeat(300),
  "BEGIN:VCALENDAR",
  "Europe/Berlin",
  "opaque",
  "2",
] as const;

export const names: Draw = (random) => el("D:prop", ...timesOf(1 + random.int(6), () => el(oneOf(random, NAMES))));
export const href: Draw = (random) =>
  el(
    "D:href",
    random.pick([
      drawOwnObject(random),
      drawPath(random),
      "/CalDAV/~ann/Calendar/honest-1.ics",
      "mailto:ann@mail.example",
      "",
      "http://[",
      "/%zz",
    ]),
  );
export const hrefs = (random: Random, most: number) => timesOf(random.int(most), () => href(random));

const range =
  (name: string): Draw =>
  (random) => {
    const ends = [`start="${random.pick(STAMPS)}"`, `end="${random.pick(STAMPS)}"`];
    return elWith(name, random.oneIn(4) ? random.pick(ends as [string, string]) : ends.join(" "));
  };
export const timeRange = range("C:time-range");
const textMatch: Draw = (random) =>
  elWith(
    "C:text-match",
    `collation="${random.pick(["i;ascii-casemap", "i;octet", "i;unicode-casemap", "default", "x"])}" negate-condition="${random.pick(["yes", "no"])}"`,
    random.pick(TEXTS),
  );

const paramFilter: Draw = (random) =>
  elWith(
    "C:param-filter",
    `name="${random.pick(["PARTSTAT", "TZID", ""])}"`,
    random.pick([el("C:is-not-defined"), textMatch(random)]),
  );
const propFilter: Draw = (random) =>
  elWith(
    "C:prop-filter",
    `name="${random.pick(PROPERTIES)}"`,
    ...some(random, [el("C:is-not-defined"), textMatch(random), timeRange(random), paramFilter(random)], 2),
  );

function compFilter(random: Random, name: string, depth: number): Markup {
  const inner = depth > 3 ? [] : timesOf(random.int(3), () => compFilter(random, random.pick(COMPONENTS), depth + 1));
  const tests = some(random, [el("C:is-not-defined"), timeRange(random), propFilter(random), propFilter(random)], 3);
  return elWith("C:comp-filter", `name="${name}"`, ...tests, ...inner);
}

export const filter: Draw = (random) =>
  el("C:filter", compFilter(random, random.oneIn(20) ? random.pick(COMPONENTS) : "VCALENDAR", 0));

function comp(random: Random, name: string, depth: number): Markup {
  const props = random.oneIn(3)
    ? [el("C:allprop")]
    : timesOf(random.int(4), () => elWith("C:prop", `name="${random.pick(PROPERTIES)}"`));
  const comps = depth > 3 ? [] : timesOf(random.int(3), () => comp(random, random.pick(COMPONENTS), depth + 1));
  return elWith("C:comp", `name="${name}"`, ...props, ...comps);
}

const calendarData: Draw = (random) =>
  elWith(
    "C:calendar-data",
    random.pick([
      "",
      'content-type="text/calendar" version="2.0"',
      'content-type="application/calendar+json"',
      'content-type="x/y"',
      'content-type="application/calendar+xml"',
    ]),
    ...some(
      random,
      [
        comp(random, "VCALENDAR", 0),
        range("C:expand")(random),
        range("C:limit-recurrence-set")(random),
        range("C:limit-freebusy-set")(random),
      ],
      3,
    ),
  );
export const asked: Draw = (random) => {
  if (random.oneIn(6)) return el(random.pick(["D:allprop", "D:propname"]));
  return el("D:prop", el("D:getetag"), calendarData(random), ...timesOf(random.int(3), () => el(oneOf(random, NAMES))));
};
export const limit: Draw = (random) =>
  el("D:limit", el("D:nresults", random.pick(["1", "2", "0", "-1", "x", "99999999999999999999", ""])));
export const timezone: Draw = (random) =>
  random.pick([
    el("C:timezone", "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\nEND:VCALENDAR"),
    el("C:timezone-id", random.pick(["Europe/Berlin", "Nowhere/X", "", "utc"])),
  ]);

export const values: Draw = (random) =>
  el(
    "D:prop",
    ...timesOf(1 + random.int(4), () => {
      const name = oneOf(random, NAMES);
      return el(
        name,
        ...random.pick<readonly (Markup | string)[]>([
          [random.pick(TEXTS)],
          [names(random)],
          [el("D:collection"), el("C:calendar")],
          [elWith("C:comp", `name="${random.pick(COMPONENTS)}"`)],
          [],
          [href(random)],
        ]),
      );
    }),
  );
export const newCollection: Draw = (random) =>
  el(
    "D:set",
    el(
      "D:prop",
      el("D:resourcetype", el("D:collection"), ...some(random, [el("C:calendar"), el("X:mine")], 2)),
      ...timesOf(random.int(3), () => el(oneOf(random, NAMES), random.pick(TEXTS))),
    ),
  );
export const search: Draw = (random) => el("D:property-search", names(random), el("D:match", random.pick(TEXTS)));
export const expandedProperty = (random: Random, depth: number): Markup =>
  elWith(
    "D:property",
    `name="${random.pick(["owner", "group-member-set", "principal-URL", "acl", "x", ""])}" namespace="${random.pick(["DAV:", "", "urn:ietf:params:xml:ns:caldav"])}"`,
    ...(depth > 5 ? [] : timesOf(random.int(3), () => expandedProperty(random, depth + 1))),
  );
export const ace: Draw = (random) =>
  el(
    "D:ace",
    el(
      "D:principal",
      random.pick([
        el("D:all"),
        el("D:authenticated"),
        el("D:self"),
        el("D:unauthenticated"),
        el("D:property", el("D:owner")),
        el("D:href", "/principals/users/mal/"),
        el("D:href", "/principals/users/none/"),
        href(random),
      ]),
    ),
    el(
      random.pick(["D:grant", "D:deny"]),
      ...timesOf(1 + random.int(3), () =>
        el(
          "D:privilege",
          el(
            random.pick([
              "D:read",
              "D:write",
              "D:all",
              "D:bind",
              "D:unlock",
              "C:read-free-busy",
              "X:none",
              "D:write-acl",
            ]),
          ),
        ),
      ),
    ),
    ...some(random, [el("D:protected"), el("D:inherited", href(random)), el("D:invert")], 8),
  );

export const ME = 'xmlns:ME="http://me.com/_namespace/"';
export const bulkResource: Draw = (random) =>
  el(
    "ME:resource",
    ...some(random, [el("ME:if-match", el("D:getetag", random.pick(["{{etag}}", '"x"', "*", ""]))), href(random)], 2),
    random.oneIn(4)
      ? el("ME:delete")
      : el(
          "D:set",
          el(
            "D:prop",
            el("C:calendar-data", Buffer.from(drawCalendar(random), "latin1").toString("utf8")),
            ...timesOf(random.int(2), () => el(oneOf(random, NAMES), random.pick(TEXTS))),
          ),
        ),
  );

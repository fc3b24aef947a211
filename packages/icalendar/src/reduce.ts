import type { JComponent, JParams, JProperty } from "./jcal.js";
import { parseCalendar } from "./parse.js";
import { printCalendar } from "./print.js";
import { type Level, levelsOf } from "./privacy.js";

const HEAD: readonly JProperty[] = [
  ["version", {}, "text", "2.0"],
  ["prodid", {}, "text", "-//Kalends//Kalends//EN"],
];
const SUMMARY: JProperty = ["summary", {}, "text", "Busy"];

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "));

/** Properties that tell when, and no more. */
const TIMES = words(
  "dtstamp dtstart dtend duration due completed recurrence-id rrule exrule rdate exdate freebusy sequence",
);
const ZONE = words("dtstart tzoffsetfrom tzoffsetto rrule rdate");
const NAMES = words("uid tzid");
const METHODS = words("PUBLISH REQUEST REPLY ADD CANCEL REFRESH COUNTER DECLINECOUNTER");
const BUSY_TYPES = words("BUSY BUSY-UNAVAILABLE BUSY-TENTATIVE FREE");
/** Properties with a word out of a list; with any other they are left away. */
const WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  class: words("PUBLIC PRIVATE CONFIDENTIAL"),
  transp: words("OPAQUE TRANSPARENT"),
  busytype: BUSY_TYPES,
  status: words("TENTATIVE CONFIRMED CANCELLED NEEDS-ACTION COMPLETED IN-PROCESS DRAFT FINAL"),
};

const RULE_PARTS = words(
  "freq until count interval bysecond byminute byhour byday bymonthday byyearday byweekno bymonth bysetpos wkst rscale skip",
);

const isWord = (list: ReadonlySet<string>, value: unknown): value is string =>
  typeof value === "string" && list.has(value.trim().toUpperCase());

const has = (list: ReadonlySet<string>, [name]: JProperty): boolean => list.has(name);

const J_TIME = /^[+-]?[0-9PTZWDHMS:-]+$/;
const isTime = (value: unknown): boolean => typeof value === "string" && J_TIME.test(value);

/** Values in the form of their type; what could not be read stays as it was written, so it may say anything. */
const FORMS: Readonly<Record<string, (value: unknown) => boolean>> = {
  date: isTime,
  "date-time": isTime,
  duration: isTime,
  "utc-offset": isTime,
  period: (value) => Array.isArray(value) && value.every(isTime),
  integer: (value) => typeof value === "number",
  recur: (value) => typeof value === "object" && value !== null,
};

const plainRule = (rule: unknown): unknown =>
  Object.fromEntries(Object.entries(rule as object).filter(([part]) => RULE_PARTS.has(part)));

/** The parameters that a time needs to be understood. */
function plainParams(params: JParams): JParams {
  const param = (name: string): unknown => (Object.hasOwn(params, name) ? params[name] : undefined);
  const [tzid, range, fbtype] = [param("tzid"), param("range"), param("fbtype")];
  return {
    ...(typeof tzid === "string" ? { tzid } : {}),
    ...(isWord(words("THISANDFUTURE"), range) ? { range } : {}),
    ...(isWord(BUSY_TYPES, fbtype) ? { fbtype } : {}),
  };
}

/** A time without what it does not need to say; nothing where a value is none of its type. */
function plainTime([name, params, type, ...values]: JProperty): readonly JProperty[] {
  const form = Object.hasOwn(FORMS, type) ? FORMS[type] : undefined;
  if (!form || !values.every(form)) return [];
  return [[name, plainParams(params), type, ...(type === "recur" ? values.map(plainRule) : values)]];
}

function plainProperty(each: JProperty, times: ReadonlySet<string>): readonly JProperty[] {
  const [name, , type, ...values] = each;
  if (has(times, each)) return plainTime(each);
  if (has(NAMES, each)) return [[name, {}, type, ...values]];
  const list = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  return list && values.every((value) => isWord(list, value)) ? [[name, {}, type, ...values]] : [];
}

const UNNAMED = words("vfreebusy available");

/** When, and nothing else. Of what is inside only the times of an availability are kept (RFC 7953 3.1). */
function busyPart([name, properties, components]: JComponent): JComponent {
  const told = properties.flatMap((each) => plainProperty(each, TIMES));
  const inside = components.filter((part) => part[0] === "available").map(busyPart);
  return [name, [...told, ...(UNNAMED.has(name) ? [] : [SUMMARY])], inside];
}

function plainZone([name, properties, components]: JComponent): JComponent {
  const told = properties.flatMap((each) => plainProperty(each, ZONE));
  const inside = components.filter((part) => part[0] === "standard" || part[0] === "daylight").map(plainZone);
  return [name, told, inside];
}

/** An instance that is hidden is taken out of the series, or it would show up with what the series says. */
function exceptionFor(hidden: JComponent): readonly JProperty[] {
  const id = hidden[1].find(([name]) => name === "recurrence-id");
  return id ? plainTime(["exdate", { ...id[1], range: "" }, id[2], ...id.slice(3)]) : [];
}

function shownParts(levels: ReadonlyMap<JComponent, Level>): readonly JComponent[] {
  const exceptions = [...levels].flatMap(([part, level]) => (level === 2 ? exceptionFor(part) : []));
  return [...levels].flatMap(([part, level]) => {
    if (level === 2 || part[0].startsWith("x-")) return [];
    const [name, properties, components] = level === 1 ? busyPart(part) : part;
    const isOverride = properties.some(([each]) => each === "recurrence-id");
    return [[name, isOverride ? properties : [...properties, ...exceptions], components] satisfies JComponent];
  });
}

function tzidsIn([, properties, components]: JComponent): readonly string[] {
  const own = properties.flatMap(([, params]) => (Object.hasOwn(params, "tzid") ? String(params["tzid"]) : []));
  return [...own, ...components.flatMap(tzidsIn)];
}

function zonesFor(parts: readonly JComponent[], [, , components]: JComponent): readonly JComponent[] {
  const referred = new Set(parts.flatMap(tzidsIn));
  return components
    .filter(([name, properties]) => {
      const tzid = properties.find(([each]) => each === "tzid")?.[3];
      return name === "vtimezone" && typeof tzid === "string" && referred.has(tzid);
    })
    .map(plainZone);
}

/**
 * The text of an object as those see it who may not see all of it: parts that are CONFIDENTIAL as busy time, parts that are
 * PRIVATE not at all. Null when nothing is left, or when the text cannot be read: then nothing is shown (RFC 5545 3.8.1.3).
 */
export function reduceCalendar(text: string): string | null {
  const read = parseCalendar(text);
  if (!read.ok) return null;
  const calendar = read.value;
  const levels = levelsOf(calendar);
  if ([...levels.values()].every((level) => level === 0)) return text;
  const parts = shownParts(levels);
  if (parts.length === 0) return null;
  const method = calendar[1].filter(([name, , , value]) => name === "method" && isWord(METHODS, value));
  const head = [...HEAD, ...method.map(([name, , type, value]): JProperty => [name, {}, type, value])];
  return printCalendar(["vcalendar", head, [...zonesFor(parts, calendar), ...parts]]);
}

import type { Finding, FindingCode } from "../finding.js";
import {
  type JComponent,
  type JProperty,
  type JRecur,
  param,
  properties,
  property,
  subcomponents,
  values,
} from "../jcal.js";
import type { ObjectLimits } from "../limits.js";
import { instantOf, propertyMoment } from "../moment.js";
import { type CalendarObject, members } from "../object.js";
import { at } from "../places.js";
import { parseRule, type Rule } from "../recur/rule.js";
import { walkRule } from "../recur/walk.js";
import { DAY, parseWall } from "../wall.js";
import { utcZone } from "../zones.js";

/** Each rule costs some time, so an object cannot have any number of them; most have one, availability some for every weekday. */
const MOST_RULES = 32;
/** Rules whose instances must be counted, at some milliseconds each. */
const MOST_COUNTED = 4;
/** An endless series may have one instance an hour, leap years included, whatever `maxInstances` is. */
const HOURS_OF_A_YEAR = 8784;

/**
 * Checks on rules, dates and overrides together (RFC 5545 3.8.4.4, 3.8.5; RFC 7529 8; CAL-43, CAL-45, CAL-48, CAL-57).
 *
 * `max-instances` (RFC 4791 5.2.8): COUNT and RDATE together must not give more, nor may there be more overrides. A series
 * without COUNT, endless or until a day, may run as long as it likes but not be denser than `maxInstances`, or one an hour if that
 * is more, in the year from its DTSTART: so SECONDLY for ever is refused and DAILY for ever is not.
 * A rule without any fitting day, such as 30 February, is accepted and leaves DTSTART as the only instance (CAL-47).
 */
export function recurrenceFindings(object: CalendarObject, limits: ObjectLimits): readonly Finding[] {
  const recurring = members(object).flatMap((each) => [each, ...subcomponents(each, "available")]);
  const rules = recurring.flatMap((each) => [...properties(each, "rrule"), ...properties(each, "exrule")]);
  const excess = rules[MOST_RULES] ?? rules.filter(needsCount)[MOST_COUNTED];
  if (excess !== undefined) {
    const message = `The object has more than ${MOST_RULES} rules, or more than ${MOST_COUNTED} with several instances an hour.`;
    return [{ ...problem("max-instances", excess, message), spec: "RFC 4791 5.2.8" }];
  }
  const own = recurring.flatMap((component) => [
    ...scaleFindings(component),
    ...typeFindings(component, object),
    ...instanceFindings(component, limits),
  ]);
  return [...own, ...overrideFindings(object, limits)];
}

function scaleFindings(component: JComponent): readonly Finding[] {
  const rules = [...properties(component, "rrule"), ...properties(component, "exrule")];
  return rules.flatMap((each): readonly Finding[] => {
    const rule = parseRule(each[3]);
    if (rule === undefined || !("unsupported" in rule)) return [];
    const message = `Rules of the calendar system ${rule.unsupported.slice(0, 40)} are not supported.`;
    return [{ ...problem("supported-rscale", each, message), spec: "RFC 7529 8" }];
  });
}

/** Days and times must not be mixed; an EXDATE of the other type is ignored in expansion and stays (CAL-43). */
function typeFindings(component: JComponent, object: CalendarObject): readonly Finding[] {
  const start = property(component, "dtstart");
  const recurrenceId = property(component, "recurrence-id");
  const first = object.master === undefined ? undefined : property(object.master, "dtstart");
  const wrongDate = properties(component, "rdate").find((each) => {
    return start !== undefined && (each[2] === "date") !== (start[2] === "date");
  });
  const findings = wrongDate === undefined ? [] : [problem("valid-calendar-data", wrongDate, mixed("RDATE"))];
  if (recurrenceId === undefined) return findings;
  if (parseWall(recurrenceId[3]) === undefined) {
    return [
      ...findings,
      problem("valid-calendar-data", recurrenceId, "RECURRENCE-ID is neither a date nor a date with time."),
    ];
  }
  if (first === undefined || first[2] === recurrenceId[2]) return findings;
  return [...findings, problem("valid-calendar-data", recurrenceId, mixed("RECURRENCE-ID"))];
}

function instanceFindings(component: JComponent, limits: ObjectLimits): readonly Finding[] {
  const rules = properties(component, "rrule");
  const dates = properties(component, "rdate");
  const counted = rules.reduce((sum, each) => sum + Number((each[3] as JRecur).count ?? 0), 0);
  const listed = dates.reduce((sum, each) => sum + values(each).length, 0);
  const last = rules.at(-1) ?? dates.at(-1);
  if (last !== undefined && counted + listed > limits.maxInstances) return [tooMany(last, counted + listed, limits)];
  const start = parseWall(property(component, "dtstart")?.[3]);
  const dense = start === undefined ? undefined : rules.find((each) => isTooDense(each, start.wall, limits));
  return dense === undefined ? [] : [tooDense(dense, limits)];
}

function isTooDense(rule: JProperty, start: number, limits: ObjectLimits): boolean {
  const read = needsCount(rule) ? parseRule(rule[3]) : undefined;
  if (read === undefined || "unsupported" in read) return false;
  const most = Math.max(limits.maxInstances, HOURS_OF_A_YEAR);
  const to = Math.min(start + 366 * DAY - 1, read.until?.wall ?? Number.POSITIVE_INFINITY);
  let count = 0;
  walkRule(read, start, { from: start, to }, () => {
    count += 1;
    return count <= most;
  });
  return count > most;
}

function needsCount(rule: JProperty): boolean {
  const read = parseRule(rule[3]);
  return read !== undefined && !("unsupported" in read) && read.count === undefined && isWithinDays(read);
}

/** Whether the rule can have more than one instance an hour: the others need no counting. */
function isWithinDays(rule: Rule): boolean {
  if (rule.freq === "SECONDLY" || rule.freq === "MINUTELY") return true;
  const most = (list: readonly number[] | undefined) => list?.length ?? 1;
  return (
    most(rule.byHour) * most(rule.byMinute) * most(rule.bySecond) > (rule.freq === "HOURLY" ? most(rule.byHour) : 24)
  );
}

/** Two overrides of one instant, compared after zone conversion (CAL-48). */
function overrideFindings(object: CalendarObject, limits: ObjectLimits): readonly Finding[] {
  const extra = object.overrides[limits.maxInstances];
  if (extra !== undefined) return [tooMany(extra, object.overrides.length, limits)];
  const seen = new Set<string>();
  return object.overrides.flatMap((override): readonly Finding[] => {
    const id = property(override, "recurrence-id");
    const moment = propertyMoment(override, "recurrence-id", object.timezones);
    if (id === undefined || moment === undefined) return [];
    const key = `${instantOf(moment, utcZone)} ${moment.zone !== undefined} ${(param(id, "range") ?? "").toUpperCase()}`;
    const before = seen.size;
    if (seen.add(key).size > before) return [];
    const message = "Two components of the object have the same RECURRENCE-ID.";
    return [{ ...problem("valid-calendar-object-resource", id, message), spec: "RFC 4791 4.1" }];
  });
}

function mixed(name: string): string {
  return `${name} and DTSTART must both have a time or both be days.`;
}

function tooMany(part: JProperty | JComponent, count: number, limits: ObjectLimits): Finding {
  const message = `The series has ${count} instances; at most ${limits.maxInstances} are allowed.`;
  return { ...problem("max-instances", part, message), spec: "RFC 4791 5.2.8" };
}

function tooDense(rule: JProperty, limits: ObjectLimits): Finding {
  const most = Math.max(limits.maxInstances, HOURS_OF_A_YEAR);
  return {
    ...problem("max-instances", rule, `The series has more than ${most} instances in a year.`),
    spec: "RFC 4791 5.2.8",
  };
}

function problem(code: FindingCode, part: JProperty | JComponent, message: string): Finding {
  return { code, ...at(part), property: part[0].toUpperCase(), message, spec: "RFC 5545 3.8.5" };
}

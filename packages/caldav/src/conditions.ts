import { type ConditionDef, type Refusal, Refused, refusalOf } from "@kalends/dav-core";
import { cal, dav, type XmlElement } from "@kalends/dav-xml";
import type { Finding, FindingCode } from "@kalends/icalendar";

const PUT = "RFC 4791 5.3.2.1";

const plain = <L extends string>(local: L, spec: string, status = 403): ConditionDef<void> =>
  Object.freeze({ name: cal(local), status, spec });

export const SupportedCalendarData = plain("supported-calendar-data", PUT);
export const ValidCalendarData = plain("valid-calendar-data", PUT);
export const ValidCalendarObjectResource = plain("valid-calendar-object-resource", PUT);
export const SupportedCalendarComponent = plain("supported-calendar-component", PUT);
export const CalendarCollectionLocationOk = plain("calendar-collection-location-ok", PUT);
export const MaxResourceSize = plain("max-resource-size", PUT);
export const MinDateTime = plain("min-date-time", PUT);
export const MaxDateTime = plain("max-date-time", PUT);
export const MaxInstances = plain("max-instances", PUT);
export const MaxAttendeesPerInstance = plain("max-attendees-per-instance", PUT);
export const ValidTimezone = plain("valid-timezone", "RFC 7809 3.1.4");
export const SupportedRscale = plain("supported-rscale", "RFC 7529 8");
export const ValidFilter = plain("valid-filter", "RFC 4791 7.8");
export const SupportedCollation = plain("supported-collation", "RFC 4791 7.5.1");

/** Echoes the part of the filter that is not understood. */
export const SupportedFilter: ConditionDef<XmlElement> = {
  name: cal("supported-filter"),
  status: 403,
  spec: "RFC 4791 7.8",
  body: (out, element) => out.element(element),
};

/** `href` names the object that holds the UID; null where the asker may not know. */
export const NoUidConflict: ConditionDef<{ readonly href: string | null }> = {
  name: cal("no-uid-conflict"),
  status: 409,
  spec: PUT,
  body: (out, { href }) => {
    if (href !== null) out.leaf(dav("href"), href);
  },
};

const byFinding: Readonly<Record<FindingCode, ConditionDef<void>>> = {
  "supported-calendar-data": SupportedCalendarData,
  "valid-calendar-data": ValidCalendarData,
  "valid-calendar-object-resource": ValidCalendarObjectResource,
  "supported-calendar-component": SupportedCalendarComponent,
  "min-date-time": MinDateTime,
  "max-date-time": MaxDateTime,
  "max-instances": MaxInstances,
  "max-attendees-per-instance": MaxAttendeesPerInstance,
  "max-resource-size": MaxResourceSize,
  "valid-timezone": ValidTimezone,
  "supported-rscale": SupportedRscale,
};

/** What a finding means to a DAV client; its sentence, with the line where it is known, is for people. */
export function refusalOfFinding(finding: Finding): Refusal {
  const place = finding.line === undefined ? "" : ` (line ${finding.line})`;
  const description = `${finding.message}${place}`;
  return { ...refusalOf(byFinding[finding.code], undefined, description), description };
}

/** Ends the request with the first finding: findings come in the order of the preconditions. */
export function refuseFindings(findings: readonly Finding[]): never {
  const [first] = findings;
  throw new Refused(first ? refusalOfFinding(first) : refusalOf(ValidCalendarData, undefined));
}

/** Unique constraints of the store whose violation means a precondition of ours: the write lost a race. */
const byConstraint: Readonly<Record<string, ConditionDef<{ readonly href: string | null }>>> = {
  object_uid_key: NoUidConflict,
};

export const conditionOfConstraint = (
  constraint: string,
): ConditionDef<{ readonly href: string | null }> | undefined =>
  Object.hasOwn(byConstraint, constraint) ? byConstraint[constraint] : undefined;

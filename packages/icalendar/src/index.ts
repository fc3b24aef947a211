export { analyseClean, analyseObject, type ObjectAnalysis } from "./analyse.js";
export { type Availability, availabilityBusy, availabilityOf } from "./availability.js";
export { readAvailability } from "./availability-value.js";
export { ANY_ZONE, type Bounds, bounds } from "./bounds.js";
export { type BusyOptions, busyPeriods, type FreeBusyHead, flattenBusy, freeBusyText, mergeBusy } from "./busy.js";
export { COLLATIONS, type Collation, type MatchType } from "./collation.js";
export { type ExpandLimits, type Expansion, expand, type Occurrence } from "./expand.js";
export { extractIndex, INDEX_VERSION, type ObjectIndex, testedIndex } from "./extract.js";
export {
  type CalendarFilter,
  type CompFilter,
  matches,
  type ParamFilter,
  type PropFilter,
  type Test,
  type TextMatch,
} from "./filter.js";
export { type Finding, type FindingCode, failure, type Outcome, success } from "./finding.js";
export { jcalOf } from "./formats/jcal.js";
export { XCAL_NS, type XcalElement, xcalOf } from "./formats/xcal.js";
export * from "./jcal.js";
export { type Damaged, joinCalendar, type JoinHeader, type Joining, openJoin } from "./join.js";
export { type Layout, layoutOf, printLayout, readLayout } from "./layout.js";
export { FILE_PARSE_LIMITS, OBJECT_PARSE_LIMITS, type ObjectLimits, type ParseLimits } from "./limits.js";
export { isOlder, organizersOf } from "./merge/age.js";
export { mergeObjects, objectDistance, type ObjectMerge, type ObjectStates } from "./merge/object.js";
export { type Needed, neededFor } from "./needed.js";
export {
  type CalendarObject,
  COMPONENT_NAMES,
  type ComponentName,
  members,
  type ObjectOptions,
  readObject,
} from "./object.js";
export { bucketOf, type InstanceBusy, type Margin, type OccurrenceRow } from "./occurrence-rows.js";
export {
  ALWAYS,
  ANY_LENGTH,
  isShort,
  leastCoverage,
  NEVER,
  type OccurrenceIndex,
  occurrencesOf,
  SHORT,
  TRUSTED,
} from "./occurrences.js";
export { overlaps, type Range, type Timed } from "./overlap.js";
export { parseCalendar } from "./parse.js";
export type { BusyPeriod, BusyType } from "./periods.js";
export { printCalendar } from "./print.js";
export { type Privacy, privacyOf } from "./privacy.js";
export { FREQUENCIES, type Frequency, parseRule, type Rule, type WeekdayPart } from "./recur/rule.js";
export { SCALES } from "./recur/scales.js";
export type { Family } from "./recur/series.js";
export { reduceCalendar } from "./reduce.js";
export { fileLine, type ObjectPart, type SplitFile, splitCalendar } from "./split.js";
export { readStored } from "./stored.js";
export { type CalendarDataRequest, type ComponentRequest, type SubsetLimits, subset } from "./subset.js";
export { type KeptText, testedBit } from "./tested.js";
export { readTimezone, type TimezoneValue } from "./timezones.js";
export { validateObject } from "./validate.js";
export { type Duration, parseDuration, parseWall, printWall, type WallTime } from "./wall.js";
export {
  embeddedZone,
  fixedZone,
  ianaOfWindows,
  ianaZone,
  isKnownTzid,
  utcZone,
  vtimezoneOf,
  windowsZone,
  type Zone,
  zoneOf,
} from "./zones.js";
export { withoutTimezones, withTimezones } from "./zones/by-reference.js";
export { observancesBetween, type ZoneObservance } from "./zones/expanded.js";
export { ianaNames } from "./zones/iana-names.js";

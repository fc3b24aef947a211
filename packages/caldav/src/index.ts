export { readPartsTask } from "./bulk/read-parts.js";
export { decodeCalendarData } from "./calendar-data.js";
export * from "./conditions.js";
export { caldav, caldavWith } from "./extension.js";
export { CALENDAR, CALENDAR_OBJECT, SCHEDULE_INBOX, SCHEDULE_ITEM, SUBSCRIBED_CALENDAR } from "./kinds.js";
export { componentsOf, MAX_DATE_TIME, MIN_DATE_TIME, OBJECT_COMPONENTS, objectLimits } from "./limits.js";
export { inboxAvailability } from "./properties/inbox.js";
export { zoneOfCollection } from "./properties/timezone.js";
export { breathing } from "./query/breathe.js";
export { floatingZone } from "./query/floating.js";
export { prefilter } from "./query/prefilter.js";
export type { Prefilter } from "./query/verdict.js";
export { joinedCalendar, joinHeader, wholeCalendar, wholeCalendarTag } from "./read/get-calendar.js";
export { inOctets, inText, type Piece } from "./read/in-octets.js";
export { objectTexts, type ShownText, type WholeOptions } from "./read/object-pages.js";
export { storedObject } from "./read/stored-object.js";
export { collectBusy, layWords } from "./reports/free-busy-query.js";
export { isTzPath, type TzRequest, timezoneService } from "./timezones/tz-service.js";
export type { TzReply } from "./timezones/tz-problem.js";
export { analyse, analyseTask, readBody } from "./write/analyse.js";
export {
  type MemberPlace,
  type Move,
  noRules,
  type ObjectGuard,
  type ObjectWrite,
  type Via,
  type WriteRules,
} from "./write/guards.js";
export { renewSomeIndexes } from "./write/renew-indexes.js";
export { checkMediaType } from "./write/media-type.js";
export { type ReckonServices, reckonOccurrences } from "./write/reckon-occurrences.js";
export { memberName } from "./write/member-name.js";
export {
  countObjects,
  etagOf,
  type MemberInput,
  type MembersWrite,
  refuseOutcome,
  type WriteOutcome,
  type Written,
  writeMembers,
} from "./write/write-members.js";

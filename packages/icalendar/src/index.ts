// Time: zones, recurrence, filters, busy time.
export { type ExpandLimits, type Expansion, expand, type Occurrence } from "./expand.js";
export { overlaps, type Range, type Timed } from "./overlap.js";
export { FREQUENCIES, type Frequency, parseRule, type Rule, type WeekdayPart } from "./recur/rule.js";
export type { Family } from "./recur/series.js";
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

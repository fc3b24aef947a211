import { DAY } from "../wall.js";
import { isIanaName } from "./iana-names.js";
import { utcZone, type Zone, zoneFrom } from "./zone.js";

/** A stretch of time with one offset: [from, to) in UTC milliseconds, offset in seconds. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

/** The version of the runtime's time zone data: with another one, rules may give other instants. */
export const ZONE_DATA = process.versions.tz ?? process.version;

const FIRST_YEAR = 1850;
/** Rules of ICU repeat with the 400-year Gregorian cycle; later years are read as their equivalents before this one. */
const LAST_YEAR = 2500;
const CYCLE = 146_097 * DAY;
const STEP = 14 * DAY;

const found = new Map<string, Zone | undefined>();

/**
 * The zone of an IANA name from the runtime's own data, upper or lower case, old names and aliases included; `undefined` if there
 * is no such zone. Offsets are found once per year and kept.
 */
export function ianaZone(name: string): Zone | undefined {
  if (!isIanaName(name)) return undefined;
  const key = name.toLowerCase();
  if (found.has(key)) return found.get(key);
  const zone = makeZone(name);
  found.set(key, zone);
  return zone;
}

function makeZone(name: string): Zone | undefined {
  const format = clockOf(name);
  if (!format) return undefined;
  if (format.resolvedOptions().timeZone === "UTC") return utcZone;
  return zoneFrom(canonicalSpelling(name), offsetsFrom(format));
}

function clockOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      ...{ era: "short", year: "numeric", month: "2-digit", day: "2-digit" },
      ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
    });
  } catch {
    return undefined;
  }
}

/** "europe/berlin" to "Europe/Berlin"; names that are written in capitals or otherwise stay as the caller wrote them. */
function canonicalSpelling(name: string): string {
  if (name !== name.toLowerCase()) return name;
  return name.replace(/(^|[/_-])([a-z])/g, (_, mark: string, letter: string) => mark + letter.toUpperCase());
}

/** Offset by asking the formatter: some microseconds, so only used to fill the cache. */
function askOffset(format: Intl.DateTimeFormat, utc: number): number {
  const numbers = format.format(utc).match(/\d+/g) ?? [];
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = numbers.map(Number);
  return Math.round((Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(utc / 1000) * 1000) / 1000);
}

function offsetsFrom(format: Intl.DateTimeFormat): (utc: number) => number {
  const years = new Map<number, readonly Span[]>();
  let current: Span = { from: 0, to: 0, offset: 0 };
  const lookUp = (utc: number): Span => {
    const year = new Date(utc).getUTCFullYear();
    if (!(year >= FIRST_YEAR))
      return { from: -Infinity, to: Date.UTC(FIRST_YEAR, 0), offset: askOffset(format, Date.UTC(FIRST_YEAR, 0)) };
    let spans = years.get(year);
    if (!spans) {
      spans = spansOf(format, year);
      years.set(year, spans);
    }
    return spans.find((span) => utc < span.to) ?? current;
  };
  const cached = (utc: number): number => {
    if (utc < current.from || utc >= current.to) current = lookUp(utc);
    return current.offset;
  };
  const lastInstant = Date.UTC(LAST_YEAR, 0);
  return (utc) => {
    if (utc < lastInstant) return cached(utc);
    return Number.isFinite(utc)
      ? cached(utc - Math.ceil((utc - lastInstant + 1) / CYCLE) * CYCLE)
      : cached(lastInstant - 1);
  };
}

function spansOf(format: Intl.DateTimeFormat, year: number): readonly Span[] {
  const end = Date.UTC(year + 1, 0);
  const spans: Span[] = [];
  let from = Date.UTC(year, 0);
  let offset = askOffset(format, from);
  for (let at = from; at < end; at += STEP) {
    const next = Math.min(at + STEP, end);
    const after = askOffset(format, next);
    if (after === offset) continue;
    const change = changeBetween(format, at, next, offset);
    spans.push({ from, to: change, offset });
    from = change;
    offset = after;
  }
  if (from < end) spans.push({ from, to: end, offset });
  return spans;
}

/** First whole second after `low` at which the offset is no longer `offset`. */
function changeBetween(format: Intl.DateTimeFormat, low: number, high: number, offset: number): number {
  let same = low / 1000;
  let changed = high / 1000;
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (askOffset(format, middle * 1000) === offset) same = middle;
    else changed = middle;
  }
  return changed * 1000;
}

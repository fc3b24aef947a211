/** How the value of a property is read when no VALUE parameter says otherwise (RFC 5545 3.8, 7986, 7953, 9073, 9074, 9253). */
export interface ValueRule {
  readonly type: string;
  /** A comma separates several values. */
  readonly list?: true;
  /** A semicolon separates the fields of one value. */
  readonly fields?: true;
}

const named = (type: string, names: string, more: Partial<ValueRule> = {}): [string, ValueRule][] =>
  names.split(" ").map((name) => [name, Object.freeze({ type, ...more })]);

const RULES: ReadonlyMap<string, ValueRule> = new Map([
  ...named(
    "text",
    "action busytype calscale class color comment contact description location location-type method name",
  ),
  ...named(
    "text",
    "participant-type prodid proximity refid related-to relcalid resource-type status summary transp tzid tzname",
  ),
  ...named(
    "text",
    "tzid-alias-of uid version x-wr-calname x-wr-caldesc x-wr-timezone structured-data styled-description",
  ),
  ...named("text", "categories resources", { list: true }),
  ...named("text", "request-status", { fields: true }),
  ...named("date-time", "acknowledged completed created dtend dtstamp dtstart due last-modified recurrence-id tzuntil"),
  ...named("date-time", "exdate rdate", { list: true }),
  ...named("period", "freebusy", { list: true }),
  ...named("duration", "duration trigger refresh-interval"),
  ...named("recur", "rrule exrule"),
  ...named("integer", "percent-complete priority repeat sequence"),
  ...named("float", "geo", { fields: true }),
  ...named("utc-offset", "tzoffsetfrom tzoffsetto"),
  ...named("uri", "attach concept conference image link source tzurl url"),
  ...named("cal-address", "attendee calendar-address organizer"),
]);

const UNKNOWN: ValueRule = Object.freeze({ type: "unknown" });

/** The rule for a property name in lower case; a name nobody registered has type `unknown` (RFC 7265 5.1). */
export function valueRule(name: string): ValueRule {
  return RULES.get(name) ?? UNKNOWN;
}

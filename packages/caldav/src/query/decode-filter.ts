import { refuse } from "@kalends/dav-core";
import { attr, cal, child, children, type XmlElement } from "@kalends/dav-xml";
import type { CalendarFilter, CompFilter, ParamFilter, PropFilter, TextMatch } from "@kalends/icalendar";
import { SupportedCollation, ValidFilter } from "../conditions.js";
import { collationNamed } from "./collations.js";
import { hasTime, isDated, mayStandIn } from "./nesting.js";
import { filterRange } from "./range.js";

const invalid = (note: string): never => refuse(ValidFilter, undefined, note);

const NOT_DEFINED = cal("is-not-defined");
const TIME_RANGE = cal("time-range");
const TEXT_MATCH = cal("text-match");

/** `C:filter` to data. Refuses with `C:valid-filter` or `C:supported-collation` (RFC 4791 7.8, 9.7; CAL-63 to CAL-77). */
export function decodeFilter(filter: XmlElement): CalendarFilter {
  const [root, another] = children(filter, cal("comp-filter"));
  if (!root || another || nameOf(root) !== "VCALENDAR")
    return invalid('A filter holds one comp-filter name="VCALENDAR".');
  return compFilter(root);
}

function compFilter(el: XmlElement): CompFilter {
  const name = nameOf(el);
  const base = { name, isNotDefined: isNotDefined(el), test: testOf(el) };
  const comps = children(el, cal("comp-filter")).map((inner) => {
    if (!mayStandIn(nameOf(inner), name)) invalid(`${nameOf(inner)} cannot stand in ${name}.`);
    return compFilter(inner);
  });
  const range = rangeOf(el, hasTime(name), name);
  return {
    ...base,
    ...(range ? { timeRange: range } : {}),
    props: children(el, cal("prop-filter")).map(propFilter),
    comps,
  };
}

function propFilter(el: XmlElement): PropFilter {
  const name = nameOf(el);
  const range = rangeOf(el, isDated(name), name);
  const text = textOf(el);
  if (range && text) invalid(`The prop-filter of ${name} holds a time-range or a text-match, not both.`);
  return {
    name,
    isNotDefined: isNotDefined(el),
    test: testOf(el),
    ...(range ? { timeRange: range } : {}),
    ...(text ? { textMatch: text } : {}),
    params: children(el, cal("param-filter")).map(paramFilter),
  };
}

function paramFilter(el: XmlElement): ParamFilter {
  const text = textOf(el);
  return { name: nameOf(el), isNotDefined: isNotDefined(el), ...(text ? { textMatch: text } : {}) };
}

function nameOf(el: XmlElement): string {
  const name = (attr(el, "name") ?? "").trim().toUpperCase();
  return /^(?:[A-Z0-9-]+|\*)$/.test(name) ? name : invalid("A filter needs the name of what it tests.");
}

function isNotDefined(el: XmlElement): boolean {
  if (!child(el, NOT_DEFINED)) return false;
  return el.children.length === 1 || invalid("is-not-defined stands alone.");
}

function testOf(el: XmlElement): "allof" | "anyof" {
  const test = attr(el, "test") ?? "allof";
  return test === "allof" || test === "anyof"
    ? test
    : invalid(`test="${test.slice(0, 40)}" is neither allof nor anyof.`);
}

function rangeOf(el: XmlElement, allowed: boolean, name: string) {
  const [range, another] = children(el, TIME_RANGE);
  if (!range) return undefined;
  if (!allowed || another) invalid(`${name} takes ${allowed ? "one time-range" : "no time-range"}.`);
  return filterRange(range);
}

const MATCH_TYPES = ["contains", "equals", "starts-with", "ends-with"] as const;

function textOf(el: XmlElement): TextMatch | undefined {
  const [match, another] = children(el, TEXT_MATCH);
  if (!match) return undefined;
  if (another) invalid("A filter takes one text-match.");
  const collation = collationNamed(attr(match, "collation"));
  if (!collation)
    return refuse(SupportedCollation, undefined, `The collation "${attr(match, "collation")}" is not supported.`);
  const wanted = attr(match, "match-type") ?? "contains";
  const type = MATCH_TYPES.find((known) => known === wanted);
  if (!type) return invalid(`match-type="${wanted.slice(0, 40)}" is not known.`);
  const negate = attr(match, "negate-condition") ?? "no";
  if (negate !== "yes" && negate !== "no") invalid("negate-condition is yes or no.");
  return { text: match.text, collation, negate: negate === "yes", match: type };
}

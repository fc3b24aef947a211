import { describe, expect, it } from "vitest";
import { at, D, event, INSTANCES, object, within } from "../testing/filtering.js";
import { type CompFilter, matches, type PropFilter, type TextMatch } from "./filter.js";
import { utcZone } from "./zones.js";

describe("components, properties and parameters (RFC 4791 9.7)", () => {
  const of = object(
    event(
      `DTSTART:${D}100000Z DURATION:PT1H SUMMARY:Größe;\\,Ä CATEGORIES:Work,Home STATUS:CONFIRMED ATTENDEE;PARTSTAT=ACCEPTED;CN=Ann:mailto:ann@example.com ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.com X-A:v`,
    ),
  );
  const ask = (filter: Partial<CompFilter>): boolean => matches(of, within("VEVENT", filter), utcZone, INSTANCES);
  const prop = (name: string, filter: Partial<PropFilter> = {}): boolean => ask({ props: [{ name, ...filter }] });
  const text = (name: string, textMatch: TextMatch): boolean => prop(name, { textMatch });

  it("an empty comp-filter asks for existence, is-not-defined for absence (CAL-66)", () => {
    const has = (filter: CompFilter): boolean =>
      matches(of, { name: "VCALENDAR", comps: [filter] }, utcZone, INSTANCES);
    expect([has({ name: "VEVENT" }), has({ name: "VTODO" }), has({ name: "vevent" })]).toEqual([true, false, true]);
    expect([has({ name: "VEVENT", isNotDefined: true }), has({ name: "VTODO", isNotDefined: true })]).toEqual([
      false,
      true,
    ]);
    expect(has({ name: "*", props: [{ name: "X-A" }] })).toBe(true);
    expect(matches(of, { name: "VCALENDAR" }, utcZone, INSTANCES)).toBe(true);
    expect(ask({ comps: [{ name: "VALARM", isNotDefined: true }] })).toBe(true);
  });

  it("a prop-filter asks for existence, absence or one instance with all (CAL-67)", () => {
    expect([
      prop("summary"),
      prop("LOCATION"),
      prop("LOCATION", { isNotDefined: true }),
      prop("SUMMARY", { isNotDefined: true }),
    ]).toEqual([true, false, true, false]);
    const partstat = (who: string, value: string): boolean =>
      prop("ATTENDEE", { textMatch: { text: who }, params: [{ name: "PARTSTAT", textMatch: { text: value } }] });
    expect([partstat("ann@", "ACCEPTED"), partstat("ann@", "DECLINED"), partstat("bob@", "DECLINED")]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("a param-filter asks for presence, absence or text (CAL-68)", () => {
    const param = (filter: object): boolean => prop("ATTENDEE", { params: [{ name: "CN", ...filter }] });
    expect([
      param({}),
      param({ isNotDefined: true }),
      param({ textMatch: { text: "an" } }),
      param({ textMatch: { text: "x" } }),
    ]).toEqual([true, true, true, false]);
    expect(prop("SUMMARY", { params: [{ name: "LANGUAGE" }] })).toBe(false);
  });

  it("text-match folds by its collation, ASCII letters only by default (CAL-69)", () => {
    expect([
      text("SUMMARY", { text: "GRÖSSE" }),
      text("SUMMARY", { text: "grÖ" }),
      text("SUMMARY", { text: "GRöß" }),
    ]).toEqual([false, false, true]);
    expect([
      text("SUMMARY", { text: "grÖ", collation: "i;unicode-casemap" }),
      text("SUMMARY", { text: "gr", collation: "i;octet" }),
    ]).toEqual([true, false]);
    expect(text("SUMMARY", { text: ";,Ä" })).toBe(true);
  });

  it("negation needs the property to be there (CAL-70)", () => {
    expect([
      text("STATUS", { text: "CANCELLED", negate: true }),
      text("STATUS", { text: "confirmed", negate: true }),
    ]).toEqual([true, false]);
    expect(text("LOCATION", { text: "x", negate: true })).toBe(false);
  });

  it("each value of a list and the address itself are tested (CAL-71)", () => {
    expect([text("CATEGORIES", { text: "home", match: "equals" }), text("CATEGORIES", { text: "Work,Home" })]).toEqual([
      true,
      false,
    ]);
    expect(text("ATTENDEE", { text: "mailto:ANN@", match: "starts-with" })).toBe(true);
  });

  it("knows match types and anyof (CAL-77)", () => {
    const summary = (match: "equals" | "starts-with" | "ends-with", sought: string): boolean =>
      text("SUMMARY", { text: sought, match });
    expect([
      summary("equals", "Größe;,Ä"),
      summary("equals", "Größe"),
      summary("starts-with", "größ"),
      summary("ends-with", ",Ä"),
      summary("ends-with", "Gr"),
    ]).toEqual([true, false, true, true, false]);
    const both: PropFilter[] = [{ name: "LOCATION" }, { name: "SUMMARY" }];
    expect([ask({ props: both }), ask({ props: both, test: "anyof" })]).toEqual([false, true]);
    expect(ask({ test: "anyof", timeRange: { start: 0, end: 1 }, props: [{ name: "SUMMARY" }] })).toBe(true);
    const either = { textMatch: { text: "nobody" }, params: [{ name: "CN" }] };
    expect([prop("ATTENDEE", either), prop("ATTENDEE", { ...either, test: "anyof" })]).toEqual([false, true]);
  });

  it.each([
    ["DTSTAMP", "2026-01-01", true],
    ["DTSTART", "2026-06-10T10:00", true],
    ["DTSTART", "2026-06-10T10:02", false],
    ["DTEND", "2026-06-10T11:00", true],
    ["DTEND", "2026-06-10T10:59", false],
    ["LAST-MODIFIED", "2026-01-01", false],
  ])(
    "time-range on %s from %s: start <= value < end, ends reckoned from DURATION (CAL-80)",
    (name, start, expected) => {
      expect(prop(name, { timeRange: { start: at(start), end: at(start) + 60_000 } })).toBe(expected);
      expect(prop(name, { timeRange: { start: at(start) - 60_000, end: at(start) } })).toBe(false);
    },
  );
});

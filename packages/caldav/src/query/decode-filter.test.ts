import { Refused } from "@kalends/dav-core";
import { readXml } from "@kalends/dav-xml";
import { describe, expect, it } from "vitest";
import { decodeFilter } from "./decode-filter.js";

const C = "urn:ietf:params:xml:ns:caldav";
const filter = (inner: string) => readXml(`<filter xmlns="${C}">${inner}</filter>`);
const decode = (inner: string) => decodeFilter(filter(inner));
const inCalendar = (inner: string) => `<comp-filter name="VCALENDAR">${inner}</comp-filter>`;
const inEvent = (inner: string) => inCalendar(`<comp-filter name="VEVENT">${inner}</comp-filter>`);

function conditionOf(inner: string): string | undefined {
  try {
    decode(inner);
    return undefined;
  } catch (error) {
    return error instanceof Refused ? error.refusal.condition?.replace(/^.*\}/, "") : String(error);
  }
}

describe("decodeFilter", () => {
  it("reads components, properties and parameters (CAL-64, RFC 4791 9.7)", () => {
    const read = decode(
      inEvent(
        `<time-range start="20260101T000000Z" end="20260201T000000Z"/>
         <prop-filter name="attendee"><text-match collation="i;octet">mailto:a@b</text-match>
           <param-filter name="partstat"><text-match negate-condition="yes">DECLINED</text-match></param-filter></prop-filter>
         <comp-filter name="VALARM"><is-not-defined/></comp-filter>`,
      ),
    );
    expect(read).toMatchObject({
      name: "VCALENDAR",
      comps: [
        {
          name: "VEVENT",
          timeRange: { start: Date.UTC(2026, 0, 1), end: Date.UTC(2026, 1, 1) },
          props: [
            {
              name: "ATTENDEE",
              textMatch: { text: "mailto:a@b", collation: "i;octet", negate: false, match: "contains" },
              params: [
                { name: "PARTSTAT", textMatch: { text: "DECLINED", collation: "i;ascii-casemap", negate: true } },
              ],
            },
          ],
          comps: [{ name: "VALARM", isNotDefined: true }],
        },
      ],
    });
  });

  it("reads the wider tests of calendar-query-extended (CAL-77)", () => {
    const read = decode(
      inCalendar(
        '<comp-filter name="*" test="anyof"><prop-filter name="UID"><text-match match-type="equals">x</text-match></prop-filter></comp-filter>',
      ),
    );
    expect(read.comps?.[0]).toMatchObject({ name: "*", test: "anyof", props: [{ textMatch: { match: "equals" } }] });
  });

  it.each([
    ["no component", ""],
    ["another root than VCALENDAR", '<comp-filter name="VEVENT"/>'],
    ["two roots", '<comp-filter name="VCALENDAR"/><comp-filter name="VCALENDAR"/>'],
    ["VTODO in VEVENT", inEvent('<comp-filter name="VTODO"/>')],
    ["VALARM in VCALENDAR", inCalendar('<comp-filter name="VALARM"/>')],
    ["VCALENDAR in VEVENT", inEvent('<comp-filter name="VCALENDAR"/>')],
    [
      "a time-range on SUMMARY",
      inEvent('<prop-filter name="SUMMARY"><time-range start="20260101T000000Z"/></prop-filter>'),
    ],
    ["a time-range on VCALENDAR", inCalendar('<time-range start="20260101T000000Z"/>')],
    ["a time-range without bounds", inEvent("<time-range/>")],
    ["a range that ends before it begins", inEvent('<time-range start="20260201T000000Z" end="20260101T000000Z"/>')],
    ["a local time", inEvent('<time-range start="20260101T000000"/>')],
    ["a twelve-hour clock gone wrong", inEvent('<time-range start="20260101T990000Z"/>')],
    ["a thirteenth month", inEvent('<time-range start="20261301T000000Z"/>')],
    [
      "is-not-defined with company",
      inEvent('<prop-filter name="UID"><is-not-defined/><text-match>x</text-match></prop-filter>'),
    ],
    [
      "time-range and text-match at once",
      inEvent(
        '<prop-filter name="DTSTART"><time-range start="20260101T000000Z"/><text-match>x</text-match></prop-filter>',
      ),
    ],
    ["a nameless property", inEvent("<prop-filter/>")],
    ["an unknown test", inCalendar('<comp-filter name="VEVENT" test="some"/>')],
  ])("refuses %s with valid-filter (CAL-64, CAL-75)", (_, inner) => {
    expect(conditionOf(inner)).toBe("valid-filter");
  });

  it("refuses an unknown collation with supported-collation (CAL-69)", () => {
    expect(
      conditionOf(inEvent('<prop-filter name="UID"><text-match collation="i;klingon">x</text-match></prop-filter>')),
    ).toBe("supported-collation");
  });

  it("takes the collation default as ascii-casemap (CAL-69)", () => {
    const read = decode(
      inEvent('<prop-filter name="UID"><text-match collation="default">x</text-match></prop-filter>'),
    );
    expect(read.comps?.[0]?.props?.[0]?.textMatch?.collation).toBe("i;ascii-casemap");
  });

  it.each(["X-COMP", "VTIMEZONE", "VPOLL"])(
    "takes %s, which it does not know, as a name like others (CAL-65)",
    (name) => {
      expect(conditionOf(inCalendar(`<comp-filter name="${name}"/>`))).toBeUndefined();
    },
  );

  it("clips ranges beyond all time instead of refusing them (CAL-75)", () => {
    const read = decode(inEvent('<time-range start="00010101T000000Z" end="99991231T235959Z"/>'));
    expect(read.comps?.[0]?.timeRange).toEqual({ start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY });
  });
});

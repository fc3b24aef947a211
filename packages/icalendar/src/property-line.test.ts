import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { readHead } from "./content-line.js";
import type { JProperty } from "./jcal.js";
import { readProperty, writeProperty } from "./property-line.js";

function read(line: string): JProperty {
  const head = readHead(line);
  if (typeof head === "string") throw new Error(head);
  return readProperty(head).property;
}

/** What ical.js alone makes of a line; undefined when it throws. */
function alone(line: string): unknown {
  try {
    return ICAL.parse.property(line);
  } catch {
    return undefined;
  }
}

const MEMBERS = 'MEMBER="mailto:a@x","mailto:b@x","mailto:d@x"';

/** Lines of which ical.js alone loses or changes a part. */
const bypassed: readonly [loses: string, line: string, expected: JProperty][] = [
  [
    "the address behind three MEMBERs, for it takes a part of the last",
    `ATTENDEE;CN=A;${MEMBERS}:mailto:c@x`,
    ["attendee", { cn: "A", member: ["mailto:a@x", "mailto:b@x", "mailto:d@x"] }, "cal-address", "mailto:c@x"],
  ],
  [
    "the address behind three DELEGATED-TO",
    'ATTENDEE;DELEGATED-TO="mailto:a@x","mailto:b@x","mailto:d@x":mailto:c@x',
    ["attendee", { "delegated-to": ["mailto:a@x", "mailto:b@x", "mailto:d@x"] }, "cal-address", "mailto:c@x"],
  ],
  ["the first of two parameters of one name", "SUMMARY;X-P=1;X-P=2:a", ["summary", { "x-p": ["1", "2"] }, "text", "a"]],
  ["all quoted values but the first", 'X-A;B="1","2":a', ["x-a", { b: ["1", "2"] }, "unknown", "a"]],
  ["that two values are two", "X-A;B=1,2:a", ["x-a", { b: ["1", "2"] }, "unknown", "a"]],
  [
    "a backslash of a parameter, for it sees a line break",
    "ORGANIZER;CN=DOMAIN\\nora:mailto:a@x",
    ["organizer", { cn: "DOMAIN\\nora" }, "cal-address", "mailto:a@x"],
  ],
  ["a name with a space before it", "SUMMARY; X-P=1:a", ["summary", { "x-p": "1" }, "text", "a"]],
  [
    "a parameter named __proto__",
    "SUMMARY;__proto__=1:a",
    ["summary", Object.fromEntries([["__proto__", "1"]]), "text", "a"],
  ],
  ["that a list is empty", "EXDATE:", ["exdate", {}, "date-time"]],
  ["the end of a value in a list, a backslash", "CATEGORIES:a\\\\,b", ["categories", {}, "text", "a\\", "b"]],
  [
    "a date that does not exist",
    "TRIGGER;VALUE=DATE-TIME:20261399T250000Z",
    ["trigger", {}, "date-time", "20261399T250000Z"],
  ],
  ["a number that is none", "PRIORITY:high", ["priority", {}, "integer", "high"]],
  ["a truth value that is none", "X-A;VALUE=BOOLEAN:maybe", ["x-a", {}, "boolean", "maybe"]],
];

/** Values that ical.js reads once they are written the usual way, or with a guarded reader. */
const prepared: readonly [loses: string, line: string, expected: JProperty][] = [
  ["that a time is UTC", "DTSTART:20260101T000000z", ["dtstart", {}, "date-time", "2026-01-01T00:00:00Z"]],
  ["a truth value in lower case", "X-A;VALUE=BOOLEAN:true", ["x-a", {}, "boolean", true]],
  ["that a day is a day", "DTSTART:20260101", ["dtstart", {}, "date", "2026-01-01"]],
  ["a type that was said", "RDATE;VALUE=X-T:20260101", ["rdate", {}, "x-t", "20260101"]],
  [
    "a type it does not know",
    "ACKNOWLEDGED:20260101T000000Z",
    ["acknowledged", {}, "date-time", "2026-01-01T00:00:00Z"],
  ],
  ["a rule in lower case", "RRULE:freq=daily; count=2;", ["rrule", {}, "recur", { freq: "DAILY", count: 2 }]],
  [
    "a weekday with a zero",
    "RRULE:FREQ=MONTHLY;BYDAY=+01MO",
    ["rrule", {}, "recur", { freq: "MONTHLY", byday: "1MO" }],
  ],
  ["the name of the first day", "RRULE:FREQ=WEEKLY;WKST=SU", ["rrule", {}, "recur", { freq: "WEEKLY", wkst: "SU" }]],
  [
    "leap months",
    "RRULE:RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=5L,13",
    ["rrule", {}, "recur", { rscale: "CHINESE", freq: "YEARLY", bymonth: ["5L", 13] }],
  ],
  ["nothing of a property named constructor", "CONSTRUCTOR:a", ["constructor", {}, "unknown", "a"]],
];

describe("readProperty", () => {
  it.each(bypassed)("keeps what ical.js alone would lose: %s (CAL-08)", (_, line, expected) => {
    expect(read(line)).toEqual(expected);
    expect(alone(line)).not.toEqual(expected);
    expect(read(writeProperty(expected))).toEqual(expected);
  });

  it.each(prepared)("has ical.js read what it alone would not: %s (CAL-08)", (_, line, expected) => {
    expect(read(line)).toEqual(expected);
    expect(alone(line)).not.toEqual(expected);
    expect(read(writeProperty(expected))).toEqual(expected);
  });

  it("gives ical.js no line with a great many parameters, which it would search again for each", () => {
    const line = `X-A${Array.from({ length: 100_000 }, (_, n) => `;P${n}=1`).join("")}:a`;
    expect(Object.keys(read(line)[1])).toHaveLength(100_000);
    expect(() => read(line)).toCostUnder(1000);
  });

  it.each([
    "SUMMARY:a\\, b\\nc\\;d\\\\e",
    'ATTENDEE;CN="Lee; Ann";ROLE=CHAIR;SENT-BY="mailto:b@x":mailto:a@x',
    "DTSTART;TZID=Europe/Berlin:20260101T100000",
    "RDATE;VALUE=PERIOD:20260101T100000Z/PT1H,20260102T100000Z/20260102T110000Z",
    "RRULE:FREQ=MONTHLY;BYDAY=-1MO,2TU;BYSETPOS=-1;INTERVAL=2",
    "TZOFFSETTO:-0330",
    "GEO:50.1;-8.5",
    "X-A;P=^n^'^^:raw\\,text",
  ])("reads and writes the ordinary line %s as ical.js does", (line) => {
    expect(read(line)).toEqual(alone(line));
    expect(writeProperty(read(line))).toBe(line);
  });
});

describe("writeProperty", () => {
  it.each<[string, JProperty, string]>([
    [
      "a date that is none",
      ["x-a", {}, "date-time", "not a date, but a long text"],
      "X-A;VALUE=DATE-TIME:not a date, but a long text",
    ],
    ["a truth value that is none", ["x-a", {}, "boolean", "maybe"], "X-A;VALUE=BOOLEAN:maybe"],
    ["a very small number", ["geo", {}, "float", [0.0000001, 1]], "GEO:0.000000100000000000;1"],
    ["a parameter with several values", ["x-a", { b: ["1,2", '"'] }, "unknown", "c"], `X-A;B="1,2",^':c`],
    ["carriage returns", ["summary", {}, "text", "a\r\nb\rc"], "SUMMARY:a\\nb\\nc"],
  ])("keeps %s, which ical.js alone would spoil", (_, property, line) => {
    expect(writeProperty(property)).toBe(line);
  });
});

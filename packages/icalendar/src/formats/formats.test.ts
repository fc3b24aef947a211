import { describe, expect, it } from "vitest";
import { parseCalendar } from "../parse.js";
import { jcalOf } from "./jcal.js";
import { type XcalElement, xcalOf } from "./xcal.js";

const parsed = (...lines: readonly string[]) => {
  const text = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", ...lines, "END:VEVENT", "END:VCALENDAR", ""];
  const read = parseCalendar(text.join("\r\n"));
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  return read.value;
};

const jcal = (...lines: readonly string[]) => jcalOf(parsed(...lines))[2][0]?.[1];

const xml = ({ name, content }: XcalElement): string =>
  `<${name}>${typeof content === "string" ? content : content.map(xml).join("")}</${name}>`;
const xcal = (...lines: readonly string[]) =>
  xml(xcalOf(parsed(...lines))).replace(/^.*<vevent><properties>(.*)<\/properties><\/vevent>.*$/, "$1");

describe("jCal", () => {
  it.each([
    [
      "DTSTART;TZID=Europe/Berlin:20260131T100000",
      ["dtstart", { tzid: "Europe/Berlin" }, "date-time", "2026-01-31T10:00:00"],
    ],
    ["DTSTART;VALUE=DATE:20260131", ["dtstart", {}, "date", "2026-01-31"]],
    ["GEO:37.5;-122.25", ["geo", {}, "float", [37.5, -122.25]]],
    ["REQUEST-STATUS:2.0;Success", ["request-status", {}, "text", ["2.0", "Success"]]],
    ["REQUEST-STATUS:2.0", ["request-status", {}, "text", "2.0"]],
    ["CATEGORIES:A\\,1,B", ["categories", {}, "text", "A,1", "B"]],
    [
      "RRULE:FREQ=WEEKLY;UNTIL=20260501;BYDAY=MO,TU",
      ["rrule", {}, "recur", { freq: "WEEKLY", until: "2026-05-01", byday: ["MO", "TU"] }],
    ],
    ["RDATE;VALUE=PERIOD:20260101T000000Z/PT1H", ["rdate", {}, "period", ["2026-01-01T00:00:00Z", "PT1H"]]],
    ["X-FOO;X-BAR=1:a\\,b", ["x-foo", { "x-bar": "1" }, "unknown", "a\\,b"]],
    ["X-DAY;VALUE=DATE:20260230", ["x-day", {}, "unknown", "20260230"]],
  ])("writes %s as RFC 7265 3.4 to 3.6 and 5.1 say", (line, expected) => {
    expect(jcal(line)).toEqual([expected]);
  });

  it("keeps the order of properties and the nesting of components (RFC 7265 3.3)", () => {
    const calendar = jcalOf(parsed("SUMMARY:a", "UID:1", "BEGIN:VALARM", "ACTION:AUDIO", "END:VALARM"));
    expect(calendar[0]).toBe("vcalendar");
    expect(calendar[1]).toEqual([["version", {}, "text", "2.0"]]);
    expect(calendar[2][0]?.[1].map(([name]) => name)).toEqual(["summary", "uid"]);
    expect(calendar[2][0]?.[2]).toEqual([["valarm", [["action", {}, "text", "AUDIO"]], []]]);
  });
});

describe("xCal", () => {
  it.each([
    [
      "DTSTART;TZID=Europe/Berlin:20260131T100000",
      "<dtstart><parameters><tzid><text>Europe/Berlin</text></tzid></parameters><date-time>2026-01-31T10:00:00</date-time></dtstart>",
    ],
    ["GEO:37.5;-122.25", "<geo><latitude>37.5</latitude><longitude>-122.25</longitude></geo>"],
    [
      "REQUEST-STATUS:2.0;Success",
      "<request-status><code>2.0</code><description>Success</description></request-status>",
    ],
    [
      "RRULE:BYDAY=MO,TU;COUNT=3;FREQ=WEEKLY",
      "<rrule><recur><freq>WEEKLY</freq><count>3</count><byday>MO</byday><byday>TU</byday></recur></rrule>",
    ],
    [
      "RDATE;VALUE=PERIOD:20260101T000000Z/PT1H",
      "<rdate><period><start>2026-01-01T00:00:00Z</start><duration>PT1H</duration></period></rdate>",
    ],
    [
      "ATTENDEE;RSVP=TRUE;X-A=1:mailto:a@b.example",
      "<attendee><parameters><rsvp><boolean>true</boolean></rsvp><x-a><unknown>1</unknown></x-a></parameters><cal-address>mailto:a@b.example</cal-address></attendee>",
    ],
    ["CATEGORIES:A,B", "<categories><text>A</text><text>B</text></categories>"],
    ["X-FOO:bar", "<x-foo><unknown>bar</unknown></x-foo>"],
    ["9LIVES:cat\r\nUID:1", "<uid><text>1</text></uid>"],
  ])("writes %s as RFC 6321 3.3 to 3.6 and 5 say", (line, expected) => {
    expect(xcal(line)).toBe(expected);
  });

  it("puts properties before components and leaves empty wrappers out (RFC 6321 3.2)", () => {
    expect(xml(xcalOf(["vcalendar", [["version", {}, "text", "2.0"]], [["vevent", [], []]]]))).toBe(
      "<vcalendar><properties><version><text>2.0</text></version></properties><components><vevent></vevent></components></vcalendar>",
    );
  });
});

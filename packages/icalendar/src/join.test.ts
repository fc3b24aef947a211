import { describe, expect, it } from "vitest";
import { calendar, event, fixture } from "../testing/ics.js";
import { property, subcomponents, text } from "./jcal.js";
import { joinCalendar } from "./join.js";
import { parseCalendar } from "./parse.js";

const PRODID = "-//Test//Join//EN";
const START = "DTSTART:20260101T100000Z";

function joined(objects: readonly (string | Uint8Array)[], header = {}) {
  const written = [...joinCalendar(objects, { prodid: PRODID, ...header })].join("");
  const parsed = parseCalendar(written);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
  return {
    written,
    calendar: parsed.value,
    zones: subcomponents(parsed.value, "vtimezone").map((zone) => text(zone, "tzid")),
  };
}

const zone = (tzid: string, offset: string) => [
  "BEGIN:VTIMEZONE",
  `TZID:${tzid}`,
  "LAST-MODIFIED:20260101T000000Z",
  "BEGIN:STANDARD",
  "DTSTART:19700101T000000",
  `TZOFFSETFROM:${offset}`,
  `TZOFFSETTO:${offset}`,
  "END:STANDARD",
  "END:VTIMEZONE",
];

const inZone = (uid: string, tzid: string, offset: string) =>
  calendar(
    ...zone(tzid, offset),
    ...event(`DTSTART;X-A=1;TZID=${tzid}:20260101T100000`, `DESCRIPTION:not ;TZID=${tzid}:x`),
  ).replace("u1", uid);

describe("joinCalendar", () => {
  it("writes each zone once (CGP-27, RFC 5545 3.6.5)", () => {
    const objects = [
      "apple-travel.ics",
      "thunderbird-exceptions.ics",
      "override-only.ics",
      "outlook-windows-zone.ics",
    ].map(fixture);
    const { calendar: whole, zones } = joined(objects);
    expect(zones).toEqual(["Europe/Berlin", "W. Europe Standard Time"]);
    expect(whole[2].filter(([name]) => name === "vevent")).toHaveLength(5);
  });

  it("renames a zone that conflicts with another of its name, and every reference to it (CGP-27)", () => {
    const {
      calendar: whole,
      zones,
      written,
    } = joined([
      inZone("a", "Home", "+0100"),
      inZone("b", "Home", "+0200"),
      inZone("c", "Home", "+0200"),
      inZone("d", "Home", "+0300"),
    ]);
    expect(zones).toEqual(["Home", "Home (2)", "Home (3)"]);
    const starts = subcomponents(whole, "vevent").map((each) => property(each, "dtstart")?.[1]);
    expect(starts.map((params) => params?.tzid)).toEqual(["Home", "Home (2)", "Home (2)", "Home (3)"]);
    expect(starts[1]?.["x-a"]).toBe("1");
    expect(written.match(/not ;TZID=Home:x/g)).toHaveLength(4);
  });

  it("does not rename zones of known places (CAL-53)", () => {
    const { zones } = joined([inZone("a", "Europe/Berlin", "+0100"), inZone("b", "Europe/Berlin", "+0200")]);
    expect(zones).toEqual(["Europe/Berlin"]);
  });

  it("leaves damaged objects out and counts them (CGP-28)", () => {
    const damaged: number[] = [];
    const objects = [
      calendar(...event(START)),
      "BEGIN:VCALENDAR\r\nrubbish",
      new Uint8Array([0xff]),
      calendar(...event(START)).replace("u1", "u2"),
    ];
    const written = [...joinCalendar(objects, { prodid: PRODID }, (index) => damaged.push(index))].join("");
    expect(damaged).toEqual([1, 2]);
    expect(written.match(/BEGIN:VEVENT/g)).toHaveLength(2);
  });

  it("writes a head with the calendar's name, description, colour and METHOD (CAL-55, RFC 7986 5)", () => {
    const { calendar: whole, written } = joined([], {
      name: "Arbeit, \nheim",
      description: "d",
      color: "#FF0000",
      method: "PUBLISH",
    });
    expect([text(whole, "name"), text(whole, "x-wr-calname"), text(whole, "method")]).toEqual([
      "Arbeit, \nheim",
      "Arbeit, \nheim",
      "PUBLISH",
    ]);
    expect(written).toContain("X-APPLE-CALENDAR-COLOR:#FF0000");
    expect(written).not.toContain("\r\nCOLOR");
    expect(joined([], { color: "coral" }).written).toContain("COLOR:coral");
  });

  it("keeps the text of components as stored (CAL-09)", () => {
    const lines = event(START, "summary:folded", " here", 'X-Odd;A="b":c').join("\r\n");
    expect(joined([calendar(lines)]).written).toContain(`${lines}\r\n`);
  });

  it("gives a valid calendar for no objects (CGP-26)", () => {
    expect(joined([]).calendar[2]).toEqual([]);
  });
});

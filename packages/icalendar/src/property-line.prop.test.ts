import fc from "fast-check";
import ICAL from "ical.js";
import { expect, it } from "vitest";
import { readHead } from "./content-line.js";
import { readProperty } from "./property-line.js";
import { DESIGN } from "./values/design.js";

const numRuns = Number(process.env.KALENDS_PROPERTY_RUNS ?? 500);

const letters = (...more: readonly string[]) =>
  fc.string({
    unit: fc.constantFrom("a", "B", "ä", "€", "🎉", " ", "^", "^n", "^'", "-", ".", "=", ...more),
    maxLength: 20,
  });
const bare = letters();
const quoted = letters(";", ":", ",").map((text) => `"${text}"`);
const param = fc
  .tuple(
    fc.constantFrom("CN", "tzid", "X-A", "LANGUAGE", "Role", "MEMBER", "DELEGATED-TO", "SENT-BY", "CONSTRUCTOR"),
    fc.oneof(bare, quoted),
  )
  // A quote written as ^' looks to it like the end of one address of several.
  .filter(([name, value]) => !(/^(?:MEMBER|DELEGATED-TO)$/.test(name) && value.includes("^'")));
const params = fc
  .uniqueArray(param, { maxLength: 4, selector: ([name]) => name.toUpperCase() })
  .map((all) => all.map(([name, value]) => `;${name}=${value}`).join(""));

const text = letters(",", ";", ":", "\\n", "\\,", "\\;", "\\N", "\\x", '"');
const date = fc.constantFrom("20260131", "19700101", "20240229", "00010101");
const dateTime = fc.tuple(date, fc.constantFrom("T000000", "T235960", "T101112Z")).map(([day, time]) => day + time);
const period = fc.tuple(dateTime, fc.oneof(dateTime, fc.constantFrom("PT1H", "P1D"))).map((both) => both.join("/"));
const list = (of: fc.Arbitrary<string>) => fc.array(of, { minLength: 1, maxLength: 3 }).map((all) => all.join(","));

/** Names with the type their values have, and such values. */
const property = fc.oneof(
  fc.tuple(fc.constantFrom("SUMMARY", "description", "LOCATION", "X-WR-CALNAME", "STATUS"), text),
  fc.tuple(fc.constantFrom("CATEGORIES", "RESOURCES", "REQUEST-STATUS", "X-ANY", "URL", "ATTENDEE", "ATTACH"), text),
  fc.tuple(fc.constantFrom("DTSTART", "DTEND", "DUE", "COMPLETED", "RECURRENCE-ID", "DTSTAMP"), dateTime),
  fc.tuple(fc.constantFrom("EXDATE", "RDATE"), list(dateTime)),
  fc.tuple(fc.constantFrom("DTSTART;VALUE=DATE", "DUE;value=date"), date),
  fc.tuple(fc.constantFrom("EXDATE;VALUE=DATE", "RDATE;VALUE=DATE"), list(date)),
  fc.tuple(fc.constantFrom("FREEBUSY", "RDATE;VALUE=PERIOD"), list(period)),
  fc.tuple(fc.constantFrom("DURATION", "TRIGGER"), fc.constantFrom("PT1H", "-P1DT2H", "P2W")),
  fc.tuple(fc.constantFrom("PRIORITY", "SEQUENCE", "REPEAT"), fc.constantFrom("0", "5", "-1", "+7")),
  fc.tuple(fc.constantFrom("TZOFFSETTO", "TZOFFSETFROM"), fc.constantFrom("+0100", "-033015")),
  fc.tuple(fc.constantFrom("RRULE"), fc.constantFrom("FREQ=DAILY", "FREQ=MONTHLY;BYDAY=-1MO,2TU;COUNT=3")),
);

it("reads every ordinary line as ical.js does, with the tables of the server (CAL-08; decision 0012)", () => {
  fc.assert(
    fc.property(property, params, ([name, value], more) => {
      // Of a list without any value ical.js makes one of nothing.
      fc.pre(value !== "" || (name !== "CATEGORIES" && name !== "RESOURCES"));
      const line = `${name}${more}:${value}`;
      const head = readHead(line);
      if (typeof head === "string") throw new Error(`${line}: ${head}`);
      expect(readProperty(head), line).toEqual({ property: ICAL.parse.property(line, DESIGN) });
    }),
    { numRuns },
  );
});

import { describe, expect, it } from "vitest";
import { vtimezoneOf } from "./vtimezone.js";

const observancesOf = (name: string): string[] =>
  [...(vtimezoneOf(name) ?? "").matchAll(/BEGIN:(?:STANDARD|DAYLIGHT)\r\n([\s\S]*?)END:/g)].map(([all]) => all);

describe("the text of a VTIMEZONE", () => {
  it("holds the rule in force without end, the former ones with UNTIL in UTC (RFC 5545 3.6.5, 3.3.10)", () => {
    const rules = observancesOf("America/New_York").flatMap((each) => /RRULE:(.*)\r/.exec(each)?.[1] ?? []);
    expect(rules).toContain("FREQ=YEARLY;BYMONTH=3;BYDAY=2SU");
    expect(rules).toContain("FREQ=YEARLY;BYMONTH=11;BYDAY=1SU");
    expect(rules).toContain("FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060402T070000Z");
  });

  it("begins with the offset of 1970 and has nothing else for a zone that never changed (RFC 5545 3.6.5)", () => {
    expect(vtimezoneOf("Asia/Kolkata")).toBe(
      "BEGIN:VTIMEZONE\r\nTZID:Asia/Kolkata\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n" +
        "TZOFFSETFROM:+0530\r\nTZOFFSETTO:+0530\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n",
    );
  });

  it("tells daylight saving time, also in the south, from a new standard time (RFC 5545 3.6.5)", () => {
    const endless = observancesOf("Australia/Sydney").filter((each) => /RRULE:(?!.*UNTIL)/.test(each));
    expect(endless.map((each) => /^BEGIN:(.*)\r\nDTSTART:....(..)/.exec(each)?.slice(1))).toEqual([
      ["STANDARD", "04"],
      ["DAYLIGHT", "10"],
    ]);
    const moved = observancesOf("Europe/Istanbul").filter((each) => each.includes("20160327T030000"));
    expect(moved.map((each) => /^BEGIN:STANDARD[\s\S]*TZOFFSETTO:\+0300/.test(each))).toEqual([true]);
    expect(observancesOf("Asia/Kathmandu").map((each) => each.slice(6, 14))).toEqual(["STANDARD", "STANDARD"]);
  });

  it("writes the Friday after a last Thursday over the end of the month (RFC 5545 3.3.10)", () => {
    expect((vtimezoneOf("Africa/Cairo") ?? "").replaceAll("\r\n ", "")).toContain(
      "RRULE:FREQ=YEARLY;BYYEARDAY=-67,-66,-65,-64,-63,-62,-61;BYDAY=FR\r\n",
    );
  });

  it("folds its lines at 75 octets and stays short (RFC 5545 3.1)", () => {
    for (const name of ["Asia/Tehran", "Pacific/Easter", "Africa/Casablanca"]) {
      const text = vtimezoneOf(name) ?? "";
      expect(text.length).toBeLessThan(4000);
      expect(Math.max(...text.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(75);
    }
  });
});

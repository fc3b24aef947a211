import { describe, expect, it } from "vitest";
import { bytes, calendar, event, LIMITS, NOW } from "../../testing/ics.js";
import { analyseObject } from "../analyse.js";
import { expand } from "../expand.js";
import { readObject } from "../object.js";
import { parseCalendar } from "../parse.js";
import { utcZone } from "../zones.js";

const ENDLESS = { start: -Infinity, end: Infinity };

function starts(rule: string): readonly number[] {
  const calendarRead = parseCalendar(calendar(...event("DTSTART:20260105T100000Z", `RRULE:${rule}`)));
  const object = calendarRead.ok ? readObject(calendarRead.value) : calendarRead;
  if (!object.ok) throw new Error(JSON.stringify(object.findings));
  return expand(object.value, ENDLESS, utcZone, { instances: 50 }).occurrences.map((each) => each.start);
}

describe("parts that are forbidden beside a FREQ (RFC 5545 3.3.10)", () => {
  it.each([
    ["FREQ=MONTHLY;BYWEEKNO=20", "FREQ=MONTHLY"],
    ["FREQ=WEEKLY;BYWEEKNO=20", "FREQ=WEEKLY"],
    ["FREQ=DAILY;BYWEEKNO=20", "FREQ=DAILY"],
    ["FREQ=HOURLY;BYWEEKNO=20", "FREQ=HOURLY"],
    ["FREQ=WEEKLY;BYMONTHDAY=31", "FREQ=WEEKLY"],
    ["FREQ=WEEKLY;BYYEARDAY=366", "FREQ=WEEKLY"],
    ["FREQ=DAILY;BYYEARDAY=366", "FREQ=DAILY"],
    ["FREQ=MONTHLY;BYYEARDAY=366", "FREQ=MONTHLY"],
    ["FREQ=WEEKLY;BYDAY=2MO,-1WE", "FREQ=WEEKLY;BYDAY=MO,WE"],
    ["FREQ=DAILY;BYDAY=5MO", "FREQ=DAILY;BYDAY=MO"],
    ["FREQ=HOURLY;BYDAY=5MO", "FREQ=HOURLY;BYDAY=MO"],
    ["FREQ=YEARLY;BYWEEKNO=20;BYDAY=3MO", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO"],
  ])("%s is stored and means %s", (rule, meaning) => {
    const source = bytes(calendar(...event("DTSTART:20260105T100000Z", `RRULE:${rule}`)));
    expect(analyseObject(source, LIMITS, NOW).ok).toBe(true);
    expect(starts(rule)).toHaveLength(50);
    expect(starts(rule)).toEqual(starts(meaning));
  });
});

import { describe, expect, it } from "vitest";
import { at, D, event, INSTANCES, object, rangeOf, rangesOf, within } from "../testing/filtering.js";
import { bounds } from "./bounds.js";
import { type CompFilter, matches } from "./filter.js";
import type { CalendarObject } from "./object.js";
import { utcZone } from "./zones.js";

const alarm = (lines: string): string =>
  `BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:a\n${lines.split(" ").join("\n")}\nEND:VALARM`;
function alarmIn(of: CalendarObject, start: string, end: string, parent: Partial<CompFilter> = {}): boolean {
  const timeRange = rangeOf(start, end);
  const result = matches(
    of,
    within(of.component, { ...parent, comps: [{ name: "VALARM", timeRange }] }),
    utcZone,
    INSTANCES,
  );
  const { firstAlarm, lastAlarm } = bounds(of);
  if (result)
    expect(firstAlarm <= timeRange.end && lastAlarm >= timeRange.start, "bounds hold what matches").toBe(true);
  return result;
}

describe("time-range on VALARM (RFC 4791 9.9)", () => {
  const hour = `DTSTART:${D}100000Z DTEND:${D}110000Z`;
  it.each([
    ["before the start", "TRIGGER:-PT15M", "09:45-09:46 09:00-09:46 09:45- -09:46", "09:46-09:50 09:00-09:45"],
    ["related to the end", "TRIGGER;RELATED=END:PT5M", "11:05-11:06 11:05-", "11:06-11:30 11:00-11:05"],
    [
      "absolute",
      "TRIGGER;VALUE=DATE-TIME:20260601T080000Z",
      "2026-06-01T08:00-2026-06-01T08:01",
      "2026-06-01T08:01-2026-06-01T09:00 2026-06-01T07:00-2026-06-01T08:00",
    ],
    ["its repeats", "TRIGGER:-PT15M REPEAT:2 DURATION:PT10M", "09:55-09:56 10:05-10:06", "09:50-09:55 10:06-11:00"],
  ])("an alarm %s (CAL-80)", (_, lines, yes, no) => {
    const of = object(event(hour, alarm(lines)));
    for (const [start, end] of rangesOf(yes)) expect(alarmIn(of, start, end), `${start}-${end}`).toBe(true);
    for (const [start, end] of rangesOf(no)) expect(alarmIn(of, start, end), `${start}-${end}`).toBe(false);
  });

  const daily = event(`${hour} RRULE:FREQ=DAILY EXDATE:20260613T100000Z`, alarm("TRIGGER:-PT15M"));
  const moved = event("RECURRENCE-ID:20260612T100000Z DTSTART:20260612T150000Z", alarm("TRIGGER:-PT30M"));

  it("looks at the alarms of effective instances (CAL-83)", () => {
    const of = object(daily, moved);
    expect(alarmIn(of, "2026-06-11T09:40", "2026-06-11T09:50")).toBe(true);
    expect(alarmIn(of, "2036-06-11T09:40", "2036-06-11T09:50")).toBe(true);
    expect(alarmIn(of, "2026-06-12T09:40", "2026-06-12T09:50")).toBe(false);
    expect(alarmIn(of, "2026-06-12T14:30", "2026-06-12T14:31")).toBe(true);
    expect(alarmIn(of, "2026-06-13T09:40", "2026-06-13T09:50")).toBe(false);
  });

  it("asks for alarm and time of one instance (CAL-66, CAL-83)", () => {
    const of = object(daily);
    const june20 = { timeRange: { start: at("2026-06-20"), end: at("2026-06-21") } };
    expect(alarmIn(of, "2026-06-20T09:40", "2026-06-20T09:50", june20)).toBe(true);
    expect(alarmIn(of, "2026-06-21T09:40", "2026-06-21T09:50", june20)).toBe(false);
  });
});

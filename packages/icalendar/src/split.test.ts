import { describe, expect, it } from "vitest";
import { bytes, calendar, event, fixture, LIMITS, NOW } from "../testing/ics.js";
import { analyseObject } from "./analyse.js";
import { fileLine, type SplitFile, splitCalendar } from "./split.js";

function split(source: string | Uint8Array): SplitFile {
  const result = splitCalendar(source);
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return result.value;
}

const textOf = (part: { readonly bytes: Uint8Array } | undefined) => new TextDecoder().decode(part?.bytes);
const findings = (source: string) => {
  const result = splitCalendar(source);
  return result.ok ? [] : result.findings;
};

const START = "DTSTART:20260101T100000Z";

describe("splitCalendar", () => {
  it("makes one object per UID, master and overrides together (CAL-05, CGP-36)", () => {
    const { parts } = split(fixture("whole-file.ics"));
    expect(parts.map((part) => part.component)).toEqual(["VEVENT", "VTODO", "VEVENT"]);
    expect(textOf(parts[0]).match(/UID:one@example.org/g)).toHaveLength(2);
    expect(parts.map((part) => analyseObject(part.bytes, LIMITS, NOW).ok)).toEqual([true, true, true]);
  });

  it("gives each object the zones it refers to, no others, and no METHOD (CAL-04, CAL-07)", () => {
    const { parts, method, name } = split(fixture("whole-file.ics"));
    expect([method, name]).toEqual(["PUBLISH", "Verein"]);
    expect(parts.map((part) => textOf(part).match(/BEGIN:VTIMEZONE/g)?.length ?? 0)).toEqual([1, 0, 0]);
    expect(parts.map(textOf).join("")).not.toMatch(/METHOD|X-WR|Unused/);
  });

  it("cuts the text of components out unchanged (CAL-09)", () => {
    const lines = event(START, "summary:folded", " here", 'X-Odd;A="b":c', "BEGIN:VALARM", "UID:other", "END:VALARM");
    expect(textOf(split(calendar(...lines)).parts[0])).toBe(calendar(...lines));
  });

  it("makes the same UID from the same content, whatever DTSTAMP says (CGP-38)", () => {
    const file = (stamp: string, summary: string) =>
      calendar("BEGIN:VEVENT", `DTSTAMP:${stamp}`, START, `SUMMARY:${summary}`, "END:VEVENT");
    const uid = (source: string) => split(source).parts[0]?.uid;
    expect(uid(file("20260101T000000Z", "a"))).toBe(uid(file("20260202T000000Z", "a")));
    expect(uid(file("20260101T000000Z", "a"))).not.toBe(uid(file("20260101T000000Z", "b")));
    expect(textOf(split(file("20260101T000000Z", "a")).parts[0])).toContain(
      `\r\nUID:${uid(file("20260101T000000Z", "a"))}\r\n`,
    );
  });

  it("keeps two equal components without UID apart", () => {
    const one = ["BEGIN:VEVENT", START, "END:VEVENT"];
    expect(new Set(split(calendar(...one, ...one)).parts.map((part) => part.uid)).size).toBe(2);
  });

  it("refuses two masters of one UID with line and UID (CGP-36)", () => {
    expect(findings(calendar(...event(START), ...event(START)))).toMatchObject([
      { code: "valid-calendar-object-resource", line: 9, uid: "u1" },
    ]);
  });

  it("refuses one UID for an event and a task (CAL-04)", () => {
    expect(findings(calendar(...event(START), "BEGIN:VTODO", "UID:u1", "END:VTODO"))).toMatchObject([
      { line: 9, uid: "u1" },
    ]);
  });

  it.each([
    ["", 1],
    ["BEGIN:VCALENDAR\r\nEND:VCALENDAR", 1],
    ["BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nEND:VTODO\r\nEND:VCALENDAR", 4],
    ["BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT", 3],
    [calendar() + calendar(), 5],
    ["hello", 1],
  ])("locates the error in broken file %# (RFC 5545 3.4)", (source, line) => {
    expect(findings(source)).toMatchObject([{ code: "valid-calendar-data", line }]);
  });

  it("tells where in the file a line of an object came from", () => {
    const broken = calendar(
      ...event(START),
      "BEGIN:VEVENT",
      "SUMMARY:no uid",
      "DTSTART:20269999T000000Z",
      "END:VEVENT",
    );
    const part = split(broken).parts[1];
    const result = analyseObject(part?.bytes ?? bytes(""), LIMITS, NOW);
    const line = result.ok ? 0 : (result.findings[0]?.line ?? 0);
    expect(part && fileLine(part, line)).toBe(11);
  });

  it("takes an empty calendar as no objects", () => {
    expect(split(calendar()).parts).toEqual([]);
  });

  it("splits 10 000 events in linear time", () => {
    const events = Array.from({ length: 10_000 }, (_, n) =>
      event(START, `DESCRIPTION:${"x".repeat(900)}`)
        .join("\r\n")
        .replace("u1", `u${n}`),
    );
    const source = calendar(...events);
    expect(split(source).parts).toHaveLength(10_000);
    expect(() => split(source)).toCostUnder(8000);
  });
});

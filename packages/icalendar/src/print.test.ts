import { describe, expect, it } from "vitest";
import { fixture, OBJECT_FIXTURES } from "../testing/ics.js";
import type { JComponent } from "./jcal.js";
import { parseCalendar } from "./parse.js";
import { printCalendar } from "./print.js";

function parsed(source: string | Uint8Array): JComponent {
  const result = parseCalendar(source);
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return result.value;
}

describe("printCalendar", () => {
  it.each(OBJECT_FIXTURES)("loses nothing of %s (CAL-08, CAL-51, CAL-55, CAL-56)", (name) => {
    const calendar = parsed(fixture(name));
    expect(parsed(printCalendar(calendar))).toEqual(calendar);
  });

  it("folds at 75 octets and never inside a character (CAL-36, RFC 5545 3.1)", () => {
    const printed = printCalendar([
      "vcalendar",
      [
        ["version", {}, "text", "2.0"],
        ["x", {}, "unknown", "ä🎉".repeat(200)],
      ],
      [],
    ]);
    const lines = printed.split("\r\n");
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBe(75);
    expect(printed).not.toContain("\uFFFD");
    expect(printed.replaceAll("\r\n ", "")).toContain("ä🎉".repeat(200));
  });

  it("writes no line break a value brings along as one (RFC 5545 3.1)", () => {
    const printed = printCalendar([
      "vevent",
      [
        ["url", { "x-p": 'a\r\n"b' }, "uri", "http://x\r\nATTENDEE:mailto:evil"],
        ["summary", {}, "text", "a\r\nb\rc\nd"],
      ],
      [],
    ]);
    expect(printed.split("\r\n")).toEqual([
      "BEGIN:VEVENT",
      "URL;X-P=a^n^'b:http://xATTENDEE:mailto:evil",
      "SUMMARY:a\\nb\\nc\\nd",
      "END:VEVENT",
      "",
    ]);
  });

  it("names the value type only where it is not the usual one (RFC 5545 3.2.20)", () => {
    const printed = printCalendar([
      "vevent",
      [
        ["dtstart", {}, "date", "2026-01-31"],
        ["dtend", {}, "date-time", "2026-01-31T10:00:00Z"],
        ["x-n", {}, "integer", 5],
        ["geo", {}, "float", [50.1, -8.5]],
      ],
      [],
    ]);
    expect(printed).toContain(
      "DTSTART;VALUE=DATE:20260131\r\nDTEND:20260131T100000Z\r\nX-N;VALUE=INTEGER:5\r\nGEO:50.1;-8.5",
    );
  });
});

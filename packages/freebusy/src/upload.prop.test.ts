import { type BusyType, mergeBusy, utcZone } from "@kalends/icalendar";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readUpload, uploadText } from "./upload.js";

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 1);
const betty = { uuid: "u", login: "betty", domain: "mail.example" };
const types: readonly BusyType[] = ["BUSY", "BUSY-TENTATIVE", "BUSY-UNAVAILABLE"];

const period = fc
  .record({
    at: fc.integer({ min: 0, max: 80_000 }),
    minutes: fc.integer({ min: 1, max: 3000 }),
    type: fc.constantFrom(...types),
  })
  .map(({ at, minutes, type }) => ({ start: BEGIN + at * MINUTE, end: BEGIN + (at + minutes) * MINUTE, type }));

it("an upload as it is kept says what was uploaded, in whatever case and folds (VFB-10, DSC-87)", () => {
  fc.assert(
    fc.property(fc.array(period, { maxLength: 40 }), fc.boolean(), (periods, lower) => {
      const window = { start: BEGIN, end: BEGIN + 90_000 * MINUTE };
      const upload = { ...window, periods: mergeBusy(periods, window) };
      const text = uploadText(upload, BEGIN, betty);
      const read = readUpload(Buffer.from(lower ? text.toLowerCase().replaceAll("\r\n", "\n") : text), utcZone);
      expect(read).toEqual({ ok: true, upload });
    }),
    { numRuns: 100 },
  );
});

it("any octets are read or refused with a line, and nothing throws (DSC-85)", () => {
  const line = fc.constantFrom(
    "BEGIN:VCALENDAR",
    "END:VCALENDAR",
    "BEGIN:VFREEBUSY",
    "END:VFREEBUSY",
    "DTSTART:20260101T000000Z",
    "DTEND;TZID=Nowhere:20260301T000000",
    "DURATION:P1D",
    "FREEBUSY:20260101T000000/PT1H,,x",
    'FREEBUSY;FBTYPE="',
    "METHOD:",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 20 }), (lines) => {
      const read = readUpload(Buffer.from(lines.join("\r\n")), utcZone);
      expect(read.ok || (read.status >= 400 && !read.note.includes("\n"))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

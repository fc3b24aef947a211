import { analyseObject, parseCalendar, splitCalendar } from "@kalends/icalendar";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryEvent } from "./arbitraries.js";
import { bigCalendar, generateObject, objectText } from "./calendar.js";

const limits = {
  maxBytes: 100_000,
  maxInstances: 5000,
  maxAttendees: 10,
  minDateTime: Date.UTC(1900, 0),
  maxDateTime: Date.UTC(2200, 0),
  components: ["VEVENT"],
};

describe("generated calendars", () => {
  it("are the same for the same seed, folded, and readable", () => {
    const texts = Array.from({ length: 300 }, (_, n) => objectText(generateObject(7, n)));
    expect(texts).toEqual(Array.from({ length: 300 }, (_, n) => objectText(generateObject(7, n))));
    for (const text of texts) {
      expect(parseCalendar(text).ok).toBe(true);
      for (const line of text.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    }
    expect(texts.filter((text) => text.includes("RRULE")).length).toBeGreaterThan(10);
    expect(texts.filter((text) => text.includes("BEGIN:VTIMEZONE")).length).toBeGreaterThan(100);
    expect(texts.filter((text) => text.includes("BEGIN:VTODO")).length).toBeGreaterThan(10);
  });

  it("come as one file of any size", () => {
    const text = bigCalendar(1000);
    expect(text.match(/\r\nUID:/g)?.length).toBeGreaterThanOrEqual(1000);
    const split = splitCalendar(text);
    expect(split.ok && split.value.parts.length).toBe(1000);
  });

  it("are valid objects when drawn at random", () => {
    fc.assert(
      fc.property(arbitraryEvent, ({ text }) => {
        const analysis = analyseObject(new TextEncoder().encode(text("x")), limits, 0);
        expect(analysis).toMatchObject({ ok: true, value: { uid: "x", component: "VEVENT", changed: false } });
      }),
      { numRuns: 200 },
    );
  });
});

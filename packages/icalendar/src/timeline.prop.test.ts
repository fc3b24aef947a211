import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { paint, type Stretch, wipe } from "./timeline.js";

const period = fc
  .record({ start: fc.integer({ min: 0, max: 100 }), length: fc.integer({ min: 0, max: 20 }) })
  .map(({ start, length }) => ({ start, end: start + length }));

describe("timeline", () => {
  it("wiping many periods at once leaves what wiping them one by one leaves (RFC 7953 5)", () => {
    const law = fc.property(fc.array(fc.tuple(period, fc.constantFrom("a", "b"))), fc.array(period), (marks, free) => {
      let timeline: Stretch<string>[] = [];
      for (const [each, mark] of marks) timeline = paint(timeline, each, mark);
      let expected = timeline;
      for (const each of free) expected = paint(expected, each, undefined);
      expect(wipe(timeline, free)).toEqual(expected);
    });
    fc.assert(law, { numRuns: 300 });
  });

  it("wipes ten thousand periods in a moment", () => {
    const free = Array.from({ length: 10_000 }, (_, i) => ({ start: i * 10, end: i * 10 + 5 }));
    const wiped = () => wipe([{ start: 0, end: 100_000, mark: "a" }], free);
    expect(wiped()).toHaveLength(10_000);
    expect(wiped).toCostUnder(500);
  });
});

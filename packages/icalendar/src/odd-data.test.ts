import { describe, expect, it } from "vitest";
import { LIMITS, NOW } from "../testing/ics.js";
import { ODD_FILES, ODDS, sentBytes, storedBytes } from "../testing/odd.js";
import { analyseObject } from "./analyse.js";
import { expand } from "./expand.js";
import { readObject } from "./object.js";
import { parseCalendar } from "./parse.js";
import { printWall } from "./wall.js";
import { utcZone } from "./zones.js";

const MARCH = { start: Date.UTC(2026, 2, 1), end: Date.UTC(2026, 3, 1) };
const limits = { ...LIMITS, maxInstances: 3000 };

const analysed = (source: Uint8Array) => analyseObject(source, limits, NOW);
const written = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

/** Starts in March as the table writes them: days as days, all else in UTC. */
function startsOf(stored: Uint8Array): readonly string[] {
  const parsed = parseCalendar(stored);
  const object = parsed.ok ? readObject(parsed.value) : parsed;
  if (!object.ok) throw new Error(object.findings[0]?.message);
  const { occurrences } = expand(object.value, MARCH, utcZone, { instances: 3000 });
  return [...occurrences]
    .map(({ start, allDay }) => printWall(start, allDay ? "date" : "utc").replace(/[-:]/g, ""))
    .sort();
}

describe("odd and damaged data", () => {
  it("has a fate for every file of the corpus and no other", () => {
    expect(ODDS.map(({ file }) => file)).toEqual([...ODD_FILES].sort());
  });

  it.each(ODDS.filter(({ fate }) => fate !== "refused").map((odd) => [`${odd.file}: ${odd.odd}`, odd] as const))(
    "keeps %s (CAL-09, CAL-36)",
    (_, odd) => {
      const result = analysed(sentBytes(odd));
      expect(result.ok ? [] : result.findings).toEqual([]);
      if (!result.ok) return;
      expect(written(result.value.stored)).toBe(written(storedBytes(odd)));
      expect(result.value.changed).toBe(odd.fate === "repaired");
      expect(analysed(result.value.stored)).toMatchObject({ ok: true, value: { changed: false } });
      if (odd.march) expect(startsOf(result.value.stored)).toEqual([...odd.march].sort());
    },
  );

  it.each(ODDS.filter(({ fate }) => fate === "refused").map((odd) => [`${odd.file}: ${odd.odd}`, odd] as const))(
    "refuses %s (CAL-40 to CAL-57)",
    (_, odd) => {
      const result = analysed(sentBytes(odd));
      const [finding] = result.ok ? [] : result.findings;
      expect(finding?.code).toBe(odd.code);
      expect(finding?.message).toContain(odd.says);
    },
  );
});

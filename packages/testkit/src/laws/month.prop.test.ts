import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type BruteCalendar, bruteExpand } from "../brute-force.js";
import type { DavClient } from "../client/client.js";
import { eachDatabase } from "../databases.js";
import { arbitraryEvent } from "../generators/arbitraries.js";
import { startServer, type TestServer } from "../server.js";
import { runs } from "./runs.js";

const DAY = 86_400_000;

/** RFC 4791 9.9 for events whose end is known: half open, and those without length count where they start. */
function touches(model: BruteCalendar, start: number, end: number): boolean {
  return bruteExpand(model, end + 2 * DAY).some((instance) =>
    instance.start === instance.end
      ? start <= instance.start && end > instance.start
      : start < instance.end && end > instance.start,
  );
}

const utc = (time: number): string => new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, "");

eachDatabase("a month", (database) => {
  let server: TestServer;
  let ann: DavClient & { readonly home: string };
  let count = 0;
  beforeAll(async () => {
    server = await startServer({ database });
    ann = await server.someone();
  });
  afterAll(() => server.stop());

  it("holds exactly the events that the slow reckoning finds (CAL-62, CAL-72, CAL-81, RFC 4791 9.9)", async () => {
    const events = fc.array(arbitraryEvent, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 0, max: 5 }), fc.nat(3), async (drawn, month, days) => {
        const path = `${ann.home}month${count++}/`;
        expect((await ann.mkcalendar(path)).status).toBe(201);
        for (const [n, { text }] of drawn.entries()) {
          expect((await ann.put(`${path}e${n}.ics`, text(`e${n}`))).status).toBe(201);
        }
        const start = Date.UTC(2026, month);
        const end = days === 0 ? Date.UTC(2026, month + 1) : start + days * DAY;
        const told = await ann.query(path, "VEVENT", { start: utc(start), end: utc(end) });
        const wanted = drawn.flatMap(({ model }, n) => (touches(model, start, end) ? [`${path}e${n}.ics`] : []));
        expect(told.responses.map(({ href }) => href).sort()).toEqual(wanted);
        expect((await ann.delete(path)).status).toBe(204);
      }),
      { numRuns: runs(100) },
    );
  }, 600_000);
});

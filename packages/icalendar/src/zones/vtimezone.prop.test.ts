import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calendar } from "../../testing/ics.js";
import { readTimezone } from "../timezones.js";
import { embeddedZone } from "./embedded.js";
import { ianaZone } from "./iana.js";
import { vtimezoneOf } from "./vtimezone.js";
import { fixedZone, type Zone } from "./zone.js";

const NAMES = Intl.supportedValuesOf("timeZone");
const INSTANTS = Number(process.env.KALENDS_PROPERTY_RUNS ?? 200);
const none = fixedZone(0, "none");

/** The zone as a client reads it that has nothing but the text. */
function readBack(name: string): Zone {
  const read = readTimezone(calendar((vtimezoneOf(name) ?? "").trimEnd()));
  return (read.ok ? embeddedZone(read.value.component) : undefined) ?? none;
}

describe("VTIMEZONE texts of all IANA zones (RFC 5545 3.6.5)", () => {
  it("say at any instant from 1970 to 2037 what the server's own data say (CAL-53, CAL-100)", () => {
    const instant = fc.integer({ min: 0, max: Date.UTC(2038, 0) / 1000 - 1 });
    for (const name of NAMES) {
      const [written, own] = [readBack(name), ianaZone(name) ?? none];
      fc.assert(
        fc.property(instant, (second) => {
          const at = second * 1000;
          expect(written.offsetAt(at), `${name} ${at}`).toBe(own.offsetAt(at));
        }),
        { numRuns: INSTANTS },
      );
    }
  }, 120_000);

  it("tell each hour of 2026 and 2027 alike, changes to the second (CAL-53)", () => {
    const hours = Array.from({ length: 730 * 24 }, (_, n) => Date.UTC(2026, 0) + n * 3_600_000);
    for (const name of ["Africa/Casablanca", "America/Edmonton", "America/Vancouver", "Asia/Gaza", "Europe/Chisinau"]) {
      const [written, own] = [readBack(name), ianaZone(name) ?? none];
      const edges = hours.flatMap((at) => [at - 1000, at, at + 1000]);
      expect(
        edges.filter((at) => written.offsetAt(at) !== own.offsetAt(at)),
        name,
      ).toEqual([]);
    }
  });
});

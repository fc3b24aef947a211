import { readdirSync, readFileSync } from "node:fs";
import type { ObjectLimits } from "../src/limits.js";

const FIXTURES = new URL("../../../test-fixtures/ics/", import.meta.url);
/** Fixtures that hold more than one object. */
const FILES = new Set(["whole-file.ics"]);

/** The bytes of a fixture. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, FIXTURES)));
}

/** Names of the fixtures that hold exactly one calendar object. */
export const OBJECT_FIXTURES: readonly string[] = readdirSync(FIXTURES).filter(
  (name) => name.endsWith(".ics") && !FILES.has(name),
);

export const LIMITS: ObjectLimits = {
  maxBytes: 2_000_000,
  maxInstances: 3000,
  maxAttendees: 100,
  minDateTime: Date.UTC(1900, 0, 1),
  maxDateTime: Date.UTC(2100, 0, 1),
  components: ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"],
};

export const NOW = Date.UTC(2026, 0, 31, 12, 0, 0);

/** A VCALENDAR around some lines. */
export function calendar(...lines: readonly string[]): string {
  return `${["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", ...lines, "END:VCALENDAR"].join("\r\n")}\r\n`;
}

/** A VEVENT with UID, DTSTAMP and the given lines. */
export function event(...lines: readonly string[]): readonly string[] {
  return ["BEGIN:VEVENT", "UID:u1", "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT"];
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

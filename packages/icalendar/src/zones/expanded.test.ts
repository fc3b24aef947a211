import { describe, expect, it } from "vitest";
import { observancesBetween } from "./expanded.js";
import { ianaZone } from "./iana.js";
import { ianaNames } from "./iana-names.js";
import { utcZone } from "./zone.js";

const told = (tzid: string, start: string, end: string) =>
  observancesBetween(ianaZone(tzid) ?? utcZone, Date.parse(start), Date.parse(end)).map(
    ({ name, onset, from, to }) => `${name} ${new Date(onset).toISOString().slice(0, 19)} ${from} ${to}`,
  );

describe("observances of a zone (RFC 7808 5.4)", () => {
  it("begin with the one that holds at the start", () => {
    expect(told("America/New_York", "2008-01-01T00:00:00Z", "2009-01-01T00:00:00Z")).toEqual([
      "Standard 2008-01-01T00:00:00 -18000 -18000",
      "Daylight 2008-03-09T07:00:00 -18000 -14400",
      "Standard 2008-11-02T06:00:00 -14400 -18000",
    ]);
  });

  it("tell summer at the start, and end before the end", () => {
    expect(told("Europe/Berlin", "2026-07-01T00:00:00Z", "2026-10-25T01:00:00Z")).toEqual([
      "Daylight 2026-07-01T00:00:00 7200 7200",
    ]);
  });

  it("are one where the clocks never change", () => {
    expect(told("Asia/Kolkata", "2000-01-01T00:00:00Z", "2030-01-01T00:00:00Z")).toHaveLength(1);
  });
});

describe("names of zones", () => {
  it("are all known to the runtime, each once, in order", () => {
    const names = ianaNames();
    expect(names).toContain("Europe/Berlin");
    expect(names.filter((name) => ianaZone(name) === undefined)).toEqual([]);
    expect([...new Set(names)].sort()).toEqual(names);
  });
});

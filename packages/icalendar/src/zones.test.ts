import { describe, expect, it } from "vitest";
import type { JComponent } from "./jcal.js";
import { WINDOWS_ZONES } from "./zones/windows-names.js";
import {
  embeddedZone,
  fixedZone,
  ianaZone,
  isKnownTzid,
  utcZone,
  vtimezoneOf,
  windowsZone,
  type Zone,
  zoneOf,
} from "./zones.js";

function zone(name: string): Zone {
  const found = ianaZone(name);
  if (!found) throw new Error(`no zone ${name}`);
  return found;
}

/** Processor time in milliseconds: other work may share the machine. */
const utc = (name: string, local: string): string => iso(zone(name).toUtc(Date.parse(`${local}Z`)));
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
const hoursAt = (name: string, instant: string): number => zone(name).offsetAt(Date.parse(instant)) / 3600;

describe("zones from the server's own data", () => {
  it.each([
    ["Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59", "before the gap"],
    ["Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30", "in the gap: offset before it"],
    ["Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00", "after the gap"],
    ["Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30", "ambiguous: first occurrence"],
    ["Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00", "after the overlap"],
    ["America/New_York", "2026-03-08T02:30", "2026-03-08T07:30", "in the gap"],
    ["America/New_York", "2026-11-01T01:30", "2026-11-01T05:30", "ambiguous"],
    ["Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45", "in the half-hour gap"],
    ["Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", "in the half-hour overlap"],
    ["Pacific/Apia", "2011-12-30T12:00", "2011-12-30T22:00", "on the skipped day"],
    ["Pacific/Apia", "2011-12-29T23:00", "2011-12-30T09:00", "before the skipped day"],
    ["Pacific/Apia", "2011-12-31T00:00", "2011-12-30T10:00", "after the skipped day"],
  ])("%s %s is %sZ: %s (CAL-49, RFC 5545 3.3.5)", (name, local, expected) => {
    expect(utc(name, local)).toBe(expected);
  });

  it("follows the month of fasting in Africa/Casablanca (RFC 5545 3.6.5)", () => {
    expect(hoursAt("Africa/Casablanca", "2024-03-20T00:00Z")).toBe(0);
    expect(hoursAt("Africa/Casablanca", "2024-05-20T00:00Z")).toBe(1);
  });

  it("agrees with the runtime's formatter in every month of 200 years, far future and past included", () => {
    for (const name of ["Europe/Berlin", "America/Sao_Paulo", "Asia/Tehran", "Europe/Dublin", "Asia/Kathmandu"]) {
      const format = new Intl.DateTimeFormat("sv-SE", { timeZone: name, dateStyle: "short", timeStyle: "medium" });
      for (let month = 0; month < 2400; month += 5) {
        const at = Date.UTC(1900, month, 9, 3, 7);
        expect(iso(at + zone(name).offsetAt(at) * 1000), `${name} ${iso(at)}`).toBe(
          format.format(at).slice(0, 16).replace(" ", "T"),
        );
      }
    }
    expect(hoursAt("Europe/Berlin", "9998-07-01T00:00Z")).toBe(2);
    expect(zone("Europe/Berlin").offsetAt(-Infinity)).toBe(zone("Europe/Berlin").offsetAt(Date.UTC(1700, 0)));
  });

  it("finds old names and any case, and refuses unknown ones (CAL-53)", () => {
    const now = Date.UTC(2026, 6, 1);
    expect(zone("europe/BERLIN").offsetAt(now)).toBe(7200);
    expect(zone("US/Eastern").offsetAt(now)).toBe(-4 * 3600);
    expect(zone("Asia/Calcutta").offsetAt(now)).toBe(zone("Asia/Kolkata").offsetAt(now));
    expect(zone("Etc/UTC")).toBe(utcZone);
    expect(ianaZone("Europe/Atlantis")).toBeUndefined();
    expect(ianaZone("../etc/passwd")).toBeUndefined();
  });

  it("answers a look-up in well under a microsecond once warm", () => {
    const berlin = zone("Europe/Berlin");
    const at = Date.UTC(2026, 0);
    berlin.toUtc(at);
    let sum = 0;
    const many = (): void => {
      for (let i = 0; i < 200_000; i++) sum += berlin.toUtc(at + i * 1000);
    };
    expect(many).toCostUnder(200);
    expect(sum).toBeGreaterThan(0);
  });
});

const observance = (
  name: string,
  from: string,
  to: string,
  start: string,
  rule?: Record<string, unknown>,
): JComponent => [
  name,
  [
    ["tzoffsetfrom", {}, "utc-offset", from],
    ["tzoffsetto", {}, "utc-offset", to],
    ["dtstart", {}, "date-time", start],
    ...(rule ? [["rrule", {}, "recur", rule] as JComponent[1][number]] : []),
  ],
  [],
];
const vtimezone = (tzid: string, parts: JComponent[], props: JComponent[1] = []): JComponent => [
  "vtimezone",
  [["tzid", {}, "text", tzid], ...props],
  parts,
];
const outlook = vtimezone("Mitteleuropa", [
  observance("standard", "+02:00", "+01:00", "1601-10-28T03:00:00", { freq: "YEARLY", byday: "-1SU", bymonth: 10 }),
  observance("daylight", "+01:00", "+02:00", "1601-03-25T02:00:00", { freq: "YEARLY", byday: "-1SU", bymonth: 3 }),
]);

describe("zones from a VTIMEZONE", () => {
  it("gives the same as the IANA zone it describes, gap and overlap included (CAL-53, RFC 5545 3.6.5)", () => {
    const embedded = embeddedZone(outlook);
    for (let hour = 0; hour < 9000; hour++) {
      const local = Date.UTC(2026, 0) + hour * 3_600_000 + 1_800_000;
      expect(embedded?.toUtc(local)).toBe(zone("Europe/Berlin").toUtc(local));
    }
  });

  it("takes the end of a rule, further rules and RDATE into account (RFC 5545 3.6.5)", () => {
    const newYork = embeddedZone(
      vtimezone("NY", [
        observance("daylight", "-05:00", "-04:00", "1987-04-05T02:00:00", {
          ...{ freq: "YEARLY", bymonth: 4, byday: "1SU", until: "2006-04-02T07:00:00Z" },
        }),
        observance("daylight", "-05:00", "-04:00", "2007-03-11T02:00:00", { freq: "YEARLY", bymonth: 3, byday: "2SU" }),
        observance("standard", "-04:00", "-05:00", "1967-10-29T02:00:00", {
          ...{ freq: "YEARLY", bymonth: 10, byday: "-1SU", until: "2006-10-29T06:00:00Z" },
        }),
        observance("standard", "-04:00", "-05:00", "2007-11-04T02:00:00", {
          freq: "YEARLY",
          bymonth: 11,
          byday: "1SU",
        }),
      ]),
    );
    for (let at = Date.UTC(1990, 0); at < Date.UTC(2030, 0); at += 5 * 86_400_000) {
      expect(newYork?.offsetAt(at), iso(at)).toBe(zone("America/New_York").offsetAt(at));
    }
  });

  it("survives odd rules and gives nothing for an empty zone (CAL-53)", () => {
    expect(embeddedZone(vtimezone("empty", []))).toBeUndefined();
    const odd = observance("daylight", "+01:00", "+02:00", "2020-01-01T00:00:00", { freq: "SECONDLY", interval: 1 });
    const offset = (): number | undefined =>
      embeddedZone(vtimezone("odd", [odd, odd, odd]))?.offsetAt(Date.UTC(2026, 0));
    expect(offset()).toBe(7200);
    expect(offset).toCostUnder(50);
  });

  it("prefers the server's data for names of places, wherever they stand in the TZID (CAL-53)", () => {
    const wrong = observance("standard", "+05:00", "+05:00", "1970-01-01T00:00:00");
    const timezones = new Map([
      ["Europe/Berlin", vtimezone("Europe/Berlin", [wrong])],
      ["Meine Zone", vtimezone("Meine Zone", [wrong], [["x-lic-location", {}, "text", "Europe/Berlin"]])],
      ["W. Europe Standard Time", outlook],
      ["Custom", vtimezone("Custom", [wrong])],
    ]);
    const summer = Date.UTC(2026, 6, 1);
    expect(zoneOf("Europe/Berlin", timezones)).toBe(zone("Europe/Berlin"));
    expect(zoneOf("Meine Zone", timezones)).toBe(zone("Europe/Berlin"));
    expect(zoneOf("/freeassociation.sourceforge.net/Europe/Berlin")).toBe(zone("Europe/Berlin"));
    expect(zoneOf("/mozilla.org/20050126_1/America/Argentina/Buenos_Aires")).toBe(
      zone("America/Argentina/Buenos_Aires"),
    );
    expect(zoneOf("W. Europe Standard Time", timezones)?.id).toBe("Mitteleuropa");
    expect(zoneOf("w. europe standard time")).toBe(zone("Europe/Berlin"));
    expect(zoneOf("Custom", timezones)?.offsetAt(summer)).toBe(5 * 3600);
    expect(zoneOf("(UTC+05:30) Chennai, Kolkata")?.offsetAt(summer)).toBe(5.5 * 3600);
    expect(zoneOf("Nowhere")).toBeUndefined();
    expect([isKnownTzid("Europe/Kyiv"), isKnownTzid("Nowhere/At all")]).toEqual([true, false]);
  });

  it("knows every Windows name of the CLDR (CAL-53)", () => {
    const names = Object.keys(WINDOWS_ZONES);
    expect(names.length).toBeGreaterThan(135);
    expect(names.filter((name) => windowsZone(name) === undefined)).toEqual([]);
  });
});

describe("zones to write", () => {
  it("gives a VTIMEZONE under the name asked for", () => {
    expect(vtimezoneOf("US/Eastern")).toMatch(/^BEGIN:VTIMEZONE\r\nTZID:US\/Eastern\r\n[\s\S]*END:VTIMEZONE\r\n$/);
    expect(vtimezoneOf("Nowhere/Else")).toBeUndefined();
  });
  it("names fixed offsets", () => {
    expect(fixedZone(-19_800).id).toBe("UTC-0530");
  });
});

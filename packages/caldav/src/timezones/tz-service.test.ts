import { describe, expect, it } from "vitest";
import { timezoneService } from "./tz-service.js";

const RELEASE = "2025b";

function get(address: string, headers: Readonly<Record<string, string>> = {}) {
  const { pathname, searchParams } = new URL(address, "https://mail.example");
  return timezoneService({ path: pathname, query: searchParams, headers: new Map(Object.entries(headers)) }, RELEASE);
}
const document = (address: string) => JSON.parse(get(address).body);
const tzids = (address: string): string[] => document(address).timezones.map(({ tzid }: { tzid: string }) => tzid);

describe("time zone service", () => {
  it("tells its actions and formats (RFC 7808 5.1)", () => {
    const { version, info, actions } = document("/tz/capabilities");
    expect(version).toBe(1);
    expect(info).toMatchObject({ "primary-source": "IANA:2025b", truncated: { any: false, untruncated: true } });
    expect(info.formats).toEqual(["text/calendar", "application/calendar+json", "application/calendar+xml"]);
    expect(actions.map(({ name }: { name: string }) => name)).toEqual([
      "capabilities",
      "list",
      "get",
      "expand",
      "find",
      "leapseconds",
    ]);
    const expand = actions.find(({ name }: { name: string }) => name === "expand");
    expect(expand).toEqual({
      name: "expand",
      "uri-template": "/tz/zones{/tzid}/observances{?start,end}",
      parameters: [
        { name: "start", required: true, multi: false },
        { name: "end", required: true, multi: false },
      ],
    });
  });

  it("tells the leap seconds, and until when it knows (RFC 7808 5.6, 6.4)", () => {
    const { expires, publisher, version, leapseconds } = document("/tz/leapseconds");
    expect([expires, version]).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      expect.stringMatching(/^Bulletin C \d+$/),
    ]);
    expect(publisher).toBe("IERS");
    expect(leapseconds[0]).toEqual({ "utc-offset": 10, onset: "1972-01-01" });
    expect(leapseconds).toContainEqual({ "utc-offset": 37, onset: "2017-01-01" });
    const offsets = leapseconds.map((each: Record<string, unknown>) => each["utc-offset"]);
    expect(offsets).toEqual(Array.from({ length: 28 }, (_, i) => i + 10));
  });

  it.each(["text/html", "application/json", "text/calendar;q=0"])(
    "is 406 to who takes none of the formats: %s (RFC 7808 5.3)",
    (accept) => {
      const { status, body } = get("/tz/zones/UTC", { accept });
      expect(status).toBe(406);
      expect(JSON.parse(body)).toMatchObject({ type: "urn:ietf:params:tzdist:error:invalid-format", status: 406 });
    },
  );

  it("takes the usual Accept of a browser (RFC 7808 4.1.3)", () => {
    expect(get("/tz/zones/UTC", { accept: "text/html,application/xhtml+xml,*/*;q=0.8" }).status).toBe(200);
  });

  it("lists all zones, and none to who has them (RFC 7808 5.2)", () => {
    const { synctoken, timezones } = document("/tz/zones");
    expect(timezones.length).toBeGreaterThan(400);
    expect(timezones[0]).toMatchObject({ etag: RELEASE, publisher: "IANA", version: RELEASE });
    expect(document(`/tz/zones?changedsince=${synctoken}`)).toEqual({ synctoken, timezones: [] });
    expect(tzids("/tz/zones?changedsince=2024a")).toEqual(tzids("/tz/zones"));
  });

  it.each([
    ["Europe/Berlin", ["Europe/Berlin"]],
    ["*/new york", ["America/New_York"]],
    ["EUROPE/BER*", ["Europe/Berlin"]],
    ["*erli*", ["Europe/Berlin"]],
    ["nowhere", []],
  ])("finds %s (RFC 7808 5.5)", (pattern, expected) => {
    expect(tzids(`/tz/zones?pattern=${encodeURIComponent(pattern)}`)).toEqual(expected);
  });

  it.each(["Europe%2FBerlin", "Europe/Berlin"])("gives a zone as a calendar: %s (RFC 7808 5.3)", (name) => {
    const { status, headers, body } = get(`/tz/zones/${name}`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ "Content-Type": "text/calendar; charset=utf-8", Vary: "Accept", ETag: '"2025b"' });
    expect(body).toMatch(
      /^BEGIN:VCALENDAR\r\n[\s\S]*BEGIN:VTIMEZONE\r\nTZID:Europe\/Berlin\r\n[\s\S]*END:VCALENDAR\r\n$/,
    );
  });

  it("gives it as jCal and xCal by Accept, with tags of their own (RFC 7808 4.1.3)", () => {
    const jcal = get("/tz/zones/Europe%2FBerlin", { accept: "application/calendar+json" });
    expect(JSON.parse(jcal.body)[2][0][1]).toEqual([["tzid", {}, "text", "Europe/Berlin"]]);
    expect(jcal.headers.ETag).toBe('"2025b-jcal"');
    const xcal = get("/tz/zones/Europe%2FBerlin", { accept: "application/calendar+xml" });
    expect(xcal.headers["Content-Type"]).toBe("application/calendar+xml; charset=utf-8");
    expect(xcal.body).toContain("Europe/Berlin");
  });

  it("answers 304 to who has it (RFC 7808 4.1.4)", () => {
    expect(get("/tz/zones/UTC", { "if-none-match": '"2025b"' })).toMatchObject({ status: 304, body: "" });
    expect(get("/tz/zones/UTC", { "if-none-match": '"2024a"' }).status).toBe(200);
  });

  it("tells the offsets of a range (RFC 7808 5.4)", () => {
    const range = "start=2008-01-01T00:00:00Z&end=2008-06-01T00:00:00Z";
    expect(document(`/tz/zones/America%2FNew_York/observances?${range}`)).toEqual({
      tzid: "America/New_York",
      start: "2008-01-01T00:00:00Z",
      end: "2008-06-01T00:00:00Z",
      observances: [
        { name: "Standard", onset: "2008-01-01T00:00:00Z", "utc-offset-from": -18000, "utc-offset-to": -18000 },
        { name: "Daylight", onset: "2008-03-09T07:00:00Z", "utc-offset-from": -18000, "utc-offset-to": -14400 },
      ],
    });
  });

  it.each([
    ["/tz", 400, "invalid-action"],
    ["/tz/leapseconds/more", 400, "invalid-action"],
    ["/tz/capabilities/more", 400, "invalid-action"],
    ["/tz/zones?changedsince=2025b&changedsince=2025b", 400, "invalid-changedsince"],
    ["/tz/zones?pattern=a*&pattern=b*", 400, "invalid-pattern"],
    [
      "/tz/zones/UTC/observances?start=2008-01-01T00:00:00Z&start=2008-01-01T00:00:00Z&end=2009-01-01T00:00:00Z",
      400,
      "invalid-start",
    ],
    [
      "/tz/zones/UTC/observances?start=2008-01-01T00:00:00Z&end=2009-01-01T00:00:00Z&end=2009-01-01T00:00:00Z",
      400,
      "invalid-end",
    ],
    ["/tz/zones?changedsince=x%20y", 400, "invalid-changedsince"],
    ["/tz/zones?pattern=", 400, "invalid-pattern"],
    ["/tz/zones?pattern=*", 400, "invalid-pattern"],
    ["/tz/zones?pattern=a*b", 400, "invalid-pattern"],
    ["/tz/zones/Europe%2FNowhere", 404, "tzid-not-found"],
    ["/tz/zones/%E0", 404, "tzid-not-found"],
    ["/tz/zones/UTC?start=2008-01-01T00:00:00Z", 400, "invalid-start"],
    ["/tz/zones/UTC?end=2008-01-01T00:00:00Z", 400, "invalid-end"],
    ["/tz/zones/UTC/observances?end=2008-01-01T00:00:00Z", 400, "invalid-start"],
    ["/tz/zones/UTC/observances?start=2008-02-01T00:00:00Z&end=2008-01-01T00:00:00Z", 400, "invalid-end"],
    ["/tz/zones/UTC/observances?start=2008-02-01T00:00:00Z&end=9008-01-01T00:00:00Z", 400, "invalid-end"],
  ])("refuses %s with %i %s (RFC 7808 4.1.7)", (address, status, name) => {
    const answer = get(address);
    expect(answer.status).toBe(status);
    expect(answer.headers["Content-Type"]).toBe("application/problem+json");
    expect(JSON.parse(answer.body)).toMatchObject({ type: `urn:ietf:params:tzdist:error:${name}`, status });
  });
});

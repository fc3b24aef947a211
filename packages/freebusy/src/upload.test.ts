import { ianaZone, utcZone } from "@kalends/icalendar";
import { describe, expect, it } from "vitest";
import { readUpload, uploadText } from "./upload.js";

const file = (...lines: readonly string[]) =>
  Buffer.from(`BEGIN:VCALENDAR\r\n${lines.join("\r\n")}\r\nEND:VCALENDAR\r\n`);
const BODY = [
  "BEGIN:VFREEBUSY",
  "DTSTART:20260101T000000Z",
  "DTEND:20260301T000000Z",
  "FREEBUSY:20260105T090000Z/20260105T100000Z,20260105T093000Z/PT2H",
  "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260107T090000Z/PT1H",
  "FREEBUSY;FBTYPE=FREE:20260109T090000Z/PT1H",
  "END:VFREEBUSY",
];
const at = (text: string) => Date.parse(text);
const read = (source: Uint8Array, zone = utcZone) => readUpload(source, zone);
const periodsOf = (source: Uint8Array, zone = utcZone) => {
  const outcome = read(source, zone);
  return outcome.ok ? outcome.upload.periods : outcome;
};

describe("a published file", () => {
  it("is read as a window and merged, sorted busy time by type (DSC-84, DSC-87)", () => {
    expect(read(file("VERSION:2.0", "METHOD:PUBLISH", ...BODY))).toEqual({
      ok: true,
      upload: {
        start: at("2026-01-01T00:00Z"),
        end: at("2026-03-01T00:00Z"),
        periods: [
          { start: at("2026-01-05T09:00Z"), end: at("2026-01-05T11:30Z"), type: "BUSY" },
          { start: at("2026-01-07T09:00Z"), end: at("2026-01-07T10:00Z"), type: "BUSY-TENTATIVE" },
        ],
      },
    });
  });

  it.each([
    ["VERSION:1.0", "PRODID:-//Microsoft Corporation//Outlook 9.0 MIMEDIR//EN"],
    ["ORGANIZER:betty", "X-JUNK"],
    ["ORGANIZER;CN=B\xe9tty:MAILTO:betty", "URL:not a url"],
  ])("is tolerated with %s and %s (VFB-10)", (...odd) => {
    expect(periodsOf(file(...odd, ...BODY))).toEqual(periodsOf(file("VERSION:2.0", ...BODY)));
  });

  it("has local times in the zone of the account, or the one it names (VFB-10)", () => {
    const local = file("VERSION:2.0", ...BODY.map((line) => line.replaceAll("00Z", "00")));
    const berlin = ianaZone("Europe/Berlin");
    expect(periodsOf(local, berlin)).toMatchObject([
      { start: at("2026-01-05T08:00Z"), end: at("2026-01-05T10:30Z") },
      { start: at("2026-01-07T08:00Z") },
    ]);
  });

  it("speaks of the time between its first and last period when it does not say (VFB-10)", () => {
    const bare = file("BEGIN:VFREEBUSY", "FREEBUSY:20260105T090000Z/PT1H,20260106T090000Z/PT1H,", "END:VFREEBUSY");
    expect(read(bare)).toMatchObject({ upload: { start: at("2026-01-05T09:00Z"), end: at("2026-01-06T10:00Z") } });
  });

  const two = [...BODY, ...BODY];
  const event = [...BODY, "BEGIN:VEVENT", "DTSTART:20260105T090000Z", "END:VEVENT"];
  const long = BODY.map((line) => line.replace("20260301", "20310301"));
  it.each([
    [415, "This is no free/busy file", Buffer.from("<html>hello</html>")],
    [415, "This is no free/busy file", Buffer.from("")],
    [415, "This is no free/busy file", file(...BODY.slice(0, -1))],
    [415, "This is no free/busy file", file(...BODY, "BEGIN:VFREEBUSY", "DTSTART:20261301T000000Z", "END:VFREEBUSY")],
    [403, "holds no VEVENT", file(...event)],
    [403, "this one has more", file(...two)],
    [403, "this one has none", file("VERSION:2.0")],
    [403, "METHOD:REQUEST is a message", file("METHOD:REQUEST", ...BODY)],
    [403, "which time it speaks of", file("BEGIN:VFREEBUSY", "END:VFREEBUSY")],
    [403, "at most 36 months", file(...long)],
  ])("is refused with %i and a line: %s (DSC-85)", (status, note, source) => {
    expect(read(source)).toMatchObject({ ok: false, status, note: expect.stringContaining(note) });
  });

  it("is accepted for 36 months (VFB-09)", () => {
    expect(read(file(...BODY.map((line) => line.replace("20260301", "20290101"))))).toMatchObject({ ok: true });
  });

  it("is kept in UTC with DTSTAMP and a mailto organizer (VFB-10, RFC 5546 3.3.1)", () => {
    const outcome = read(file("ORGANIZER:betty", ...BODY));
    if (!outcome.ok) throw new Error(outcome.note);
    const text = uploadText(outcome.upload, at("2026-01-02T00:00Z"), {
      uuid: "u",
      login: "betty",
      domain: "x.example",
    });
    expect(text).toContain("DTSTAMP:20260102T000000Z\r\nDTSTART:20260101T000000Z\r\nDTEND:20260301T000000Z\r\n");
    expect(text).toContain("ORGANIZER:mailto:betty@x.example\r\n");
    expect(text).toContain("FREEBUSY:20260105T090000Z/20260105T113000Z\r\n");
  });
});

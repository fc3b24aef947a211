import { ianaZone, utcZone } from "@kalends/icalendar";
import fc from "fast-check";

export const DAY = 86_400_000;
export const BASE = Date.UTC(2026, 0, 1);
const digits = (time: number) => new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, "");

/** A DATE, floating, zoned or UTC value of a property, somewhere within a week. */
export const moment = fc.record({
  hour: fc.integer({ min: 0, max: 6 * 24 }),
  form: fc.constantFrom("date", "floating", "zoned", "utc"),
});
type Moment = { readonly hour: number; readonly form: string };
export function line(name: string, { hour, form }: Moment, add = 0): string {
  const value = digits(BASE + (hour + add) * 3_600_000);
  if (form === "date") return `${name};VALUE=DATE:${digits(BASE + Math.floor((hour + add) / 24) * DAY).slice(0, 8)}`;
  if (form === "zoned") return `${name};TZID=Pacific/Auckland:${value}`;
  return `${name}:${value}${form === "utc" ? "Z" : ""}`;
}

/** What is drawn of an object: its lines, without UID and without an end. */
export type Drawn = readonly [uid: string, lines: readonly string[]];

/** Where another component of the same object begins. */
export const OVERRIDE = "END:VEVENT";

export const rule = fc.constantFrom(
  null,
  "FREQ=DAILY;COUNT=5",
  "FREQ=WEEKLY",
  "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3",
  "FREQ=YEARLY",
);
const exceptions = fc.subarray(["EXDATE", "EXDATE of another form", "RDATE", "override", "THISANDFUTURE"], {
  maxLength: 2,
});
const form = fc.constantFrom("date", "floating", "zoned", "utc");
/** What makes an event busy or free for Ann. */
const said = fc.constantFrom<readonly string[]>(
  [],
  [],
  ["STATUS:TENTATIVE"],
  ["STATUS:CANCELLED"],
  ["TRANSP:TRANSPARENT"],
  ["ATTENDEE;PARTSTAT=DECLINED:mailto:Ann@mail.example"],
  ["ATTENDEE:mailto:bob@mail.example", "ATTENDEE;PARTSTAT=TENTATIVE:MAILTO:ANN@MAIL.EXAMPLE"],
  ["ATTENDEE;PARTSTAT=DECLINED:mailto:joann@mail.example"],
);
const vevent = fc
  .record({ at: moment, hours: fc.constantFrom(null, 0, 1, 24, 100, 200), rule, has: exceptions, other: form, said })
  .map(({ at, hours, rule, has, other, said }) => [
    "BEGIN:VEVENT",
    line("DTSTART", at),
    ...(hours === null ? [] : [at.form === "date" ? line("DTEND", at, hours + 24) : line("DTEND", at, hours)]),
    ...said,
    ...(rule ? [`RRULE:${rule}`] : []),
    ...(has.includes("EXDATE") ? [line("EXDATE", at, 7 * 24)] : []),
    ...(has.includes("EXDATE of another form") ? [line("EXDATE", { ...at, form: other })] : []),
    ...(has.includes("RDATE") ? [line("RDATE", at, 30)] : []),
    ...(has.includes("override")
      ? [OVERRIDE, line("RECURRENCE-ID", at), line("DTSTART", { ...at, form: other }, 40)]
      : []),
    ...(has.includes("THISANDFUTURE") && !has.includes("override")
      ? [OVERRIDE, line("RECURRENCE-ID;RANGE=THISANDFUTURE", at, 14 * 24), line("DTSTART", at, 14 * 24 + 30)]
      : []),
  ]);
export const vtodo = fc
  .record({ at: moment, has: fc.subarray(["DTSTART", "DUE", "COMPLETED", "CREATED"]), rule })
  .map(({ at, has, rule }) => [
    "BEGIN:VTODO",
    ...(has.includes("DTSTART") ? [line("DTSTART", at)] : []),
    ...(has.includes("DUE") ? [line("DUE", at, 48)] : []),
    ...(has.includes("COMPLETED") ? [line("COMPLETED", { ...at, form: "utc" }, 60)] : []),
    ...(has.includes("CREATED") ? [line("CREATED", { ...at, form: "utc" }, -60)] : []),
    ...(rule && has.includes("DTSTART") ? [`RRULE:${rule}`] : []),
  ]);
export const vjournal = moment.map((at) => ["BEGIN:VJOURNAL", line("DTSTART", at)]);

export const object: fc.Arbitrary<Drawn> = fc.tuple(
  fc.constantFrom("u", "U-Ä", "ué", "x"),
  fc.oneof(vevent, vtodo, vjournal),
);

export const zones = [utcZone, ianaZone("Pacific/Kiritimati"), ianaZone("Pacific/Pago_Pago")].flatMap(
  (zone) => zone ?? [],
);

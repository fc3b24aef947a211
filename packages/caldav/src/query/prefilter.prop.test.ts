import { analyseObject, type CalendarFilter, type CompFilter, ianaZone, matches, utcZone } from "@kalends/icalendar";
import { raw, sql, writeObjects } from "@kalends/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCollection, calendar, limits, openWorld, person, type World } from "../../test/world.js";
import { objectLimits } from "../limits.js";
import { storedObject } from "../read/stored-object.js";
import { prefilter } from "./prefilter.js";

const DAY = 86_400_000;
const BASE = Date.UTC(2026, 0, 1);
const digits = (time: number) => new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, "");

/** A DATE, floating, zoned or UTC value of a property, somewhere within a week. */
const moment = fc.record({
  hour: fc.integer({ min: 0, max: 6 * 24 }),
  form: fc.constantFrom("date", "floating", "zoned", "utc"),
});
type Moment = { readonly hour: number; readonly form: string };
function line(name: string, { hour, form }: Moment, add = 0): string {
  const value = digits(BASE + (hour + add) * 3_600_000);
  if (form === "date") return `${name};VALUE=DATE:${digits(BASE + Math.floor((hour + add) / 24) * DAY).slice(0, 8)}`;
  if (form === "zoned") return `${name};TZID=Pacific/Auckland:${value}`;
  return `${name}:${value}${form === "utc" ? "Z" : ""}`;
}

/** Where another component of the same object begins. */
const OVERRIDE = "END:VEVENT";

const rule = fc.constantFrom(
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
const vevent = fc
  .record({ at: moment, hours: fc.constantFrom(null, 0, 1, 24, 100, 200), rule, has: exceptions, other: form })
  .map(({ at, hours, rule, has, other }) => [
    "BEGIN:VEVENT",
    line("DTSTART", at),
    ...(hours === null ? [] : [at.form === "date" ? line("DTEND", at, hours + 24) : line("DTEND", at, hours)]),
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
const vtodo = fc
  .record({ at: moment, has: fc.subarray(["DTSTART", "DUE", "COMPLETED", "CREATED"]), rule })
  .map(({ at, has, rule }) => [
    "BEGIN:VTODO",
    ...(has.includes("DTSTART") ? [line("DTSTART", at)] : []),
    ...(has.includes("DUE") ? [line("DUE", at, 48)] : []),
    ...(has.includes("COMPLETED") ? [line("COMPLETED", { ...at, form: "utc" }, 60)] : []),
    ...(has.includes("CREATED") ? [line("CREATED", { ...at, form: "utc" }, -60)] : []),
    ...(rule && has.includes("DTSTART") ? [`RRULE:${rule}`] : []),
  ]);
const vjournal = moment.map((at) => ["BEGIN:VJOURNAL", line("DTSTART", at)]);

const object = fc.tuple(fc.constantFrom("u", "U-Ä", "ué", "x"), fc.oneof(vevent, vtodo, vjournal));

const hour = fc.integer({ min: -24, max: 7 * 24 }).map((hours) => BASE + hours * 3_600_000);
const YEAR = 365 * DAY;
/** Ranges at the beginning, around the end of what the index covers, and beyond it. */
const shift = fc.constantFrom(0, 0, 0, 2 * YEAR - 20 * DAY, 2 * YEAR + 30 * DAY, 5 * YEAR);
const times = fc
  .tuple(fc.option(hour), fc.option(hour), shift)
  .map(([a, b, by]) => [a === null ? null : a + by, b === null ? null : b + by] as const);
const range = times.map(([a, b]) => {
  const start = a === null ? Number.NEGATIVE_INFINITY : b === null ? a : Math.min(a, b);
  const end = b === null ? Number.POSITIVE_INFINITY : a === null ? b : Math.max(a, b) + 3_600_000;
  return { start, end };
});
const props = fc.array(
  fc.record({
    name: fc.constantFrom("UID", "SUMMARY", "DTSTART"),
    textMatch: fc.record({
      text: fc.constantFrom("u", "U", "É", "ä", ""),
      negate: fc.boolean(),
      collation: fc.constantFrom("i;octet" as const, "i;ascii-casemap" as const, "i;unicode-casemap" as const),
    }),
  }),
  { maxLength: 1 },
);
const test = fc.constantFrom("allof" as const, "anyof" as const);
const comp = fc.record(
  { name: fc.constantFrom("VEVENT", "VTODO", "VJOURNAL", "*", "VTIMEZONE"), test, timeRange: range, props },
  { requiredKeys: ["name"] },
) as fc.Arbitrary<CompFilter>;
const timed: fc.Arbitrary<CompFilter> = fc.record({
  name: fc.constantFrom("VEVENT", "VEVENT", "VTODO", "VJOURNAL"),
  timeRange: range,
});
const none: fc.Arbitrary<CompFilter> = fc.constantFrom("VEVENT", "VTODO").map((name) => ({ name, isNotDefined: true }));
const inCalendar = (comps: fc.Arbitrary<CompFilter[]>): fc.Arbitrary<CalendarFilter> =>
  fc.record({ name: fc.constant("VCALENDAR"), test, comps });
const filter = fc.oneof(
  inCalendar(fc.array(fc.oneof({ arbitrary: comp, weight: 4 }, none), { maxLength: 2 })),
  inCalendar(timed.map((each) => [each])),
);

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.db.close());

const zones = [utcZone, ianaZone("Pacific/Kiritimati"), ianaZone("Pacific/Pago_Pago")].flatMap((zone) => zone ?? []);

async function store(slug: string, objects: readonly (readonly [string, readonly string[]])[]) {
  const collection = await addCollection(world, "ann", slug);
  const members = objects.flatMap(([uid, lines], i) => {
    const name = `${i}.ics`;
    const kind = lines[0]?.slice(6) ?? "";
    const rest = [`UID:${uid}-${i}`, "DTSTAMP:20260101T000000Z", `END:${kind}`];
    const between = [...rest, `BEGIN:${kind}`];
    const text = calendar(...lines.flatMap((each) => (each === OVERRIDE ? between : [each])), ...rest);
    const read = analyseObject(new TextEncoder().encode(text), objectLimits(limits, { components: [] }), BASE);
    if (!read.ok) return [];
    const { index, component, occurrences } = read.value;
    return [
      {
        ...index,
        name,
        uid: read.value.uid,
        component,
        etag: name,
        size: text.length,
        data: text,
        index: JSON.stringify(index),
        occurrences,
        scheduleTag: null,
        expect: "none" as const,
      },
    ];
  });
  await world.db.rows(writeObjects({ collection, by: person(world, "ann").id, via: "test", members, removals: [] }));
  // Some were reckoned with other time zone data, or by a program that knew nothing of occurrences.
  await world.db
    .rows(sql`update object set basis = case name when '1.ics' then '1 1999z' when '2.ics' then '1 2999a' else '' end
    where collection_id = ${collection} and name in ('1.ics', '2.ics', '3.ics')`);
  return { collection, members };
}

describe("prefilter", () => {
  it("holds for all that match, and is certain only of what matches, whatever the zone (CAL-81; decision 0008)", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { minLength: 20, maxLength: 40 }),
        fc.array(filter, { minLength: 12, maxLength: 20 }),
        async (objects, filters) => {
          run += 1;
          const { collection, members } = await store(`c${run}`, objects);
          for (const each of filters) {
            const { where, certain, rest, exact } = prefilter(each, collection);
            const rows = await world.db.rows<{ name: string; may: boolean; is: boolean; rest: boolean }>(
              sql`select o.name, coalesce(${where}, false) as may, coalesce(${certain ?? raw("false")}, false) as "is", coalesce(${rest}, false) as rest from object o where o.collection_id = ${collection}`,
            );
            const judged = new Map(rows.map((row) => [row.name, row]));
            for (const member of members) {
              const read = storedObject(member.data);
              if (!read.ok) throw new Error("a stored object cannot be read");
              const verdicts = zones.map((zone) => matches(read.value, each, zone, { instances: 1_000 }));
              const row = judged.get(member.name);
              if (verdicts.includes(true)) expect(row, member.data).toMatchObject({ may: true });
              if (row?.is) expect(verdicts, member.data).not.toContain(false);
              expect(row?.rest, member.data).toBe(row?.may === true && !row.is);
              if (exact) expect(row?.may).toBe(row?.is);
            }
          }
        },
      ),
      { numRuns: Number(process.env.KALENDS_PROP_RUNS ?? 20) },
    );
  });
});

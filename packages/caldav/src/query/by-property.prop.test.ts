import { analyseObject, type CalendarFilter, type CompFilter, type PropFilter } from "@kalends/icalendar";
import { writeObjects } from "@kalends/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { BASE, line, moment, rule, vjournal, vtodo } from "../../test/arbitrary-objects.js";
import { expectAgreement } from "../../test/verdicts.js";
import { addCollection, calendar, limits, openWorld, person, type World } from "../../test/world.js";
import { objectLimits } from "../limits.js";

const vevent = fc
  .record({ at: moment, hours: fc.constantFrom(null, 0, 1, 24, 100), rule })
  .map(({ at, hours, rule }) => [
    "BEGIN:VEVENT",
    line("DTSTART", at),
    ...(hours === null ? [] : [at.form === "date" ? line("DTEND", at, hours + 24) : line("DTEND", at, hours)]),
    ...(rule ? [`RRULE:${rule}`] : []),
  ]);

const more = fc.subarray([
  ...["STATUS:NEEDS-ACTION", "SUMMARY:Été U", "CLASS:PUBLIC", "TRANSP:OPAQUE", "ORGANIZER;CN=A:mailto:A@x", "X-A:u"],
  ...["CATEGORIES:u,ä", "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:u\r\nTRIGGER:-PT1H\r\nEND:VALARM"],
]);
/** What the index cannot keep as it is. */
const odd = fc.constantFrom(
  ...[null, null, null, "STATUS:completed", "SUMMARY:1\r\nSUMMARY:2", "TRANSP: TRANSPARENT ", "SUMMARY;VALUE=X-INT:2"],
);
const content = fc.tuple(more, odd).map(([lines, last]) => {
  const name = last?.slice(0, 4);
  return last === null ? lines : [...lines.filter((line) => line.slice(0, 4) !== name), last];
});
/** Another instance of a series, with content of its own. */
const override = fc.option(fc.tuple(moment, content), { freq: 3 });

const object = fc
  .tuple(fc.constantFrom("u", "U-Ä", "ué", "x"), fc.oneof(vevent, vtodo, vjournal), content, override)
  .map(([uid, lines, own, other]) => {
    const rest = other && [lines[0] ?? "", "RECURRENCE-ID:20260105T000000Z", line("DTSTART", other[0]), ...other[1]];
    return [uid, [...lines, ...own], rest] as const;
  });

const hour = fc.integer({ min: -24, max: 7 * 24 }).map((hours) => BASE + hours * 3_600_000);
const range = fc.tuple(fc.option(hour), fc.option(hour)).map(([a, b]) => {
  const start = a === null ? Number.NEGATIVE_INFINITY : b === null ? a : Math.min(a, b);
  const end = b === null ? Number.POSITIVE_INFINITY : a === null ? b : Math.max(a, b) + 3_600_000;
  return { start, end };
});
const sought = fc.constantFrom("u", "U", "É", "ä", "", "completed", "NEEDS", "PUBLIC", "Mailto:a", "2");
const textMatch = fc.record(
  {
    text: sought,
    negate: fc.boolean(),
    collation: fc.constantFrom("i;octet" as const, "i;ascii-casemap" as const, "i;unicode-casemap" as const),
    match: fc.constantFrom("contains" as const, "equals" as const, "starts-with" as const, "ends-with" as const),
  },
  { requiredKeys: ["text"] },
);
const asked = fc.constantFrom(
  ...[
    "UID",
    "SUMMARY",
    "DTSTART",
    "STATUS",
    "status",
    "COMPLETED",
    "CLASS",
    "TRANSP",
    "ORGANIZER",
    "CATEGORIES",
    "X-A",
  ],
);
const prop: fc.Arbitrary<PropFilter> = fc.oneof(
  fc.record({ name: asked, isNotDefined: fc.boolean() }),
  fc.record({ name: asked, textMatch, test: fc.constantFrom("allof" as const, "anyof" as const) }),
  fc.record({ name: asked, params: fc.constant([{ name: "CN" }]) }),
  fc.record({ name: fc.constantFrom("DTSTART", "DTEND", "DUE", "COMPLETED"), timeRange: range }),
);
const props = fc.array(prop, { maxLength: 3 });
const alarm: fc.Arbitrary<CompFilter> = fc.oneof(
  fc.record({ name: fc.constant("VALARM"), isNotDefined: fc.boolean() }),
  fc.record({ name: fc.constant("VALARM"), timeRange: range }),
);
const test = fc.constantFrom("allof" as const, "anyof" as const);
const comp = fc.record(
  {
    ...{
      name: fc.constantFrom("VEVENT", "VTODO", "VTODO", "VJOURNAL", "*", "VTIMEZONE"),
      test,
      timeRange: range,
      props,
    },
    comps: fc.array(alarm, { maxLength: 1 }),
  },
  { requiredKeys: ["name"] },
) as fc.Arbitrary<CompFilter>;
const timed: fc.Arbitrary<CompFilter> = fc.record({
  name: fc.constantFrom("VEVENT", "VEVENT", "VTODO", "VJOURNAL"),
  timeRange: range,
});
const none: fc.Arbitrary<CompFilter> = fc.constantFrom("VEVENT", "VTODO").map((name) => ({ name, isNotDefined: true }));
const tested = fc.record({ name: fc.constantFrom("VEVENT", "VTODO", "VJOURNAL"), test, props });
const inCalendar = (comps: fc.Arbitrary<CompFilter[]>): fc.Arbitrary<CalendarFilter> =>
  fc.record({ name: fc.constant("VCALENDAR"), test, comps });
const filter = fc.oneof(
  inCalendar(fc.array(fc.oneof({ arbitrary: comp, weight: 4 }, none), { maxLength: 2 })),
  inCalendar(timed.map((each) => [each])),
  inCalendar(tested.map((each) => [each])),
);

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.db.close());

type Drawn = readonly [uid: string, lines: readonly string[], override: readonly string[] | null];

async function store(slug: string, objects: readonly Drawn[]) {
  const collection = await addCollection(world, "ann", slug);
  const members = objects.flatMap(([uid, lines, override], i) => {
    const name = `${i}.ics`;
    const kind = lines[0]?.slice(6) ?? "";
    const end = [`UID:${uid}-${i}`, "DTSTAMP:20260101T000000Z", `END:${kind}`];
    const text = calendar(...lines, ...end, ...(override ? [...override, ...end] : []));
    const read = analyseObject(new TextEncoder().encode(text), objectLimits(limits, { components: [] }), BASE);
    if (!read.ok) return [];
    const { index, component } = read.value;
    return [
      {
        ...index,
        name,
        uid: read.value.uid,
        component,
        etag: name,
        size: text.length,
        data: text,
        index: i % 7 === 0 ? "{}" : JSON.stringify(index),
        scheduleTag: null,
        expect: "none" as const,
      },
    ];
  });
  await world.db.rows(writeObjects({ collection, by: person(world, "ann").id, via: "test", members, removals: [] }));
  return { collection, members };
}

describe("prefilter by properties", () => {
  it("says of properties what the exact match says, or that the object must be read (CAL-66 to CAL-70; decision 0031)", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { minLength: 20, maxLength: 40 }),
        fc.array(filter, { minLength: 12, maxLength: 20 }),
        async (objects, filters) => {
          run += 1;
          const { collection, members } = await store(`c${run}`, objects);
          for (const each of filters) await expectAgreement(world, each, collection, members);
        },
      ),
      { numRuns: Number(process.env.KALENDS_PROP_RUNS ?? 20) },
    );
  });
});

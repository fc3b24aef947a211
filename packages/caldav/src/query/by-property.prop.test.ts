import type { CompFilter, PropFilter } from "@kalends/icalendar";
import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { absent, alone, collation, inCalendar, range, test, timed } from "../../test/arbitrary-filters.js";
import { line, moment, OVERRIDE, rule, vjournal, vtodo } from "../../test/arbitrary-objects.js";
import { expectAgreements } from "../../test/verdicts.js";
import { openWorld, type World } from "../../test/world.js";

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
    const rest = other ? [OVERRIDE, "RECURRENCE-ID:20260105T000000Z", line("DTSTART", other[0]), ...other[1]] : [];
    return [uid, [...lines, ...own, ...rest]] as const;
  });

const timeRange = range(fc.constant(0));
const sought = fc.constantFrom("u", "U", "É", "ä", "", "completed", "NEEDS", "PUBLIC", "Mailto:a", "2");
const textMatch = fc.record(
  {
    text: sought,
    negate: fc.boolean(),
    collation,
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
  fc.record({ name: fc.constantFrom("DTSTART", "DTEND", "DUE", "COMPLETED"), timeRange }),
);
const props = fc.array(prop, { maxLength: 3 });
const alarm: fc.Arbitrary<CompFilter> = fc.oneof(
  fc.record({ name: fc.constant("VALARM"), isNotDefined: fc.boolean() }),
  fc.record({ name: fc.constant("VALARM"), timeRange }),
);
const comp = fc.record(
  {
    ...{
      name: fc.constantFrom("VEVENT", "VTODO", "VTODO", "VJOURNAL", "*", "VTIMEZONE"),
      test,
      timeRange,
      props,
    },
    comps: fc.array(alarm, { maxLength: 1 }),
  },
  { requiredKeys: ["name"] },
) as fc.Arbitrary<CompFilter>;
const tested = fc.record({ name: fc.constantFrom("VEVENT", "VTODO", "VJOURNAL"), test, props });
const filter = fc.oneof(
  inCalendar(fc.array(fc.oneof({ arbitrary: comp, weight: 4 }, absent), { maxLength: 2 })),
  alone(timed(timeRange)),
  alone(tested),
);

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.db.close());

describe("prefilter by properties", () => {
  it("says of properties what the exact match says, or that the object must be read (CAL-66 to CAL-70; decision 0031)", async () => {
    await expectAgreements(world, object, filter, (place) => place % 7 !== 0);
  });
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { OBJECT_FIXTURES, fixture } from "../testing/ics.js";
import { openJoin } from "./join.js";
import { layoutOf, printLayout, readLayout } from "./layout.js";
import { readOctets } from "./octets.js";

const numRuns = Number(process.env.KALENDS_PROPERTY_RUNS ?? 400);

const tzid = fc.constantFrom("Home", "Europe/Berlin", "Nowhere/Land", "A B", "Zürich");
/** Lines that mean something to whoever takes a calendar apart, in their usual form or in an odd one. */
const odd = fc.constantFrom(
  "",
  " ",
  "  BEGIN:VEVENT",
  "\tEND:VEVENT",
  "begin:vevent",
  "BEGIN:VEVENT ",
  "BEG",
  " IN:VALARM",
  "E",
  " ND:VALARM",
  "END:VALARM",
  "\u00a0BEGIN:VEVENT",
  "END:VCALENDAR",
  "BEGIN:VTIMEZONE",
  "TZID:Home",
  "TZID;X-A=b:Home",
  "TZ",
  " ID:Home",
  "X-LIC-LOCATION:Home",
  'DTSTART;TZID="Home":20260101T100000',
  "DESCRIPTION:see ;TZID=Home:there",
  'X-A;TZID="Home;TZID=Europe/Berlin":x',
  "DTSTART;TZ",
  " ID=Home:20260101T100000",
  "TZID:Ho\\nme",
);
const inner = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom("SUMMARY:Zoë", "UID:1", "X-A:1") },
  { weight: 1, arbitrary: odd },
);
const noise = fc.oneof(
  { weight: 24, arbitrary: fc.constant<string[]>([]) },
  { weight: 1, arbitrary: odd.map((line) => [line]) },
);

const zone = fc
  .record({ tzid, offset: fc.constantFrom("+0100", "+0200"), more: noise })
  .map(({ tzid, offset, more }) => [
    "BEGIN:VTIMEZONE",
    `TZID:${tzid}`,
    ...more,
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    `TZOFFSETFROM:${offset}`,
    `TZOFFSETTO:${offset}`,
    "END:STANDARD",
    "END:VTIMEZONE",
  ]);
const event = fc
  .record({
    tzid: fc.option(tzid),
    lines: fc.array(inner, { maxLength: 3 }),
    alarm: fc.option(fc.array(inner, { maxLength: 2 })),
  })
  .map(({ tzid, lines, alarm }) => [
    "BEGIN:VEVENT",
    ...(tzid === null ? ["DTSTART:20260101T100000Z"] : [`DTSTART;TZID=${tzid}:20260101T100000`]),
    ...lines,
    ...(alarm === null ? [] : ["BEGIN:VALARM", ...alarm, "END:VALARM"]),
    "END:VEVENT",
  ]);
const part = fc.oneof({ weight: 2, arbitrary: zone }, { weight: 3, arbitrary: event });
const object = fc
  .tuple(
    fc.constantFrom("-//Test//EN", "-//Größe//EN"),
    noise,
    fc.array(fc.tuple(part, noise), { maxLength: 4 }),
    noise,
  )
  .map(([prodid, before, parts, after]) =>
    [
      "BEGIN:VCALENDAR",
      "VERSION:2.0",
      `PRODID:${prodid}`,
      ...before,
      ...parts.flat(2),
      "END:VCALENDAR",
      ...after,
      "",
    ].join("\r\n"),
  );

const decoder = new TextDecoder();
const encoder = new TextEncoder();

const textOf = (added: Uint8Array | string) => (typeof added === "string" ? added : decoder.decode(added));

/** The chunks of a calendar, which objects were damaged, and how many have a layout. */
function joined(texts: readonly string[], withLayouts: boolean) {
  const damaged: number[] = [];
  const { head, add, end } = openJoin({ prodid: "-//Test//EN" }, (index) => damaged.push(index));
  let known = 0;
  const chunks = texts.map((text) => {
    const bytes = encoder.encode(text);
    const layout = layoutOf(text, bytes.byteLength);
    if (layout !== null) known += 1;
    const added = withLayouts ? add(bytes, layout && readLayout(printLayout(layout))) : add(text);
    return textOf(added);
  });
  return { chunks: [head, ...chunks, end, ...damaged.map(String)], known };
}

const clean = (texts: readonly (string | Uint8Array)[]): readonly string[] =>
  texts.flatMap((text) => {
    const octets = readOctets(text);
    return octets.ok ? [octets.value.text] : [];
  });

it("layouts change nothing of what is joined (RFC 5545 3.6.5)", () => {
  let [known, all] = [0, 0];
  fc.assert(
    fc.property(fc.array(object, { maxLength: 6 }), (objects) => {
      const texts = clean(objects);
      const fast = joined(texts, true);
      known += fast.known;
      all += texts.length;
      expect(fast.chunks).toEqual(joined(texts, false).chunks);
    }),
    { numRuns },
  );
  expect(known).toBeGreaterThan(all / 8);
});

it("layouts change nothing of real objects either, and nearly all of them have one", () => {
  const texts = clean([...OBJECT_FIXTURES, ...OBJECT_FIXTURES].map(fixture));
  const fast = joined(texts, true);
  expect(fast.chunks).toEqual(joined(texts, false).chunks);
  expect(fast.known).toBeGreaterThan(texts.length * 0.8);
});

it("a layout of another text is passed over", () => {
  const texts = clean(OBJECT_FIXTURES.map(fixture)).filter((text) => layoutOf(text, 0) !== null);
  const all = texts.map((text) => ({ text, bytes: encoder.encode(text) }));
  const [first] = all;
  const { head, add } = openJoin({ prodid: "-//Test//EN" });
  const chunks = [head, ...all.map(({ bytes }) => add(bytes, first && layoutOf(first.text, first.bytes.byteLength)))];
  expect(chunks.map(textOf)).toEqual(joined(texts, false).chunks.slice(0, -1));
});

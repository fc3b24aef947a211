import { readdirSync, readFileSync } from "node:fs";
import { generateObject, objectText } from "../generators/calendar.js";
import type { Random } from "../generators/random.js";
import { oneOf } from "./chance.js";
import { mutated } from "./mutate.js";
import { octets } from "./shot.js";

const FIXTURES = new URL("../../../../test-fixtures/", import.meta.url);

const filesOf = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, FIXTURES))
    .filter((name) => name.endsWith(".ics"))
    .sort()
    .map((name) => readFileSync(new URL(folder + name, FIXTURES), "latin1"));

/** Calendars to begin with, one character an octet: those of programs and the odd ones. */
const corpus: readonly string[] = [...filesOf("ics/"), ...filesOf("odd/")];

const EVIL_LINES = [
  "RRULE:FREQ=SECONDLY",
  "RRULE:FREQ=SECONDLY;COUNT=99999999",
  "RRULE:FREQ=MINUTELY;UNTIL=99991231T235959Z",
  "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
  "RRULE:FREQ=DAILY;BYSETPOS=-366;BYDAY=MO",
  "RRULE:FREQ=YEARLY;INTERVAL=99999999",
  "RRULE:FREQ=YEARLY;BYYEARDAY=366;BYDAY=MO;BYWEEKNO=53;BYHOUR=1;BYSETPOS=2",
  "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31",
  "RRULE:FREQ=MONTHLY;BYDAY=5MO,-5SU,6TU;COUNT=1000",
  `RRULE:FREQ=YEARLY;BYHOUR=${list(0, 24)};BYMINUTE=${list(0, 60)};BYSECOND=${list(0, 60)}`,
  `RRULE:FREQ=DAILY;BYSECOND=${list(0, 60)};BYMINUTE=${list(0, 60)};COUNT=10000`,
  "RRULE:FREQ=HOURLY;INTERVAL=0",
  "RRULE:FREQ=DAILY;INTERVAL=-1",
  "RRULE:FREQ=WEEKLY;BYDAY=XX",
  "RRULE:FREQ=YEARLY;RSCALE=CHINESE;SKIP=FORWARD",
  "RRULE:FREQ=YEARLY;RSCALE=HEBREW;BYMONTH=5L",
  "RRULE:COUNT=1",
  "EXRULE:FREQ=SECONDLY",
  `RDATE:${stamps(3000)}`,
  `EXDATE:${stamps(3000)}`,
  "RDATE;VALUE=PERIOD:20260101T000000Z/P99999D,20260101T000000Z/19700101T000000Z",
  "DTSTART:00000101T000000Z",
  "DTSTART:99991231T235959Z",
  "DTSTART;VALUE=DATE:99991231",
  "DTSTART:-20260101T000000Z",
  "DTSTART;TZID=Nowhere/None:20260301T023000",
  "DTSTART;TZID=Europe/Berlin:20260329T023000",
  "DTSTART;TZID=:20260101T000000",
  "DTSTART;TZID=Etc/GMT+99:20260101T000000",
  "DTEND:10000101T000000Z",
  "DURATION:P99999999999W",
  "DURATION:-P1D",
  "DURATION:PT0S",
  "DURATION:P1Y",
  "DUE:20260101T000000Z",
  "RECURRENCE-ID:20260101T000000Z",
  "RECURRENCE-ID;RANGE=THISANDFUTURE:20260101T000000Z",
  "SEQUENCE:99999999999999999999",
  "UID:",
  `UID:${"u".repeat(5000)}`,
  "UID:a\\,b\\;c",
  "UID:/../x",
  "SUMMARY:\u0000",
  "SUMMARY:\u2028",
  "BEGIN:VALARM",
  "END:VALARM",
  "BEGIN:VEVENT",
  "END:VEVENT",
  "BEGIN:VCALENDAR",
  "END:VCALENDAR",
  "BEGIN:VTIMEZONE",
  "END:VTIMEZONE",
  "TZID:Europe/Berlin",
  "TZOFFSETFROM:+9999",
  "TZOFFSETTO:-0000",
  "TZOFFSETTO:+240000",
  "TRIGGER:-P99999999D",
  "TRIGGER;RELATED=END:PT",
  "REPEAT:999999999",
  "METHOD:REQUEST",
  "CALSCALE:JULIAN",
  'ATTENDEE;CN="a";X="b","c":mailto:x@y',
  `ATTENDEE:mailto:${"x".repeat(2000)}`,
  "ORGANIZER:",
  "X-__PROTO__:1",
  "__proto__:1",
  "CONSTRUCTOR;CONSTRUCTOR=1:x",
  ":",
  ";",
  "=",
  "A",
  ";x:y",
  "SUMMARY;;:x",
  'SUMMARY;A="unclosed:x',
  "GEO:91;181",
  "GEO:x",
  "ATTACH;ENCODING=BASE64;VALUE=BINARY:!!",
  "FREEBUSY:20260101T000000Z/PT1H",
  "FREEBUSY:99991231T235959Z/P99999D",
  "CLASS:PRIVATE",
  "STATUS:CANCELLED",
  "TRANSP:TRANSPARENT",
  "CATEGORIES:,,,,",
  "PRIORITY:-9",
  "COMPLETED:20260101",
  "PERCENT-COMPLETE:101",
  "BUSYTYPE:BUSY",
  "PROXIMITY:ARRIVE",
] as const;

function list(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, n) => from + n).join(",");
}

function stamps(count: number): string {
  return Array.from(
    { length: count },
    (_, n) => `2026${two(1 + (n % 12))}${two(1 + (n % 28))}T${two(n % 24)}${two(n % 60)}00Z`,
  ).join(",");
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

type Edit = (random: Random, lines: string[]) => void;

const at = (random: Random, lines: readonly string[]): number => random.int(lines.length + 1);

const EDITS: readonly [Edit, ...Edit[]] = [
  (random, lines) => void lines.splice(at(random, lines), 0, octets(random.pick(EVIL_LINES))),
  (random, lines) => void lines.splice(inEvent(lines), 0, octets(random.pick(EVIL_LINES))),
  (random, lines) => void lines.splice(inEvent(lines), 0, octets(random.pick(EVIL_LINES))),
  (random, lines) => void lines.splice(at(random, lines), 1),
  (random, lines) => void lines.splice(at(random, lines), 0, lines[random.int(lines.length)] ?? ""),
  (random, lines) => swapLike(random, lines),
  (random, lines) => swapLike(random, lines),
  (random, lines) => exchange(lines, random.int(lines.length), random.int(lines.length)),
  (random, lines) => exchange(lines, random.int(lines.length), random.int(lines.length)),
  (random, lines) => repeatPart(random, lines),
  (random, lines) =>
    void lines.splice(at(random, lines), 0, `SUMMARY:${"y".repeat(random.pick([100, 10_000, 200_000]))}`),
  (random, lines) => void lines.splice(inEvent(lines), 0, `X-P${";A=b".repeat(random.pick([1, 100, 5000]))}:x`),
  (random, lines) => nest(random, lines),
];

const inEvent = (lines: readonly string[]): number =>
  lines.findIndex((line) => /^BEGIN:V(EVENT|TODO|JOURNAL)/i.test(line)) + 1;

/** A line takes the place of one of the same name, the way broken writers do it. */
function swapLike(random: Random, lines: string[]): void {
  const evil = octets(random.pick(EVIL_LINES));
  const name = /^[^;:]*/.exec(evil)?.[0] ?? "";
  const found = lines.findIndex((line) => line.startsWith(name));
  lines.splice(found < 0 ? inEvent(lines) : found, found < 0 ? 0 : 1, evil);
}

function exchange(lines: string[], a: number, b: number): void {
  const [one = "", other = ""] = [lines[a], lines[b]];
  lines[a] = other;
  lines[b] = one;
}

function repeatPart(random: Random, lines: string[]): void {
  const from = random.int(lines.length);
  const part = lines.slice(from, from + 1 + random.int(12));
  const times = random.pick([2, 10, 150]);
  lines.splice(from, 0, ...Array.from({ length: times }, () => part).flat());
}

function nest(random: Random, lines: string[]): void {
  const times = random.pick([1, 5, 400]);
  const name = random.pick(["VEVENT", "VALARM", "X-A", "VCALENDAR"]);
  lines.splice(
    inEvent(lines),
    0,
    ...Array.from({ length: times }, () => `BEGIN:${name}`),
    ...Array.from({ length: times }, () => `END:${name}`),
  );
}

const fresh = (random: Random): string => octets(objectText(generateObject(7, random.int(400))));

/** A calendar, one character an octet: from the corpus or generated, then mostly with evil lines or damaged octets. */
export function drawCalendar(random: Random): string {
  const text = random.oneIn(2) ? fresh(random) : oneOf(random, corpus);
  if (random.oneIn(10)) return text;
  const lines = text.split(/\r\n|\n/);
  for (let left = random.int(4); left > 0; left--) random.pick(EDITS)(random, lines);
  const edited = lines.join(random.oneIn(15) ? "\n" : "\r\n");
  return random.oneIn(3) ? mutated(random, edited) : edited;
}

const JCAL = [
  "vcalendar",
  [
    ["version", {}, "text", "2.0"],
    ["prodid", {}, "text", "-//x//EN"],
  ],
  [
    [
      "vevent",
      [
        ["uid", {}, "text", "j1"],
        ["dtstamp", {}, "date-time", "2026-01-01T00:00:00Z"],
        ["dtstart", { tzid: "Europe/Berlin" }, "date-time", "2026-03-01T10:00:00"],
        ["duration", {}, "duration", "PT1H"],
        ["rrule", {}, "recur", { freq: "WEEKLY", byday: ["MO", "TU"], count: 5 }],
        ["exdate", {}, "date-time", "2026-03-08T10:00:00", "2026-03-09T10:00:00"],
        ["categories", {}, "text", "a", "b"],
        ["geo", {}, "float", [1.5, 2]],
      ],
      [],
    ],
  ],
];
const XCAL =
  '<?xml version="1.0" encoding="utf-8"?><icalendar xmlns="urn:ietf:params:xml:ns:icalendar-2.0"><vcalendar><properties><version><text>2.0</text></version><prodid><text>x</text></prodid></properties><components><vevent><properties><uid><text>x1</text></uid><dtstamp><date-time>2026-01-01T00:00:00Z</date-time></dtstamp><dtstart><parameters><tzid><text>Europe/Berlin</text></tzid></parameters><date-time>2026-03-01T10:00:00</date-time></dtstart><rrule><recur><freq>WEEKLY</freq><count>5</count><byday>MO</byday></recur></rrule><exdate><date>2026-03-08</date></exdate></properties></vevent></components></vcalendar></icalendar>';

const JSON_VALUES = [
  "null",
  "[]",
  "{}",
  '""',
  "1e400",
  "-0",
  "true",
  '"\\ud800"',
  "[[[[[[[[[[]]]]]]]]]]",
  '{"__proto__":1}',
  '"\\u0000"',
] as const;

/** jCal and xCal (RFC 7265, RFC 6321), mostly with one value changed or damaged. */
export function drawOtherFormat(random: Random): { readonly type: string; readonly body: string } {
  if (random.oneIn(2))
    return { type: "application/calendar+xml", body: random.oneIn(8) ? octets(XCAL) : mutated(random, octets(XCAL)) };
  const text = JSON.stringify(JCAL);
  const places = [...text.matchAll(/"[^"]*"|\d+|\[\]|\{\}/g)];
  const place = places[random.int(places.length)];
  const changed =
    place === undefined
      ? text
      : text.slice(0, place.index) + random.pick(JSON_VALUES) + text.slice(place.index + place[0].length);
  const body = octets(random.oneIn(8) ? "[".repeat(random.pick([10, 50_000])) : changed);
  return { type: "application/calendar+json", body: random.oneIn(3) ? mutated(random, body) : body };
}

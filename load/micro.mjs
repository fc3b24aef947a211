// `npm run bench:micro`: microseconds of processor time for one call of what requests are made of.
//   npm run bench:micro -- [part of a name] [--seconds 1]
import { parseArgs } from "node:util";
import { prefilter, MAX_DATE_TIME, MIN_DATE_TIME } from "@kalends/caldav";
import { readXml } from "@kalends/dav-xml";
import {
  analyseObject,
  expand,
  joinCalendar,
  matches,
  OBJECT_PARSE_LIMITS,
  parseCalendar,
  printCalendar,
  readObject,
  splitCalendar,
  subset,
  utcZone,
} from "@kalends/icalendar";
import { event, fileOf } from "./data/event.mjs";
import { MONTH } from "./data/times.mjs";
import { figure, table } from "./report/table.mjs";
import { multiget, queryRange } from "./wire/requests.mjs";

const COUNT = 500;
const LIMITS = {
  maxBytes: 1_048_576,
  maxInstances: 5000,
  maxAttendees: 300,
  minDateTime: MIN_DATE_TIME,
  maxDateTime: MAX_DATE_TIME,
  components: ["VEVENT", "VTODO"],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "1" } },
});
const [wanted = ""] = positionals;
const seconds = Number(values.seconds);

const events = Array.from({ length: COUNT }, (_, index) => event("micro", index));
const octets = events.map(({ text }) => Buffer.from(text));
const parsed = events.map(({ text }) => parseCalendar(text, OBJECT_PARSE_LIMITS).value);
const objects = parsed.map((calendar) => readObject(calendar).value);
const recurring = objects.filter((_, index) => events[index].lines.some((line) => line.startsWith("RRULE:")));
const file = Buffer.from(fileOf(events));
const range = { start: MONTH.from, end: MONTH.to };
const filter = { name: "VCALENDAR", comps: [{ name: "VEVENT", timeRange: range }] };
const instances = { instances: 1000 };
const hrefs = events.slice(0, 50).map(({ uid }) => `/CalDAV/~bench/bench/${uid}.ics`);
const small = Buffer.from(queryRange(MONTH).body);
const large = Buffer.from(multiget(hrefs).body);

/** Each takes the number of the call. */
const pieces = [
  ["read the XML of a calendar-query", () => readXml(small)],
  ["read the XML of a multiget of 50", () => readXml(large)],
  ["parse an event", (n) => parseCalendar(events[n % COUNT].text, OBJECT_PARSE_LIMITS)],
  ["see an event as an object", (n) => readObject(parsed[n % COUNT])],
  ["analyse an event that is stored", (n) => analyseObject(octets[n % COUNT], LIMITS, MONTH.from)],
  ["write an event", (n) => printCalendar(parsed[n % COUNT])],
  ["expand a month of a recurring event", (n) => expand(recurring[n % recurring.length], range, utcZone, instances)],
  [
    "write the month of a recurring event, expanded",
    (n) => subset(recurring[n % recurring.length], { expand: range }, utcZone, { maxInstances: 1000 }),
  ],
  ["judge an event by a time range", (n) => matches(objects[n % COUNT], filter, utcZone, instances)],
  ["plan a query of a month", () => prefilter(filter, 7)],
  ["split a file of 500 events", () => splitCalendar(file)],
  ["join 500 events to a file", () => joined()],
];

function joined() {
  let length = 0;
  for (const piece of joinCalendar(
    events.map(({ text }) => text),
    { prodid: "-//Kalends//Benchmark//EN" },
  ))
    length += piece.length;
  return length;
}

/** Microseconds a call, the least of three runs: other work on the machine only ever adds. */
function measured(piece) {
  let calls = 0;
  const runs = [];
  for (let run = 0; run < 3; run++) {
    const began = process.cpuUsage();
    const first = calls;
    const until = performance.now() + (seconds * 1000) / 3;
    do piece(calls++);
    while (performance.now() < until);
    const { user, system } = process.cpuUsage(began);
    runs.push((user + system) / (calls - first));
  }
  return Math.min(...runs);
}

const rows = [];
for (const [name, piece] of pieces) {
  if (!name.includes(wanted)) continue;
  piece(0);
  const microseconds = measured(piece);
  rows.push([name, figure(microseconds), figure(1_000_000 / microseconds)]);
}
console.log(table(["", "microseconds", "a second"], rows));

import { describe, expect, it } from "vitest";
import { bytes, calendar, event, LIMITS, NOW } from "../testing/ics.js";
import { analyseObject } from "./analyse.js";
import { splitCalendar } from "./split.js";

const START = "DTSTART:20260101T100000Z";
const many = (count: number, make: (n: number) => string) => Array.from({ length: count }, (_, n) => make(n));
const ROOMY = { ...LIMITS, maxBytes: 50_000_000 };
/** Far above what each takes, far below what a quadratic reading would take. */
const MILLISECONDS = 3000;

const inputs: readonly [string, () => string | Uint8Array][] = [
  ["a line of 10 MB", () => calendar(...event(START, `SUMMARY:${"x".repeat(10_000_000)}`))],
  [
    "a folded line of 10 MB",
    () => calendar(...event(START, `SUMMARY:${many(150_000, () => "x".repeat(66)).join("\r\n ")}`)),
  ],
  ["100 000 properties", () => calendar(...event(START, ...many(100_000, (n) => `X-${n}:1`)))],
  ["5 000 nested components", () => calendar(...many(5000, () => "BEGIN:VEVENT"), ...many(5000, () => "END:VEVENT"))],
  ["a NUL", () => calendar(...event(START, "SUMMARY:\u0000"))],
  ["latin-1", () => new Uint8Array(Buffer.from(calendar(...event(START, "SUMMARY:Größe")), "latin1"))],
  ["UTF-16", () => new Uint8Array(Buffer.from(`\uFEFF${calendar(...event(START))}`, "utf16le"))],
  ["two calendars", () => calendar(...event(START)) + calendar(...event(START))],
  ["an empty body", () => ""],
  ["BEGIN:VCALENDAR alone", () => "BEGIN:VCALENDAR"],
  ["a million line breaks", () => "\r\n".repeat(1_000_000)],
  ["a million colons", () => ":".repeat(1_000_000)],
  ["unclosed quotes", () => calendar(...many(20_000, () => 'X;A="b:c'))],
  ["carriage returns inside a line", () => calendar(...event(START, `SUMMARY:${"\r".repeat(500_000)}x`))],
];

function timed<T>(run: () => T): T {
  let result: T | undefined;
  expect(() => (result = run())).toCostUnder(MILLISECONDS);
  return result as T;
}

describe("hostile input", () => {
  it.each(inputs)("%s is a finding and quick (RFC 4791 5.3.2.1)", (_, make) => {
    const source = make();
    const octets = typeof source === "string" ? bytes(source) : source;
    const result = timed(() => analyseObject(octets, ROOMY, NOW));
    expect(result.ok ? [] : result.findings.map((each) => each.message.length > 10)).toContain(true);
    timed(() => splitCalendar(octets));
  });

  const costly: readonly [string, readonly string[]][] = [
    ["60 000 parameters", event(`DTSTART${many(60_000, (n) => `;X${n % 500}=1`).join("")}:20260101T100000Z`)],
    ["a list of 60 000 dates", event(START, `EXDATE:${many(60_000, () => "20260102T100000Z").join(",")}`)],
    ["a million escapes", event(START, `SUMMARY:${"\\n".repeat(500_000)}`)],
    ["a rule of 200 000 numbers", event(START, `RRULE:FREQ=YEARLY;BYYEARDAY=${many(200_000, () => "1").join(",")}`)],
    ["rules without any day", event(START, ...many(100, () => "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"))],
    ["hundreds of dense rules", event(START, ...many(300, () => "RRULE:FREQ=SECONDLY;INTERVAL=3600;BYSECOND=0"))],
    [
      "4 000 overrides",
      [
        ...event(START, "RRULE:FREQ=HOURLY"),
        ...many(4000, (n) =>
          event(START, `RECURRENCE-ID:2026${String(1 + (n % 12)).padStart(2, "0")}01T100000Z`).join("\r\n"),
        ),
      ],
    ],
    ["a description full of TZID parameters", event(START, `DESCRIPTION:${";TZID=Europe/Berlin".repeat(30_000)}`)],
    ["a sign in the wrong place", event(START, `X-A;B=${'"'.repeat(500_000)}:`)],
  ];

  it.each(costly)("%s costs no more than its size", (_, lines) => {
    timed(() => analyseObject(bytes(calendar(...lines)), ROOMY, NOW));
    timed(() => splitCalendar(calendar(...lines)));
  });

  const list = (count: number, from = 0) => many(count, (n) => String(n + from)).join(",");
  const DAYS = many(26, (n) => `${n + 1}MO,-${n + 1}TU,${n + 1}WE,-${n + 1}TH,${n + 1}FR,-${n + 1}SA,${n + 1}SU`).join(
    ",",
  );
  const rules = [
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2",
    "FREQ=WEEKLY;BYMONTH=3;BYSETPOS=9;COUNT=5",
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30,31;COUNT=9",
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=7;COUNT=9",
    "FREQ=HOURLY;BYYEARDAY=1;BYMONTH=7;COUNT=9",
    "FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1;COUNT=9",
    "FREQ=SECONDLY;INTERVAL=86399;BYHOUR=3;BYMINUTE=30;BYSECOND=1;BYMONTH=2;BYMONTHDAY=30;COUNT=9",
    "FREQ=MINUTELY;INTERVAL=60",
    `FREQ=MINUTELY;INTERVAL=60;BYMONTHDAY=${list(31, 1)};BYYEARDAY=${list(366, 1)};BYDAY=${DAYS}`,
    `FREQ=YEARLY;BYMONTH=2,4,6,9,11;BYMONTHDAY=31;BYYEARDAY=${list(366, 1)};BYDAY=${DAYS};COUNT=9`,
    `FREQ=MONTHLY;BYMONTH=2,4,6,9,11;BYMONTHDAY=31;BYDAY=${DAYS};COUNT=9`,
    `FREQ=YEARLY;BYDAY=${DAYS};BYHOUR=${list(24)};BYMINUTE=${list(60)};BYSECOND=${list(60)};BYSETPOS=366;COUNT=9`,
    `FREQ=SECONDLY;INTERVAL=61;BYSECOND=${list(60)};BYMINUTE=7;BYHOUR=3;BYDAY=${DAYS}`,
  ];

  it.each([1, 4, 32])("costs under 50 ms of processor time with %s rules of any kind (RFC 4791 5.2.8)", (count) => {
    for (const rule of rules) {
      const source = bytes(calendar(...event(START, ...many(count, () => `RRULE:${rule}`))));
      expect(() => analyseObject(source, LIMITS, NOW), rule).toCostUnder(50);
    }
  });

  it("takes four rules whose instances must be counted, and no more (RFC 4791 5.2.8)", () => {
    const analysis = (count: number) =>
      analyseObject(
        bytes(calendar(...event(START, ...many(count, () => "RRULE:FREQ=MINUTELY;INTERVAL=60")))),
        LIMITS,
        NOW,
      );
    expect(analysis(4).ok).toBe(true);
    expect(analysis(5)).toMatchObject({ findings: [{ code: "max-instances", property: "RRULE", line: 12 }] });
  });

  it.each<[string, () => readonly string[]]>([
    ["dates one a line", () => event(START, "RRULE:FREQ=DAILY", ...many(3000, () => "EXDATE:20260102T100000Z"))],
    ["dates in a list", () => event(START, `EXDATE:${many(6000, () => "20260102T100000Z").join(",")}`)],
    ["parameters", () => event(START, `X${many(10_000, (n) => `;A${n}=1`).join("")}:x`)],
    ["fields with escapes", () => event(START, `REQUEST-STATUS:${"\\n;".repeat(40_000)}`)],
    [
      "dates in a zone with many observances",
      () => zoned(`EXDATE;TZID=Odd:${many(3000, () => "20260102T100000").join(",")}`),
    ],
  ])("costs under 50 ms of processor time with 100 KiB of %s (RFC 4791 5.3.2.1)", (_, lines) => {
    const source = bytes(calendar(...lines()));
    expect(() => analyseObject(source, LIMITS, NOW)).toCostUnder(50);
  });
});

/** An event in a zone of its own, whose VTIMEZONE must not be read again for each of its times. */
function zoned(...lines: readonly string[]): readonly string[] {
  const standard = [
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "END:STANDARD",
  ];
  const zone = ["BEGIN:VTIMEZONE", "TZID:Odd", ...many(500, () => standard.join("\r\n")), "END:VTIMEZONE"];
  return [...zone, ...event("DTSTART;TZID=Odd:20260101T100000", "RRULE:FREQ=DAILY", ...lines)];
}

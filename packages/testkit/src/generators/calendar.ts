import { vtimezoneOf } from "@kalends/icalendar";
import { type Random, seededRandom } from "./random.js";
import { calendarText } from "./text.js";

const ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney"] as const;
const SUMMARIES = ["Frühstück mit Zoë", "会議", "Team meeting", "Zahnarzt", "Réunion d’équipe", "🎉 Party"] as const;
const DAYS = ["MO", "TU", "WE", "TH", "FR"] as const;
const LONG = "Bring the papers, the ledger and – above all – the coffee; seats are by the window. ";

const two = (n: number): string => String(n).padStart(2, "0");

/** One object of a generated calendar. */
export interface GeneratedObject {
  readonly uid: string;
  readonly component: "VEVENT" | "VTODO" | "VJOURNAL";
  /** Content lines of all its components. */
  readonly lines: readonly string[];
  /** Its zone, when it has one. */
  readonly tzid: string | null;
}

interface When {
  readonly date: string;
  readonly time: string;
  readonly start: string;
  readonly end: string;
  readonly tzid: string | null;
}

function when(random: Random): When {
  const tzid = random.oneIn(2) ? random.pick(ZONES) : null;
  const [month, day, hour] = [1 + random.int(12), 1 + random.int(28), 6 + random.int(14)];
  const date = `${2024 + random.int(4)}${two(month)}${two(day)}`;
  const time = `${two(hour)}${random.pick(["00", "15", "30", "45"])}00`;
  if (tzid === null && random.oneIn(5)) {
    return { date, time: "", start: `;VALUE=DATE:${date}`, end: "", tzid: null };
  }
  const [parameter, suffix] = tzid === null ? ["", "Z"] : [`;TZID=${tzid}`, ""];
  const until = `${two(hour + 1)}${time.slice(2)}`;
  return {
    date,
    time: `T${time}${suffix}`,
    start: `${parameter}:${date}T${time}${suffix}`,
    end: `${parameter}:${date}T${until}${suffix}`,
    tzid,
  };
}

/** A weekly series with a day left out and one moved. */
function series(
  random: Random,
  uid: string,
  at: When,
): { readonly rule: readonly string[]; readonly moved: readonly string[] } {
  const parameter = at.start.slice(0, at.start.indexOf(":"));
  const day = Number(at.date.slice(6));
  const rule = [`RRULE:FREQ=DAILY;COUNT=${5 + random.int(20)}`];
  if (day > 26) return { rule: [`RRULE:FREQ=WEEKLY;BYDAY=${random.pick(DAYS)}`], moved: [] };
  const nth = (days: number): string => `${parameter}:${at.date.slice(0, 6)}${two(day + days)}${at.time}`;
  const moved = [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20240101T000000Z",
    `RECURRENCE-ID${nth(1)}`,
    `DTSTART${nth(2)}`,
    "SUMMARY:Moved",
    "END:VEVENT",
  ];
  return { rule: [...rule, `EXDATE${nth(2)}`], moved };
}

function event(random: Random, uid: string): GeneratedObject {
  const at = when(random);
  const repeated = random.oneIn(10) ? series(random, uid, at) : null;
  const lines = [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20240101T000000Z",
    `DTSTART${at.start}`,
    ...(at.end === "" ? [] : [`DTEND${at.end}`]),
    ...(repeated?.rule ?? []),
    `SUMMARY:${random.pick(SUMMARIES)}`,
    ...(random.oneIn(3) ? [`DESCRIPTION:${LONG.repeat(1 + random.int(3)).replaceAll(/[,;]/g, "\\$&")}`] : []),
    ...(random.oneIn(4) ? ["X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC", "CATEGORIES:Work,Home"] : []),
    "END:VEVENT",
    ...(repeated?.moved ?? []),
  ];
  return { uid, component: "VEVENT", lines, tzid: at.tzid };
}

function task(random: Random, uid: string): GeneratedObject {
  const at = when(random);
  const lines = ["BEGIN:VTODO", `UID:${uid}`, "DTSTAMP:20240101T000000Z", `DUE${at.start}`, "SUMMARY:Errand"];
  const done = random.oneIn(3) ? ["STATUS:COMPLETED", "COMPLETED:20250101T120000Z"] : ["STATUS:NEEDS-ACTION"];
  return { uid, component: "VTODO", lines: [...lines, ...done, "END:VTODO"], tzid: at.tzid };
}

function journal(random: Random, uid: string): GeneratedObject {
  const lines = ["BEGIN:VJOURNAL", `UID:${uid}`, "DTSTAMP:20240101T000000Z", `DTSTART;VALUE=DATE:${when(random).date}`];
  return { uid, component: "VJOURNAL", lines: [...lines, "SUMMARY:Notes", "END:VJOURNAL"], tzid: null };
}

/** The nth object of a seed: mostly events, one in ten of them recurring, half of them in a zone; some tasks, few journals. */
export function generateObject(seed: number, n: number): GeneratedObject {
  const random = seededRandom(seed * 1_000_003 + n);
  const uid = `${seed}-${n}@generated.example`;
  if (random.oneIn(10)) return task(random, uid);
  if (random.oneIn(50)) return journal(random, uid);
  return event(random, uid);
}

const zoneTexts = new Map<string, string>();

function zoneText(tzid: string): string {
  const known = zoneTexts.get(tzid) ?? vtimezoneOf(tzid) ?? "";
  zoneTexts.set(tzid, known);
  return known;
}

/** An object as the text of a resource, with its VTIMEZONE. */
export const objectText = ({ lines, tzid }: GeneratedObject): string =>
  calendarText(lines, tzid === null ? [] : [zoneText(tzid)]);

/** A calendar of `count` objects as one file, for imports and whole-file uploads. */
export function bigCalendar(count: number, seed = 1): string {
  const lines: string[] = [];
  for (let n = 0; n < count; n++) lines.push(...generateObject(seed, n).lines);
  return calendarText(lines, ZONES.map(zoneText));
}

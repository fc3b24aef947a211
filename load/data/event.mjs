// Events: about 1.2 KiB each, one in ten recurring, one in ten all-day, half of the others with a time zone; a fifth
// has attendees, two fifths an alarm. Among the recurring ones some have exceptions and a moved instance.
import { digest, draws } from "./random.mjs";
import { drawRule, ruleText, starts } from "./rules.mjs";
import { calendarText, escaped } from "./text.mjs";
import { DAY, HOUR, MINUTE, dateText, utcText, wallText } from "./times.mjs";
import { PEOPLE, PLACES, prose, TITLES } from "./words.mjs";
import { zones } from "./zones.mjs";

const FIRST_DAY = Date.UTC(2022, 0, 3);
const LONG_AGO = Date.UTC(2008, 0, 7);
const SPAN = 5 * 365;
const ZONES = ["Europe/Berlin", "Europe/Berlin", "America/Chicago", "America/Chicago", "Asia/Tokyo", "Asia/Kathmandu"];

/** A day that every month and every year has. */
const safeDay = (time) => (new Date(time).getUTCDate() > 28 ? time - 4 * DAY : time);

function drawTimes(draw, away) {
  const recurring = draw.chance(0.1);
  const zoned = draw.chance(0.5);
  let allDay = draw.chance(0.1);
  let start = safeDay((away ? LONG_AGO : FIRST_DAY) + draw.below(SPAN) * DAY);
  let rule = null;
  if (recurring) {
    start = safeDay(start - draw.below(200) * DAY);
    rule = drawRule(draw, start, away);
    allDay = rule.freq === "YEARLY";
  }
  if (!allDay) start += (7 + draw.below(11)) * HOUR + draw.one([0, 0, 15, 30, 45]) * MINUTE;
  if (rule?.lengthDays !== undefined) rule.until = start + rule.lengthDays * DAY;
  const length = allDay ? draw.one([1, 1, 1, 2, 3]) * DAY : draw.one([15, 30, 30, 60, 60, 60, 90, 120]) * MINUTE;
  return { start, length, allDay, rule, zone: !allDay && zoned ? draw.one(ZONES) : null };
}

function drawExceptions(draw, times) {
  const excluded = new Set();
  const moved = new Map();
  if (times.rule === null || times.allDay) return { excluded, moved };
  const first = [];
  for (const time of starts(times, Infinity)) if (first.push(time) === 40) break;
  if (first.length < 4) return { excluded, moved };
  if (draw.chance(0.3)) for (const _ of [1, 2]) excluded.add(draw.one(first.slice(1)));
  const other = draw.one(first.slice(1));
  if (draw.chance(0.3) && !excluded.has(other)) moved.set(other, other + 2 * HOUR);
  return { excluded, moved };
}

function drawDetails(draw, index) {
  const attendees = draw.chance(0.2) ? 2 + draw.below(6) : 0;
  const length = draw.number();
  const lines = [];
  if (length >= 0.25) {
    const characters = length < 0.9 ? 80 + draw.below(500) : 800 + draw.below(1400);
    lines.push(`DESCRIPTION:${escaped(prose(draw, characters))}`);
  }
  if (draw.chance(0.5)) lines.push(`LOCATION:${escaped(draw.one(PLACES))}`);
  if (draw.chance(0.3)) lines.push("CATEGORIES:Arbeit,Équipe");
  if (attendees > 0) lines.push(`ORGANIZER;CN="${draw.one(PEOPLE)}":mailto:chair${index % 50}@elsewhere.example`);
  for (let n = 0; n < attendees; n++) {
    const state = draw.one(["ACCEPTED", "NEEDS-ACTION", "TENTATIVE"]);
    const who = `mailto:guest${draw.below(500)}@elsewhere.example`;
    lines.push(`ATTENDEE;CN="${draw.one(PEOPLE)}";ROLE=REQ-PARTICIPANT;PARTSTAT=${state};RSVP=TRUE:${who}`);
  }
  if (draw.chance(0.4)) {
    const before = draw.one([5, 10, 15, 30]);
    lines.push("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder", `TRIGGER:-PT${before}M`, "END:VALARM");
  }
  return lines;
}

const timeWriter =
  ({ allDay, zone }) =>
  (name, time) =>
    allDay
      ? `${name};VALUE=DATE:${dateText(time)}`
      : zone
        ? `${name};TZID=${zone}:${wallText(time)}`
        : `${name}:${utcText(time)}`;

/**
 * The event of a series of data: `{ uid, lines, zone, text, instances }`. Another `revision` is an update of it.
 * `away` ones lie long before the month that queries ask for. `instances` gives milliseconds in UTC, and `drifts`
 * where they depend on the time zone a server takes for dates.
 */
export function event(series, index, { revision = 0, away = false } = {}) {
  const draw = draws(`${series} ${index}`);
  const uid = `${digest(`${series} ${index}`)}-${index}-${series}@load.example`;
  const times = drawTimes(draw, away);
  const { start, length, allDay, rule, zone } = times;
  const offset = zone === null ? () => 0 : zones.get(zone).offset;
  const { excluded, moved } = drawExceptions(draw, times);
  const transparent = allDay || draw.chance(0.05);
  const cancelled = draw.chance(0.02);
  const title = `${draw.one(TITLES)}${draw.chance(0.5) ? ` ${index}` : ""}${revision > 0 ? ` (revision ${revision})` : ""}`;
  const stamp = FIRST_DAY + draw.below(700) * DAY;
  const details = drawDetails(draw, index);
  const write = timeWriter(times);

  const component = (time, extra) => [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `DTSTAMP:${utcText(stamp)}`,
    `LAST-MODIFIED:${utcText(stamp + revision * MINUTE)}`,
    `SEQUENCE:${revision}`,
    `SUMMARY:${escaped(title)}`,
    write("DTSTART", time),
    write("DTEND", time + length),
    ...extra,
    `TRANSP:${transparent ? "TRANSPARENT" : "OPAQUE"}`,
    `STATUS:${cancelled ? "CANCELLED" : "CONFIRMED"}`,
    ...details,
    "END:VEVENT",
  ];
  const until =
    rule?.until === undefined ? null : allDay ? dateText(rule.until) : utcText(rule.until - offset(rule.until));
  const recurrence =
    rule === null
      ? []
      : [`RRULE:${ruleText(rule, start, until)}`, ...[...excluded].map((time) => write("EXDATE", time))];
  const lines = component(start, recurrence);
  for (const [original, time] of moved) lines.push(...component(time, [write("RECURRENCE-ID", original)]));

  const instance = (wall, original = wall) => ({
    start: wall - offset(wall),
    end: wall - offset(wall) + length,
    original: original - offset(original),
    busy: !transparent && !cancelled,
    drifts: allDay,
  });
  return {
    uid,
    lines,
    zone,
    text: calendarText([...(zone === null ? [] : zones.get(zone).lines), ...lines]),
    instances(to) {
      if (rule === null) return [instance(start)];
      const found = [];
      for (const time of starts(times, to + 2 * DAY)) {
        if (!excluded.has(time)) found.push(instance(moved.get(time) ?? time, time));
      }
      return found;
    },
  };
}

/** One file of many events, each time zone once. */
export function fileOf(events) {
  const used = new Set(events.map(({ zone }) => zone).filter((zone) => zone !== null));
  return calendarText([...[...used].flatMap((zone) => zones.get(zone).lines), ...events.flatMap(({ lines }) => lines)]);
}

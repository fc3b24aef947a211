// The recurrence rules the generator draws, and their wall-clock starts: it knows what a query has to find without
// asking any calendar library.
import { DAY } from "./times.mjs";

export const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

const monthly = (start, rule, month) => {
  const first = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + month, 1));
  if (rule.nth === undefined) return first.getTime() + (start.getUTCDate() - 1) * DAY;
  const until = (start.getUTCDay() - first.getUTCDay() + 7) % 7;
  return first.getTime() + (until + 7 * (rule.nth - 1)) * DAY;
};

const steps = {
  DAILY: (start, rule, n) => [start + n * rule.interval * DAY],
  WEEKLY(start, rule, n) {
    const monday = start - ((new Date(start).getUTCDay() + 6) % 7) * DAY + n * rule.interval * 7 * DAY;
    return rule.days.map((day) => monday + ((day + 6) % 7) * DAY).sort((a, b) => a - b);
  },
  MONTHLY: (start, rule, n) => [monthly(new Date(start), rule, n) + (start % DAY)],
  YEARLY(start, _rule, n) {
    const first = new Date(start);
    return [Date.UTC(first.getUTCFullYear() + n, first.getUTCMonth(), first.getUTCDate()) + (start % DAY)];
  },
};

/** Starts of a rule in order, before exceptions, up to but not including `limit`. */
export function* starts({ start, rule }, limit) {
  let given = 0;
  for (let n = 0; ; n++) {
    for (const time of steps[rule.freq](start, rule, n)) {
      if (time < start) continue;
      if (time >= limit || given === rule.count || (rule.until !== undefined && time > rule.until)) return;
      given++;
      yield time;
    }
  }
}

/** A rule for an event that starts then; `bounded` ones end within two years. */
export function drawRule(draw, start, bounded) {
  const first = new Date(start);
  const kind = draw.number();
  const rule = { freq: kind < 0.25 ? "DAILY" : kind < 0.7 ? "WEEKLY" : kind < 0.9 ? "MONTHLY" : "YEARLY", interval: 1 };
  if (rule.freq === "DAILY") rule.interval = draw.one([1, 1, 2, 3]);
  if (rule.freq === "WEEKLY") {
    const day = first.getUTCDay();
    rule.days = draw.chance(0.3) ? [day, (day + 2) % 7] : [day];
    if (rule.days.length === 1) rule.interval = draw.one([1, 1, 2]);
  }
  if (rule.freq === "MONTHLY" && draw.chance(0.5)) rule.nth = Math.ceil(first.getUTCDate() / 7);
  const end = bounded ? 0.5 : draw.number();
  if (end < 0.4) rule.count = rule.freq === "YEARLY" ? 10 : 5 + draw.below(60);
  else if (end < 0.7) rule.lengthDays = rule.freq === "YEARLY" && !bounded ? 2000 : 60 + draw.below(500);
  return rule;
}

/** The value of RRULE; `until` as it has to be written. */
export function ruleText(rule, start, until) {
  const parts = [`FREQ=${rule.freq}`];
  if (rule.interval > 1) parts.push(`INTERVAL=${rule.interval}`);
  if (rule.days) parts.push(`BYDAY=${rule.days.map((day) => WEEKDAYS[day]).join(",")}`);
  if (rule.nth !== undefined) parts.push(`BYDAY=${rule.nth}${WEEKDAYS[new Date(start).getUTCDay()]}`);
  if (rule.count !== undefined) parts.push(`COUNT=${rule.count}`);
  if (until !== null) parts.push(`UNTIL=${until}`);
  return parts.join(";");
}

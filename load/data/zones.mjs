// The time zones of the generated events: the offset at a wall-clock time and the VTIMEZONE that says the same.
// Wall-clock times are milliseconds as if the clock showed UTC.
import { HOUR } from "./times.mjs";

const sunday = (year, month, which) => {
  if (which === "last") {
    const last = new Date(Date.UTC(year, month + 1, 0));
    return last.getTime() - last.getUTCDay() * 24 * HOUR;
  }
  const first = new Date(Date.UTC(year, month, 1));
  return Date.UTC(year, month, 1 + ((7 - first.getUTCDay()) % 7) + 7 * (which - 1));
};

const summer = (wall, [fromMonth, fromSunday], [toMonth, toSunday], [begins, ends]) => {
  const year = new Date(wall).getUTCFullYear();
  return wall >= sunday(year, fromMonth, fromSunday) + begins && wall < sunday(year, toMonth, toSunday) + ends;
};

const observance = (kind, from, to, start, rule) => [
  `BEGIN:${kind}`,
  `DTSTART:${start}`,
  `TZOFFSETFROM:${from}`,
  `TZOFFSETTO:${to}`,
  ...(rule ? [`RRULE:FREQ=YEARLY;${rule}`] : []),
  `END:${kind}`,
];

const zone = (name, offset, observances) => [
  name,
  { offset, lines: ["BEGIN:VTIMEZONE", `TZID:${name}`, ...observances.flat(), "END:VTIMEZONE"] },
];

export const zones = new Map([
  zone("Europe/Berlin", (wall) => (summer(wall, [2, "last"], [9, "last"], [2 * HOUR, 3 * HOUR]) ? 2 * HOUR : HOUR), [
    observance("DAYLIGHT", "+0100", "+0200", "19810329T020000", "BYMONTH=3;BYDAY=-1SU"),
    observance("STANDARD", "+0200", "+0100", "19961027T030000", "BYMONTH=10;BYDAY=-1SU"),
  ]),
  zone("America/Chicago", (wall) => (summer(wall, [2, 2], [10, 1], [2 * HOUR, 2 * HOUR]) ? -5 * HOUR : -6 * HOUR), [
    observance("DAYLIGHT", "-0600", "-0500", "20070311T020000", "BYMONTH=3;BYDAY=2SU"),
    observance("STANDARD", "-0500", "-0600", "20071104T020000", "BYMONTH=11;BYDAY=1SU"),
  ]),
  zone("Asia/Tokyo", () => 9 * HOUR, [observance("STANDARD", "+0900", "+0900", "19700101T000000")]),
  zone("Asia/Kathmandu", () => 5.75 * HOUR, [observance("STANDARD", "+0545", "+0545", "19860101T000000")]),
]);

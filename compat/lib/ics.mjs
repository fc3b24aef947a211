// Calendar texts for the client tests, around today so that clients show them.
const pad = (n) => String(n).padStart(2, "0");

/** Local date-time `days` from today, for example 20260102T093000. */
export function at(days, hour = 9, minute = 0) {
  const day = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
  return `${day}T${pad(hour)}${pad(minute)}00`;
}

const berlin = [
  "BEGIN:VTIMEZONE",
  "TZID:Europe/Berlin",
  "BEGIN:DAYLIGHT",
  "TZOFFSETFROM:+0100",
  "TZOFFSETTO:+0200",
  "TZNAME:CEST",
  "DTSTART:19700329T020000",
  "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
  "END:DAYLIGHT",
  "BEGIN:STANDARD",
  "TZOFFSETFROM:+0200",
  "TZOFFSETTO:+0100",
  "TZNAME:CET",
  "DTSTART:19701025T030000",
  "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
  "END:STANDARD",
  "END:VTIMEZONE",
];

export function calendar(...lines) {
  const zone = lines.some((line) => line.includes("TZID=Europe/Berlin")) ? berlin : [];
  return [
    ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kalends//Compat//EN"],
    ...zone,
    ...lines,
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

export const component = (name, uid, ...lines) => [
  `BEGIN:${name}`,
  `UID:${uid}`,
  "DTSTAMP:20260101T000000Z",
  ...lines,
  `END:${name}`,
];
export const event = (uid, ...lines) => calendar(...component("VEVENT", uid, ...lines));
export const todo = (uid, ...lines) => calendar(...component("VTODO", uid, ...lines));

import { calendarText, contentLines } from "../generators/text.js";

/** A word that nobody may be told who is not entitled. */
export const SECRET = "hushhush";

const zone = contentLines([
  ...["BEGIN:VTIMEZONE", "TZID:Here", `X-REMARK:${SECRET}`, `TZURL:http://${SECRET}.example/`, "BEGIN:STANDARD"],
  ...["DTSTART:19700101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", `TZNAME:${SECRET}`, `COMMENT:${SECRET}`],
  ...["END:STANDARD", "END:VTIMEZONE"],
]);

/** Lines that say the secret in every way there is: properties, parameters, alarms, attachments, what nobody knows. */
const telling: readonly string[] = [
  ...[
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "COMMENT",
    "CONTACT",
    "CATEGORIES",
    "RESOURCES",
    "X-NOTE",
    "COLOR",
    "NAME",
  ].map((name) => `${name}:${SECRET}`),
  `SUMMARY;ALTREP="http://${SECRET}.example/":${SECRET}`,
  `URL:http://${SECRET}.example/`,
  `GEO;X-PLACE=${SECRET}:1.5;2.5`,
  "PRIORITY:7",
  `ATTACH;FMTTYPE=text/plain;FILENAME=${SECRET}.txt:http://${SECRET}.example/`,
  `ATTACH;ENCODING=BASE64;VALUE=BINARY:${Buffer.from(SECRET).toString("base64")}`,
  `CONFERENCE;VALUE=URI;LABEL=${SECRET}:https://${SECRET}.example/`,
  `ORGANIZER;CN=${SECRET}:mailto:${SECRET}@example.com`,
  `ATTENDEE;CN=${SECRET};PARTSTAT=ACCEPTED;X-WHY=${SECRET}:mailto:${SECRET}@example.com`,
  `RELATED-TO:${SECRET}`,
  `X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE=${SECRET}:geo:1,2`,
  ...["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", `DESCRIPTION:${SECRET}`, `X-SOUND:${SECRET}`, "END:VALARM"],
  ...["BEGIN:X-INSIDE", `X-SAYS:${SECRET}`, "END:X-INSIDE"],
];

/** An event on a day of March 2026 that says the secret everywhere; `more` are further lines, such as its class. */
export const secretEvent = (uid: string, day: number, more: readonly string[]): readonly string[] => [
  "BEGIN:VEVENT",
  `UID:${uid}`,
  "DTSTAMP:20260101T000000Z",
  `DTSTART;TZID=Here;X-WHEN=${SECRET}:202603${String(day).padStart(2, "0")}T120000`,
  "DURATION:PT1H",
  ...more,
  ...telling,
  "END:VEVENT",
];

/** A whole object of such events. */
export const secretObject = (...events: readonly (readonly string[])[]): string =>
  calendarText([`X-WR-CALDESC:${SECRET}`, ...events.flat()], [zone]);

const plain = (uid: string, lines: readonly string[]): readonly string[] => [
  ...["BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", "DURATION:PT1H", ...lines, "END:VEVENT"],
];

/** Objects that everybody sees something of: as they are, as busy time, or partly. */
export const seen: Readonly<Record<string, string>> = {
  "open.ics": calendarText(plain("open", ["DTSTART:20260302T120000Z", "SUMMARY:Open", "CLASS:PUBLIC"])),
  "busy.ics": secretObject(secretEvent("busy", 3, ["CLASS:CONFIDENTIAL", "RRULE:FREQ=DAILY;COUNT=3"])),
  "partly.ics": secretObject(
    plain("partly", ["DTSTART:20260310T110000Z", "RRULE:FREQ=DAILY;COUNT=4", "SUMMARY:Walk"]),
    secretEvent("partly", 11, ["RECURRENCE-ID:20260311T110000Z", "CLASS:CONFIDENTIAL"]),
    secretEvent("partly", 12, ["RECURRENCE-ID:20260312T110000Z", "CLASS:PRIVATE"]),
  ),
  "task.ics": calendarText([
    ...["BEGIN:VTODO", "UID:task", "DTSTAMP:20260101T000000Z", "DUE:20260320T120000Z", "CLASS:CONFIDENTIAL"],
    ...[`SUMMARY:${SECRET}`, `DESCRIPTION:${SECRET}`, "PERCENT-COMPLETE:30", "END:VTODO"],
  ]),
};

/** Objects that only those who are entitled know of: names and UIDs are secret as well. */
export const hidden: Readonly<Record<string, string>> = {
  [`${SECRET}1.ics`]: secretObject(secretEvent(`${SECRET}1`, 20, ["CLASS:PRIVATE", "TRANSP:TRANSPARENT"])),
  [`${SECRET}2.ics`]: secretObject(secretEvent(`${SECRET}2`, 21, ["CLASS:X-OWN", "TRANSP:TRANSPARENT"])),
  [`${SECRET}3.ics`]: secretObject(
    secretEvent(`${SECRET}3`, 22, ["CLASS:PRIVATE", "RRULE:FREQ=DAILY;COUNT=2", "TRANSP:TRANSPARENT"]),
    secretEvent(`${SECRET}3`, 24, ["RECURRENCE-ID;TZID=Here:20260323T120000", "CLASS:PUBLIC", "TRANSP:TRANSPARENT"]),
  ),
};

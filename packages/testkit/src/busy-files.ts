/** A free/busy file as an Outlook of the year 2000 writes it: no DTSTAMP, an ORGANIZER that is no mailto. */
export const busyFile = (...lines: readonly string[]): string =>
  [
    "BEGIN:VCALENDAR",
    "PRODID:-//Microsoft Corporation//Outlook 9.0 MIMEDIR//EN",
    "VERSION:1.0",
    "METHOD:PUBLISH",
    "BEGIN:VFREEBUSY",
    "ORGANIZER:bob",
    "DTSTART:20260101T000000Z",
    "DTEND:20260301T000000Z",
    ...lines,
    "END:VFREEBUSY",
    "END:VCALENDAR",
    "",
  ].join("\r\n");

/** What such a file may say, and how it is given back. */
export const MONDAY = "FREEBUSY:20260112T090000Z/20260112T100000Z";
export const TUESDAY = "FREEBUSY:20260113T090000Z/20260113T100000Z";

/** An event, as a calendar program stores it. */
export const meeting = (uid: string, from: string, to: string): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:${from}\r\nDTEND:${to}\r\nSUMMARY:Secret\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

/** A free-busy-query for January 2026 (RFC 4791 7.10). */
export const januaryQuery = `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260101T000000Z" end="20260201T000000Z"/></C:free-busy-query>`;

/** The FREEBUSY lines of a file, unfolded. */
export const busyLines = (text: string): readonly string[] =>
  text
    .replaceAll("\r\n ", "")
    .split("\r\n")
    .filter((line) => line.startsWith("FREEBUSY"));

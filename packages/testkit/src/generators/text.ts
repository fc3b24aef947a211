const BREAK = "\r\n";
const FOLD = 75;

/** Writes content lines, each folded at 75 octets without cutting a character (RFC 5545 3.1). */
export const contentLines = (lines: readonly string[]): string => lines.map((line) => fold(line) + BREAK).join("");

function fold(line: string): string {
  if (Buffer.byteLength(line) <= FOLD) return line;
  let folded = "";
  let room = FOLD;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (size > room) {
      folded += `${BREAK} `;
      room = FOLD - 1;
    }
    folded += character;
    room -= size;
  }
  return folded;
}

/** A whole calendar object around these lines and VTIMEZONE texts. */
export const calendarText = (lines: readonly string[], zones: readonly string[] = []): string =>
  `${contentLines(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kalends//Test//EN"])}${zones.join("")}${contentLines([...lines, "END:VCALENDAR"])}`;

export interface EventOptions {
  readonly summary?: string;
  /** `DTSTART` with its parameters and value, for example `;VALUE=DATE:20260301`. */
  readonly start?: string;
  readonly end?: string;
  /** More content lines. */
  readonly lines?: readonly string[];
  readonly zones?: readonly string[];
}

/** A simple event: one hour on 1 March 2026 unless told otherwise. */
export function eventText(uid: string, options: EventOptions = {}): string {
  const { summary = "Lunch", start = ":20260301T120000Z", end = ":20260301T130000Z", lines = [], zones = [] } = options;
  const event = [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    `DTSTART${start}`,
    ...(end === "" ? [] : [`DTEND${end}`]),
    `SUMMARY:${summary}`,
    ...lines,
    "END:VEVENT",
  ];
  return calendarText(event, zones);
}

/** A task without dates unless `lines` bring them. */
export const taskText = (uid: string, lines: readonly string[] = []): string =>
  calendarText(["BEGIN:VTODO", `UID:${uid}`, "DTSTAMP:20260101T000000Z", "SUMMARY:Errand", ...lines, "END:VTODO"]);

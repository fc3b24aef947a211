// Lines of iCalendar to octets.

/** A TEXT value (RFC 5545 3.3.11). */
export const escaped = (text) => text.replace(/[\\;,]/g, "\\$&").replace(/\n/g, "\\n");

/** A content line of at most 75 octets a piece, cut between characters (RFC 5545 3.1). */
export function folded(line) {
  if (Buffer.byteLength(line) <= 75) return line;
  const pieces = [""];
  let room = 75;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (size > room) {
      pieces.push("");
      room = 74;
    }
    pieces[pieces.length - 1] += character;
    room -= size;
  }
  return pieces.join("\r\n ");
}

/** A VCALENDAR around these lines. */
export const calendarText = (lines) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kalends//Benchmark//EN", ...lines, "END:VCALENDAR"]
    .map((line) => `${folded(line)}\r\n`)
    .join("");

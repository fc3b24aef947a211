import { type CalendarObject, type Outcome, parseCalendar, readObject } from "@kalends/icalendar";

/** A stored text as an object. Items of an inbox carry METHOD (RFC 6638 2.2). */
export function storedObject(text: string): Outcome<CalendarObject> {
  const calendar = parseCalendar(text);
  return calendar.ok ? readObject(calendar.value, { allowMethod: true }) : calendar;
}

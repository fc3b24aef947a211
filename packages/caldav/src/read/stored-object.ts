import {
  type CalendarObject,
  type Needed,
  type Outcome,
  parseCalendar,
  readObject,
  readStored,
} from "@kalends/icalendar";

/** A stored text as an object, in full or as far as it is needed. Items of an inbox carry METHOD (RFC 6638 2.2). */
export function storedObject(text: string, needed?: Needed): Outcome<CalendarObject> {
  if (needed) return readStored(text, needed);
  const calendar = parseCalendar(text);
  return calendar.ok ? readObject(calendar.value, { allowMethod: true }) : calendar;
}

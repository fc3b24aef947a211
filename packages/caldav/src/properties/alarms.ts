import { type AnyProperty, property, type Refusal, Refused } from "@kalends/dav-core";
import { cal, type XmlElement } from "@kalends/dav-xml";
import { parseCalendar } from "@kalends/icalendar";
import { ValidCalendarData } from "../conditions.js";
import { CALENDAR } from "../kinds.js";
import { calendarText } from "./values.js";

const refusal = (note: string): Refusal => ({ status: 403, condition: ValidCalendarData.name, note });

/** Nothing at all, which means "no alarm", or exactly one VALARM (APL-15). */
function isAlarm(value: string): boolean {
  if (value === "") return true;
  const wrapped = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n${value}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
  const read = parseCalendar(wrapped);
  if (!read.ok) return false;
  const [event, another] = read.value[2];
  return event?.[1].length === 0 && event[2].length === 1 && event[2][0]?.[0] === "valarm" && another === undefined;
}

function checkAlarm(value: XmlElement | null, on: string): void {
  if (on !== CALENDAR && on !== "home")
    throw new Refused({ status: 403, note: "Default alarms belong to homes and calendars." });
  if (value !== null && !isAlarm(value.text.trim()))
    throw new Refused(refusal("A default alarm is empty or one VALARM."));
}

const defaultAlarm = (component: string, time: string): AnyProperty =>
  property<string>({
    name: cal(`default-alarm-${component}-${time}`),
    spec: "caldav-alarms 4.1 (Apple)",
    on: ["*collection"],
    allprop: false,
    source: { from: "stored" },
    codec: calendarText,
    write: { when: "both", check: checkAlarm, store: { column: "props", perPerson: true } },
  });

export const alarmProperties: readonly AnyProperty[] = [
  defaultAlarm("vevent", "datetime"),
  defaultAlarm("vevent", "date"),
  defaultAlarm("vtodo", "datetime"),
  defaultAlarm("vtodo", "date"),
];

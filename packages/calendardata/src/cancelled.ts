import { type JComponent, type JProperty, parseCalendar, printCalendar, text as textOf } from "@kalends/icalendar";
import type { RemovedObject } from "@kalends/store";
import { componentsAt, type ShownLevel, TIMES } from "./shown.js";

const SET: ReadonlySet<string> = new Set(["status", "sequence", "dtstamp", "last-modified"]);

const instant = (at: number): string => new Date(at).toISOString().replace(/\.\d+/, "");

function withdrawn(component: JComponent, removedAt: number): JComponent {
  const [name, properties] = component;
  const sequence = properties.find(([key]) => key === "sequence")?.[3];
  const changed: JProperty[] = [
    ["summary", {}, "text", "Cancelled"],
    ["status", {}, "text", "CANCELLED"],
    ["sequence", {}, "integer", (typeof sequence === "number" ? sequence : 0) + 1],
    ["dtstamp", {}, "date-time", instant(removedAt)],
    ["last-modified", {}, "date-time", instant(removedAt)],
  ];
  return [name, [...properties.filter(([key]) => TIMES.has(key) && !SET.has(key)), ...changed], []];
}

/**
 * An object that is gone, as a feed tells it: cancelled as a whole, with a raised SEQUENCE, so that followers take it away
 * (RFC 5546 3.2.5, DSC-45). Whoever deletes something wants its words gone, so only its times are told. Null where the level
 * shows nothing of it.
 */
export function cancelledText({ data, removedAt }: RemovedObject, level: ShownLevel): string | null {
  const parsed = parseCalendar(data);
  const components = parsed.ok ? componentsAt(level, parsed.value, false) : null;
  if (!parsed.ok || components === null) return null;
  const zones = components.filter(([name]) => name === "vtimezone");
  const entries = components.filter(([name]) => name !== "vtimezone");
  const master = entries.find((each) => textOf(each, "recurrence-id") === undefined) ?? entries[0];
  if (!master) return null;
  return printCalendar(["vcalendar", parsed.value[1], [...zones, withdrawn(master, removedAt)]]);
}

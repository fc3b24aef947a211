import {
  type JComponent,
  type JProperty,
  parseCalendar,
  printCalendar,
  property,
  text as textOf,
} from "@kalends/icalendar";

/** How much followers are shown: that time is taken, what for, or everything that is not private. */
export type ShownLevel = "busy" | "titles" | "full";

export const SHOWN_LEVELS = Object.freeze(["busy", "titles", "full"]) as readonly ShownLevel[];

/** When something is, and which version of it this is. */
export const TIMES: ReadonlySet<string> = new Set(
  "uid dtstamp dtstart dtend duration due completed rrule rdate exdate recurrence-id sequence status transp created last-modified".split(
    " ",
  ),
);
const KEPT: Readonly<Record<Exclude<ShownLevel, "full">, ReadonlySet<string>>> = {
  busy: TIMES,
  titles: new Set([...TIMES, "summary"]),
};

const BUSY: JProperty = ["summary", {}, "text", "Busy"];

/** Values nobody knows count as PRIVATE (RFC 5545 3.8.1.3). */
function classOf(component: JComponent): "public" | "confidential" | "private" {
  const value = (textOf(component, "class") ?? "PUBLIC").trim().toUpperCase();
  if (value === "PUBLIC") return "public";
  return value === "CONFIDENTIAL" ? "confidential" : "private";
}

function reduced([name, properties, components]: JComponent, level: ShownLevel, alarms: boolean): JComponent {
  const inner = components.filter(([child]) => level === "full" && (alarms || child !== "valarm"));
  if (level === "full") return [name, properties, inner];
  const kept = properties.filter(([key]) => KEPT[level].has(key));
  return [name, level === "busy" ? [...kept, BUSY] : kept, []];
}

const isFree = (component: JComponent): boolean => textOf(component, "transp")?.toUpperCase() === "TRANSPARENT";

/** Nothing in it needs to be taken away: no class other than public, no reminder that must not go along. */
function isPlain(text: string, alarms: boolean): boolean {
  const lines = text.replace(/\r?\n[ \t]/g, "");
  return !/^CLASS[:;]/im.test(lines) && (alarms || !/^BEGIN:VALARM/im.test(lines));
}

/** What of an object is shown at a level, as components; null = nothing. */
export function componentsAt(level: ShownLevel, calendar: JComponent, alarms: boolean): JComponent[] | null {
  const entries = calendar[2].filter(([name]) => name !== "vtimezone");
  const master = entries.find((each) => property(each, "recurrence-id") === undefined) ?? entries[0];
  if (master === undefined || classOf(master) === "private") return null;
  if (level === "busy" && (master[0] !== "vevent" || isFree(master))) return null;
  const shown = entries.map((each) => reduced(each, classOf(each) === "public" ? level : "busy", alarms));
  return [...calendar[2].filter(([name]) => name === "vtimezone"), ...shown];
}

/**
 * The text of an object as strangers are shown it at a level: PRIVATE is left out (null), CONFIDENTIAL tells only when
 * (RFC 5545 3.8.1.3, DSC-45). The one place where feeds reduce what they show.
 */
export function shownAt(level: ShownLevel, text: string, alarms = false): string | null {
  if (level === "full" && isPlain(text, alarms)) return text;
  const parsed = parseCalendar(text);
  if (!parsed.ok) return null;
  const components = componentsAt(level, parsed.value, alarms);
  return components && printCalendar(["vcalendar", parsed.value[1], components]);
}

import { type JComponent, property, subcomponents } from "./jcal.js";
import type { Range } from "./overlap.js";
import type { Period } from "./periods.js";
import { DAY, HOUR, MINUTE, parseDuration, parseWall } from "./wall.js";

/** When an alarm goes off: an instant, or a distance from start or end of the instance; and the distances of its repeats. */
export interface Trigger {
  /** Absolute instant, UTC milliseconds; `undefined` for a relative trigger. */
  readonly at: number | undefined;
  readonly offset: number;
  readonly related: "start" | "end";
  readonly repeat: number;
  /** Distance between repeats in milliseconds. */
  readonly every: number;
}

const MAX_REPEAT = 1000;

/** Reads the trigger of a VALARM (RFC 5545 3.6.6); `undefined` for a bad one, which is ignored (CAL-50). */
export function triggerOf(alarm: JComponent): Trigger | undefined {
  const trigger = property(alarm, "trigger");
  if (!trigger) return undefined;
  const offset = parseDuration(trigger[3]);
  const at = offset ? undefined : parseWall(trigger[3]);
  if (!offset && !at) return undefined;
  const every = parseDuration(property(alarm, "duration")?.[3]);
  const repeat = Number(property(alarm, "repeat")?.[3] ?? 0);
  return {
    at: at?.wall,
    offset: offset ? offset.days * DAY + offset.time : 0,
    related: String(trigger[1].related ?? "").toUpperCase() === "END" ? "end" : "start",
    repeat: every && repeat > 0 ? Math.min(Math.trunc(repeat), MAX_REPEAT) : 0,
    every: every ? Math.max(0, every.days * DAY + every.time) : 0,
  };
}

/** Whether an alarm of that instance, or one of its repeats, goes off in [start, end): start <= trigger and end > trigger (RFC 4791 9.9). */
export function alarmFires(trigger: Trigger, of: Period, range: Range): boolean {
  const base = trigger.related === "end" ? of.end : of.start;
  const first = trigger.at ?? base + trigger.offset;
  if (!Number.isFinite(first)) return false;
  if (first >= range.start || trigger.repeat === 0 || trigger.every === 0)
    return first >= range.start && first < range.end;
  const index = Math.ceil((range.start - first) / trigger.every);
  return index <= trigger.repeat && first + index * trigger.every < range.end;
}

export interface AlarmReach {
  /** Extent of the absolute triggers. */
  readonly first: number;
  readonly last: number;
  /** Extent of the relative ones from the start (least) and from the end (most) of an instance. */
  readonly relative: { readonly least: number; readonly most: number } | undefined;
}

/** How far the alarms of some components reach, with a day to spare for changing offsets. */
export function reachOf(components: readonly JComponent[]): AlarmReach {
  let first = Infinity;
  let last = -Infinity;
  let least = Infinity;
  let most = -Infinity;
  for (const alarm of components.flatMap((component) => subcomponents(component, "valarm"))) {
    const trigger = triggerOf(alarm);
    if (!trigger) continue;
    const tail = trigger.repeat * trigger.every;
    if (trigger.at !== undefined) {
      first = Math.min(first, trigger.at);
      last = Math.max(last, trigger.at + tail);
    } else {
      least = Math.min(least, trigger.offset);
      most = Math.max(most, trigger.offset + tail);
    }
  }
  const spare = DAY + 2 * HOUR + MINUTE;
  return {
    first,
    last,
    relative: least === Infinity ? undefined : { least: Math.min(least, 0) - spare, most: Math.max(most, 0) + spare },
  };
}

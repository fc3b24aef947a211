import { type JComponent, param, property, text } from "../jcal.js";
import { instantOf, propertyMoment } from "../moment.js";
import type { CalendarObject } from "../object.js";
import { utcZone } from "../zones.js";
import { canonical } from "./canonical.js";
import { distance, means, mergeComponents } from "./component.js";
import { choose, keysOf } from "./three-way.js";

type Parts = ReadonlyMap<string, JComponent>;

const NO_PARTS: Parts = new Map();

/** Which instance a component stands for, whatever zone its RECURRENCE-ID is written in; the master is "". */
function instanceOf(component: JComponent, timezones: CalendarObject["timezones"]): string {
  const id = property(component, "recurrence-id");
  if (id === undefined) return component[0].startsWith("x-") ? canonical(component) : "";
  const moment = propertyMoment(component, "recurrence-id", timezones);
  if (moment === undefined) return canonical(id);
  const form = moment.allDay ? "day" : moment.zone === undefined ? "floating" : "instant";
  return `${form} ${instantOf(moment, utcZone)} ${(param(id, "range") ?? "").toUpperCase()}`;
}

const partsOf = (object: CalendarObject | null): Parts =>
  object === null
    ? NO_PARTS
    : new Map(
        object.calendar[2]
          .filter(([name]) => name !== "vtimezone")
          .map((part) => [instanceOf(part, object.timezones), part]),
      );

const partsMean = (a: Parts, b: Parts): boolean => keysOf(a, b).every((key) => means(a.get(key), b.get(key)));

/** In how many units two states of an object differ; time zones and DTSTAMP and the like aside. */
export function objectDistance(a: CalendarObject | null, b: CalendarObject | null): number {
  if (a === null || b === null) return a === b ? 0 : 1;
  const [one, other] = [partsOf(a), partsOf(b)];
  return keysOf(one, other).reduce((sum, key) => sum + distance(one.get(key), other.get(key)), 0);
}

/** Three states of one object; null = it is not there. */
export interface ObjectStates {
  /** As the sender last had it. */
  readonly base: CalendarObject | null;
  readonly current: CalendarObject | null;
  readonly upload: CalendarObject | null;
}

export interface ObjectMerge {
  /** What is to stand: the stored one as it is, the one that was sent (null = removed), or one made of both. */
  readonly take: "current" | "upload" | "both";
  /** What was made of both. */
  readonly calendar: JComponent | null;
  /** What is to stand means what was sent. */
  readonly isAsSent: boolean;
  /** In how many places both had changed the same thing differently. */
  readonly conflicts: number;
}

/**
 * Merges what a sender made of the state he had with what others made of it meanwhile, per instance and per property. The
 * sender's change holds where both changed the same, unless it is a removal: an edit beats that.
 */
export function mergeObjects({ base, current, upload }: ObjectStates): ObjectMerge {
  const [before, now, sent] = [partsOf(base), partsOf(current), partsOf(upload)];
  if (current === null || upload === null) return oneSided(before, now, sent);
  let conflicts = 0;
  const merged = new Map<string, JComponent>();
  for (const key of keysOf(now, sent)) {
    const result = mergePart(before.get(key), now.get(key), sent.get(key));
    if (result.component !== undefined) merged.set(key, result.component);
    conflicts += result.conflicts;
  }
  const isAsSent = partsMean(merged, sent);
  if (partsMean(merged, now)) return { take: "current", calendar: null, isAsSent, conflicts };
  if (isAsSent) return { take: "upload", calendar: null, isAsSent, conflicts };
  return { take: "both", calendar: assembled(merged, { base, current, upload }), isAsSent, conflicts };
}

/** The object is missing on one side: it was removed there, or never was. */
function oneSided(before: Parts, now: Parts, sent: Parts): ObjectMerge {
  const state = (parts: Parts): string | undefined => {
    if (parts.size === 0) return undefined;
    return partsMean(parts, before) ? "as before" : "changed";
  };
  const { take, isConflict } = choose(state(before), state(now), state(sent));
  const isAsSent = take === "upload" || partsMean(now, sent);
  return { take, calendar: null, isAsSent, conflicts: isConflict ? 1 : 0 };
}

function mergePart(base: JComponent | undefined, current: JComponent | undefined, upload: JComponent | undefined) {
  if (current !== undefined && upload !== undefined) {
    if (means(upload, base) || means(upload, current)) return { component: current, conflicts: 0 };
    if (means(current, base)) return { component: upload, conflicts: 0 };
    return mergeComponents(base, current, upload);
  }
  const state = (part: JComponent | undefined): string | undefined =>
    part && (means(part, base) ? "as before" : "changed");
  const { take, isConflict } = choose(state(base), state(current), state(upload));
  return { component: take === "current" ? current : upload, conflicts: isConflict ? 1 : 0 };
}

const zoneText = (object: CalendarObject | null, tzid: string): string | undefined => {
  const zone = object?.timezones.get(tzid);
  return zone && canonical(zone);
};

/** The merged parts with the time zones of both sides, in the frame of what is stored. */
function assembled(merged: Parts, { base, current, upload }: ObjectStates): JComponent {
  const none = new Map<string, JComponent>();
  const [now, sent] = [current?.timezones ?? none, upload?.timezones ?? none];
  const zones = keysOf(now, sent).flatMap((tzid) => {
    const stored = zoneText(current, tzid);
    const { take } = choose(zoneText(base, tzid), stored, zoneText(upload, tzid));
    const zone = (take === "current" ? now : sent).get(tzid) ?? now.get(tzid) ?? sent.get(tzid);
    return zone === undefined ? [] : [zone];
  });
  const parts = [...merged.values()].sort((a, b) => Number(isOverride(a)) - Number(isOverride(b)));
  const frame = (current ?? upload)?.calendar[1].filter(([name]) => name !== "method") ?? [];
  return ["vcalendar", frame, [...zones, ...parts]];
}

const isOverride = (part: JComponent): boolean => text(part, "recurrence-id") !== undefined;

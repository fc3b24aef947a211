import { type JComponent, property } from "../jcal.js";
import { canonical } from "./canonical.js";
import { choose, keysOf } from "./three-way.js";
import { higherStamp, identityOf, STAMPS, type Unit, unitsOf, withLists } from "./units.js";

const NOTHING: ReadonlyMap<string, Unit> = new Map();

const sequenceOf = (component: JComponent): string => canonical(property(component, "sequence")?.[3] ?? 0);

/** In how many units two components differ, their remarks on themselves (DTSTAMP and the like) aside; absent = all of them. */
export function distance(a: JComponent | undefined, b: JComponent | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : 1;
  const [one, other] = [unitsOf(a), unitsOf(b)];
  const units = keysOf(one, other).filter((key) => one.get(key)?.said !== other.get(key)?.said).length;
  return units + (sequenceOf(a) === sequenceOf(b) ? 0 : 1);
}

/** Two components mean the same, but for their remarks on themselves. */
export const means = (a: JComponent | undefined, b: JComponent | undefined): boolean => distance(a, b) === 0;

export interface ComponentMerge {
  readonly component: JComponent;
  readonly conflicts: number;
}

/** Both sides' changes to one component, unit by unit, under the rule of three. */
export function mergeComponents(base: JComponent | undefined, current: JComponent, upload: JComponent): ComponentMerge {
  const [before, now, sent] = [base === undefined ? NOTHING : unitsOf(base), unitsOf(current), unitsOf(upload)];
  let conflicts = 0;
  const units = keysOf(now, sent).flatMap((key): Unit[] => {
    const { take, isConflict } = choose(before.get(key)?.said, now.get(key)?.said, sent.get(key)?.said);
    if (isConflict) conflicts += 1;
    const unit = (take === "current" ? now : sent).get(key);
    return unit === undefined ? [] : [unit];
  });
  const stamps = STAMPS.flatMap((name) => higherStamp(name, current, upload));
  const properties = withLists([...identityOf(current), ...stamps, ...units.flatMap((unit) => unit.properties)]);
  return { component: [current[0], properties, units.flatMap(({ parts }) => parts)], conflicts };
}

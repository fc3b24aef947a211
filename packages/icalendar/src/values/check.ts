import { problemOfRule } from "./rule.js";
import { isDate, isDateTime, isDuration, isOffset, isPeriod, isTime } from "./time.js";

/** The value types of RFC 5545 3.3 that have a form to keep to; the others are any text. */
const CHECKS: ReadonlyMap<string, (raw: string) => boolean> = new Map([
  ["date", isDate],
  ["date-time", isDateTime],
  ["duration", isDuration],
  ["period", isPeriod],
  ["time", isTime],
  ["utc-offset", isOffset],
  ["integer", (raw: string) => /^[+-]?\d{1,10}$/.test(raw)],
  ["float", (raw: string) => /^[+-]?\d{1,9}(\.\d{1,18})?$/.test(raw)],
  ["boolean", (raw: string) => /^(true|false)$/i.test(raw)],
]);

/** Whether values of that type (lower case) can be wrong at all. */
export function isChecked(type: string): boolean {
  return type === "recur" || CHECKS.has(type);
}

/** One sentence about a text that is no value of that type (lower case), else undefined. */
export function problemOfValue(type: string, raw: string): string | undefined {
  if (type === "recur") return problemOfRule(raw);
  if (CHECKS.get(type)?.(raw) ?? true) return undefined;
  return `"${raw.slice(0, 60)}" is not a ${type.toUpperCase()} that exists.`;
}

import type { JProperty } from "../jcal.js";

/** One text for all values that are equal, whatever the order of their parts. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const parts = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${parts.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(",")}}`;
}

/** What a property says besides its name. */
export const said = ([, params, type, ...values]: JProperty): string => canonical([params, type, values]);

import type { JComponent, JProperty } from "./jcal.js";

/** Where parsed parts stood in the text. Kept beside the jCal, because jCal itself has no room for it. */
const lines = new WeakMap<JComponent | JProperty, number>();

export function remember(part: JComponent | JProperty, line: number): void {
  lines.set(part, line);
}

/** The line of a parsed component or property, from 1; undefined for parts that were not parsed. */
export function lineOf(part: JComponent | JProperty): number | undefined {
  return lines.get(part);
}

/** The `line` field of a finding about a part, if known. */
export function at(part: JComponent | JProperty): { readonly line?: number } {
  const line = lines.get(part);
  return line === undefined ? {} : { line };
}

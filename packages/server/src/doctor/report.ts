import type { Examined } from "./check.js";

const MARKS = { ok: "ok", fault: "FAULT", warning: "warn", skipped: "-" } as const;
const COLOURS = { ok: 32, fault: 31, warning: 33, skipped: 90 } as const;

/** Lines for people: what was looked at and seen; for what is wrong the cause and what to do. */
export function linesOf({ name, about, state, note, found }: Examined, isColoured: boolean): string {
  const painted = (text: string, colour: number) => (isColoured ? `\u001b[${colour}m${text}\u001b[0m` : text);
  const mark = painted(MARKS[state].padEnd(6), COLOURS[state]);
  const head = `${mark}${name.padEnd(13)}`;
  if (found.length === 0) return `${head}${state === "skipped" ? painted(note, COLOURS.skipped) : note || about}\n`;
  const told = found.map(({ text, detail, remedy }) => `${text} (${detail})\n${" ".repeat(19)}-> ${remedy}\n`);
  return told.map((each, i) => (i === 0 ? head : " ".repeat(19)) + each).join("");
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

export function summary(all: readonly Examined[]): string {
  const levels = all.flatMap(({ found }) => found.map(({ level }) => level));
  const faults = levels.filter((level) => level === "fault").length;
  const skipped = all.filter(({ state }) => state === "skipped").length;
  return `${counted(faults, "fault")}, ${counted(levels.length - faults, "warning")}; ${all.length - skipped} checks, ${skipped} left out\n`;
}

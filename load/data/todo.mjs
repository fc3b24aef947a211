// To-dos: two in five are done.
import { digest, draws } from "./random.mjs";
import { calendarText, escaped } from "./text.mjs";
import { DAY, dateText, utcText } from "./times.mjs";
import { prose, TITLES } from "./words.mjs";

/** `{ uid, done, text }`. */
export function todo(series, index) {
  const key = `${series} to-do ${index}`;
  const draw = draws(key);
  const uid = `todo-${digest(key)}-${index}@load.example`;
  const made = Date.UTC(2023, 0, 1) + draw.below(900) * DAY;
  const done = draw.chance(0.4);
  const state = done
    ? ["STATUS:COMPLETED", `COMPLETED:${utcText(made + DAY)}`, "PERCENT-COMPLETE:100"]
    : ["STATUS:NEEDS-ACTION"];
  const lines = [
    "BEGIN:VTODO",
    `UID:${uid}`,
    `DTSTAMP:${utcText(made)}`,
    `SUMMARY:${escaped(draw.one(TITLES))}`,
    `DUE;VALUE=DATE:${dateText(made + 7 * DAY)}`,
    `PRIORITY:${1 + draw.below(9)}`,
    ...state,
    `DESCRIPTION:${escaped(prose(draw, 60 + draw.below(200)))}`,
    "END:VTODO",
  ];
  return { uid, done, text: calendarText(lines) };
}

// What studies tell: a line each, with the limit it has to keep and whether it does.
import { figure, table } from "../report/table.mjs";

/** `most` is a limit from above; without it the line is for information. */
export const finding = (what, value, unit, most) => ({ what, value, unit, most });

export const isKept = ({ value, most }) => most === undefined || (value !== null && value <= most);

export function findingsTable(title, findings) {
  const lines = findings.map((one) => [
    one.what,
    typeof one.value === "string" ? one.value : `${figure(one.value)} ${one.unit}`,
    one.most === undefined ? "" : `at most ${one.most} ${one.unit}`,
    one.most === undefined ? "" : isKept(one) ? "reached" : "NOT REACHED",
  ]);
  return `\n${title}\n\n${table(["", "found", "required", ""], lines)}`;
}

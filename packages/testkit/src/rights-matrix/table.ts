/** The sets of rights a foreigner is tried with, one after the other; `none` = no entry at all. */
export const RIGHT_SETS = ["none", "l", "lr", "li", "ld", "lid", "lrid", "a"] as const;
export type RightSet = (typeof RIGHT_SETS)[number];

/** What one request must answer. */
export interface Cell {
  readonly action: string;
  readonly set: RightSet;
  readonly status: number;
  /** What the refusal names: letters for whole files, `privilege@place` for DAV. */
  readonly names: readonly string[];
  /** Whether anything stored may be different afterwards. */
  readonly changes: boolean;
}

const cellsOf = (line: string): readonly string[] => line.split("|").map((cell) => cell.trim());

/**
 * Reads a table of expectations: a line for each action, `reads` or `writes`, then a cell for each set of rights. A cell
 * is a status and what the refusal names. What `writes` and is done (2xx) must change the data, all else must not.
 */
export function readTable(text: string): readonly Cell[] {
  const [heading, ...lines] = text.split("\n").filter((line) => line.includes("|"));
  const [, , ...sets] = cellsOf(heading ?? "");
  if (sets.join() !== RIGHT_SETS.join()) throw new Error(`no heading of a matrix: ${heading}`);
  return lines.flatMap((line) => {
    const [action = "", kind, ...cells] = cellsOf(line);
    if (cells.length !== RIGHT_SETS.length || (kind !== "reads" && kind !== "writes")) {
      throw new Error(`no row of a matrix: ${line}`);
    }
    return RIGHT_SETS.map((set, n): Cell => {
      const [status = "", ...names] = (cells[n] ?? "").split(" ");
      return { action, set, status: Number(status), names, changes: kind === "writes" && status.startsWith("2") };
    });
  });
}

// The file in which the figures of Kalends are kept from run to run: one line a workload, columns between tabs.
import { dirname } from "node:path";
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { figure, mebibytes } from "./table.mjs";

const FILE = fileURLToPath(new URL("../trend.tsv", import.meta.url));
const COLUMNS = [
  "date",
  "commit",
  "machine",
  "workload",
  "events",
  "connections",
  "CPU ms",
  "requests/s",
  "p50 ms",
  "p99 ms",
  "statements",
  "loop delay ms",
  "largest MiB",
  "best peer",
  "ratio",
];

const commit = () => {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      encoding: "utf8",
      cwd: dirname(FILE),
    }).trim();
  } catch {
    return "unknown";
  }
};

export const machine = () =>
  `${cpus().length} cores ${cpus()[0]?.model.trim().replace(/\s+/g, " ") ?? ""}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;

/** Lines for the rows of a run in which Kalends answered. */
export const trendLines = (rows, { date, commit: at, machine: where }) =>
  rows
    .filter(({ ours }) => ours && ours.cpu !== undefined)
    .map(({ id, size, connections, ours, cpu, rate }) => {
      const against = cpu ?? rate;
      const peer = against?.ratio ? [against.peer.name, `${figure(against.ratio)}x`] : ["", ""];
      const figures = [ours.cpu, ours.rate, ours.p50, ours.p99, ours.statements, ours.loopDelay].map(figure);
      return [date, at, where, id, size, connections, ...figures, mebibytes(ours.largest), ...peer].join("\t");
    });

export function record(rows, now) {
  if (!existsSync(FILE)) writeFileSync(FILE, `${COLUMNS.join("\t")}\n`);
  const lines = trendLines(rows, { date: now.toISOString().slice(0, 10), commit: commit(), machine: machine() });
  appendFileSync(FILE, lines.map((line) => `${line}\n`).join(""));
  return lines.length;
}

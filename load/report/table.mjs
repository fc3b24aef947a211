// Tables for a terminal.
import { titles } from "../workloads/index.mjs";

/** Three digits that count. */
export function figure(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export const mebibytes = (octets) => (octets === null || octets === undefined ? "–" : Math.round(octets / 1024 / 1024));

/** Columns as wide as their widest cell; the first to the left, the others to the right. */
export function table(header, rows) {
  const all = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]) : cell.padStart(widths[n]))).join("  ");
  return [line(all[0]), widths.map((width) => "-".repeat(width)).join("  "), ...all.slice(1).map(line)].join("\n");
}

const required = (entry) =>
  entry?.ratio === undefined || entry.ratio === null
    ? ["–", "–", ""]
    : [`${figure(entry.ratio)}x`, `${entry.required}x`, entry.reached ? "reached" : "NOT REACHED"];

const named = (id) => `${id} ${titles.get(id) ?? ""}`;

function comparison(rows, key, unit, of) {
  const shown = rows.filter((row) => row[key] !== null);
  if (shown.length === 0) return "";
  const header = ["workload", `kalends ${unit}`, `best peer ${unit}`, "peer", "ratio", "required", ""];
  const lines = shown.map((row) => [
    named(row.id),
    figure(of(row)),
    figure(row[key].peer.value),
    row[key].peer.name,
    ...required(row[key]),
  ]);
  return table(header, lines);
}

function cellText(entry) {
  if (entry.wrong !== undefined) return "WRONG";
  if (entry.absent !== undefined) return "not offered";
  return `${figure(entry.rate)}/s ${figure(entry.cpu)} ms ${figure(entry.p50)}/${figure(entry.p99)}`;
}

function everything(rows) {
  if (rows.length === 0) return "";
  const servers = [...new Set(rows.flatMap(({ entries }) => entries.map(([name]) => name)))];
  const lines = rows.map(({ id, connections, entries }) => {
    const known = new Map(entries);
    return [`${id} c${connections}`, ...servers.map((name) => (known.has(name) ? cellText(known.get(name)) : ""))];
  });
  return table(["requests/s, CPU ms, p50/p99 ms", ...servers], lines);
}

function inside(rows) {
  const shown = rows.filter(({ ours }) => ours && ours.statements !== undefined);
  const header = [
    "kalends",
    "statements",
    "loop delay ms",
    "busy in one piece ms",
    "largest process MiB",
    "all PSS MiB",
  ];
  const lines = shown.map(({ id, connections, ours }) => [
    `${id} c${connections}`,
    figure(ours.statements),
    figure(ours.loopDelay),
    figure(ours.loopBusy),
    mebibytes(ours.largest),
    mebibytes(ours.pss),
  ]);
  return lines.length > 0 ? table(header, lines) : "";
}

function faults(rows) {
  const told = rows.flatMap(({ id, connections, entries }) =>
    entries
      .filter(([, entry]) => entry.wrong !== undefined || entry.absent !== undefined)
      .map(
        ([name, entry]) =>
          `${name} ${id} c${connections}: ${entry.wrong ? `WRONG ${entry.wrong}` : `not offered, ${entry.absent}`}`,
      ),
  );
  return [...new Set(told)].join("\n");
}

const section = (title, text) => (text === "" ? [] : [`\n${title}\n\n${text}`]);

/** The whole report of a run. */
export function reportOf(rows) {
  return [
    ...section(
      "Processor time for a request, all processes and the database",
      comparison(rows, "cpu", "ms", (row) => row.ours.cpu),
    ),
    ...section(
      "Requests a second",
      comparison(rows, "rate", "/s", (row) => row.ours.rate),
    ),
    ...section(
      "Latency: p99 of Kalends against the lowest p50 of a peer",
      comparison(rows, "tail", "ms", (row) => row.ours.p99),
    ),
    ...section(
      "Embedded database: processor time against servers that need no database",
      comparison(rows, "embedded", "ms", (row) => new Map(row.entries).get("kalends-embedded").cpu),
    ),
    ...section("Inside Kalends", inside(rows)),
    ...section("All servers", everything(rows)),
    ...section("Answers that do not count", faults(rows)),
  ].join("\n");
}

import { expect, it } from "vitest";
import { rowsOf, summary } from "./ratios.mjs";
import { reportOf } from "./table.mjs";
import { trendLines } from "./trend.mjs";

const cell = (server, workload, connections, figures, round = 1) => ({
  server,
  workload,
  connections,
  round,
  size: 1000,
  p50: 1,
  p95: 2,
  p99: 3,
  rate: 100,
  pss: 1,
  largest: 1,
  ...figures,
});

it("takes the median of the rounds, and nothing from who answered wrongly once", () => {
  const cells = [3, 1, 2].map((cpu, round) => cell("kalends", "W1", 1, { cpu }, round));
  expect(summary(cells).cpu).toBe(2);
  expect(summary([...cells, { wrong: "too few" }])).toEqual({ wrong: "too few" });
  expect(summary([])).toBeNull();
});

it("compares with the best peer that answers rightly", () => {
  const [row] = rowsOf([
    cell("kalends", "W1", 1, { cpu: 10 }),
    cell("quick", "W1", 1, { cpu: 1, wrong: "nothing" }),
    cell("good", "W1", 1, { cpu: 50 }),
    cell("slow", "W1", 1, { cpu: 500 }),
  ]);
  expect(row.cpu).toMatchObject({ peer: { name: "good", value: 50 }, ratio: 5, required: 4, reached: true });
  expect(row.rate).toBeNull();
});

it("judges requests a second and tails in the pass with the most connections alone", () => {
  const rows = rowsOf([
    cell("kalends", "W8", 1, { cpu: 1 }),
    cell("good", "W8", 1, { cpu: 2 }),
    cell("kalends", "W8", 8, { cpu: 1, rate: 900, p99: 8 }),
    cell("good", "W8", 8, { cpu: 2, rate: 450, p50: 10 }),
  ]);
  expect(rows[0].cpu).toMatchObject({ ratio: 2, required: 3.5, reached: false });
  expect(rows[1].cpu).toBeNull();
  expect(rows[1].rate).toMatchObject({ ratio: 2, required: 3, reached: false });
  expect(rows[1].tail).toMatchObject({ ratio: 1.25, required: 1, reached: true });
});

it("compares the embedded database with servers that need no database", () => {
  const [row] = rowsOf([
    cell("kalends-embedded", "W13", 1, { cpu: 2 }),
    cell("radicale", "W13", 1, { cpu: 20 }),
    cell("cyrus", "W13", 1, { cpu: 1 }),
  ]);
  expect(row.embedded).toMatchObject({ peer: { name: "radicale" }, ratio: 10, required: 5, reached: true });
});

it("writes what it found for people and for the trend", () => {
  const rows = rowsOf([
    cell("kalends", "W1", 1, { cpu: 10 }),
    cell("good", "W1", 1, { cpu: 20 }),
    { ...cell("odd", "W1", 1, {}), wrong: "few" },
  ]);
  const text = reportOf(rows);
  expect(text).toContain("NOT REACHED");
  expect(text).toContain("odd W1 c1: WRONG few");
  const [line] = trendLines(rows, { date: "2026-01-01", commit: "abc", machine: "two cores" });
  expect(line.split("\t").slice(0, 7)).toEqual(["2026-01-01", "abc", "two cores", "W1", "1000", "1", "10.0"]);
  expect(line.endsWith("good\t2.00x")).toBe(true);
});

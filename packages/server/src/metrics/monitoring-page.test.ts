import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { metricList } from "./table.js";

const docs = new URL("../../../../docs/", import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, docs), "utf8");

/** What a metric is called in queries. */
const names = new Set(
  metricList.flatMap(({ name, type }) =>
    type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name],
  ),
);
const asked = (text: string): readonly string[] => text.match(/\b(?:kalends|process|nodejs)_[a-z_]+\b/g) ?? [];

it.each(["monitoring/dashboard.json", "monitoring/alerts.yaml"])("%s asks for figures that there are", (path) => {
  const wanted = asked(textOf(path));
  expect(wanted.length).toBeGreaterThan(5);
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
});

it("the dashboard shows every figure", () => {
  const shown = textOf("monitoring/dashboard.json");
  expect(metricList.map(({ name }) => name).filter((name) => !shown.includes(name))).toEqual([]);
});

it("docs/monitoring.md explains every figure as the server does", () => {
  const page = textOf("monitoring.md").replace(/\s+/g, " ");
  for (const { name, help } of metricList) {
    expect(page).toContain(`\`${name}\``);
    expect(page).toContain(help.replaceAll("|", "\\|"));
  }
});

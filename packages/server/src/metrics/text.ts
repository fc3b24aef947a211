import { type Figures, labelValues } from "./figures.js";
import type { Metric } from "./table.js";

/** The media type of the text format. */
export const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

const escaped = (value: string): string => value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");

function labelled(name: string, labels: readonly (readonly [string, string])[], value: number): string {
  const inner = labels.map(([label, text]) => `${label}="${escaped(text)}"`).join(",");
  return `${name}${inner === "" ? "" : `{${inner}}`} ${value}\n`;
}

function histogram(
  { name, buckets }: Metric,
  labels: readonly (readonly [string, string])[],
  numbers: readonly number[],
) {
  let count = 0;
  let text = "";
  for (const [i, bound] of [...buckets.map(String), "+Inf"].entries()) {
    count += numbers[i] ?? 0;
    text += labelled(`${name}_bucket`, [...labels, ["le", bound]], count);
  }
  return (
    text + labelled(`${name}_sum`, labels, numbers[buckets.length + 1] ?? 0) + labelled(`${name}_count`, labels, count)
  );
}

/** Figures in the text format of Prometheus, in the order of the table. */
export function prometheusText(figures: Figures, metrics: readonly Metric[]): string {
  let text = "";
  for (const metric of metrics) {
    const { name, type, help } = metric;
    text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const [key, numbers] of Object.entries(figures[name] ?? {})) {
      const values = labelValues(key);
      const labels = metric.labels.map((label, i) => [label, values[i] ?? ""] as const);
      text += type === "histogram" ? histogram(metric, labels, numbers) : labelled(name, labels, numbers[0] ?? 0);
    }
  }
  return text;
}

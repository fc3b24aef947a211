// A few workloads against one server, medians over the rounds.
import { median } from "../measure/figures.mjs";
import { measure } from "../measure/closed-loop.mjs";
import { workloads } from "../workloads/index.mjs";

/** Figures by workload: `cpu`, `p50`, `p99`, `statements`, `octets`; `wrong` where an answer was. */
export async function figuresOf(server, context, ids, { seconds, rounds }) {
  const found = new Map();
  for (const id of ids) {
    const workload = workloads.find((one) => one.id === id);
    const cells = [];
    for (let round = 0; round < rounds; round++) {
      cells.push(await measure({ server, workload, context, count: 1, seconds }));
    }
    const bad = cells.find(({ wrong, absent }) => wrong ?? absent);
    const of = (key) => (bad ? null : median(cells.map((cell) => cell[key])));
    const keys = ["cpu", "p50", "p99", "statements", "octets"];
    found.set(id, { wrong: bad?.wrong ?? bad?.absent, ...Object.fromEntries(keys.map((key) => [key, of(key)])) });
  }
  await context.tidy();
  return found;
}

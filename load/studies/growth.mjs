// What a request costs in ever larger calendars that hold the same month.
import { prepareContext } from "../workloads/context.mjs";
import { figuresOf } from "./cells.mjs";
import { finding } from "./findings.mjs";

const FIXED = ["W13", "W8", "W5", "W6", "W7", "W12"];
const ANSWER = ["W3", "W10", "W14"];
const LINEAR = ["W1", "W4", "W9"];
const STEADY = 1.2;

/** Growth of processor time from the first size to the last; what is linear is compared by the octets of the answer. */
export async function growth(server, options, show) {
  const sizes = options.growth;
  const bySize = new Map();
  for (const size of sizes) {
    show.line(`growth: a calendar of ${size} events`);
    const context = await prepareContext(server, size, { near: sizes[0], progress: show.part });
    bySize.set(size, await figuresOf(server, context, [...LINEAR, ...ANSWER, ...FIXED], options));
    await context.leave();
  }
  const [least, most] = [bySize.get(sizes[0]), bySize.get(sizes.at(-1))];
  const told = (id) => sizes.map((size) => bySize.get(size).get(id).cpu?.toFixed(2) ?? "wrong").join(", ");
  const ratio = (id, key) => {
    const [before, after] = [least.get(id)[key], most.get(id)[key]];
    return before === null || after === null ? null : after / before;
  };
  const wrong = [...most].flatMap(([id, figures]) =>
    figures.wrong ? [finding(`${id}: ${figures.wrong}`, null, "", 0)] : [],
  );
  return [
    ...[...FIXED, ...ANSWER].map((id) => finding(`${id}: CPU ${told(id)} ms`, ratio(id, "cpu"), "x", STEADY)),
    ...LINEAR.map((id) => {
      const share = ratio(id, "cpu") === null ? null : ratio(id, "cpu") / ratio(id, "octets");
      return finding(`${id}: CPU ${told(id)} ms, by the octets of the answer`, share, "x", STEADY);
    }),
    ...wrong,
  ];
}

// What a query has to find, computed from the generator's own knowledge.
import { HOUR } from "./times.mjs";

const overlaps = ({ start, end }, from, to) => end > from && start < to;

/** Total length of intervals, overlaps counted once. */
export function covered(intervals) {
  let total = 0;
  let reached = -Infinity;
  for (const [from, to] of [...intervals].sort(([a], [b]) => a - b)) {
    if (to <= reached) continue;
    total += to - Math.max(from, reached);
    reached = to;
  }
  return total;
}

/**
 * For events in [from, to): `sure` and `perhaps` are UIDs, `instances` the least and the most of them, `busy` milliseconds.
 * Dates near a border depend on the time zone a server takes for them, moved instances on how it reads the standard.
 */
export function expectedIn(events, { from, to }) {
  const sure = new Set();
  const perhaps = new Set();
  const instances = { least: 0, most: 0 };
  const busy = [];
  for (const { uid, instances: of } of events) {
    for (const one of of(to)) {
      const drift = one.drifts ? 14 * HOUR : 0;
      const length = one.end - one.start;
      const moved = { start: one.original, end: one.original + length };
      const either = overlaps(one, from - drift, to + drift) || overlaps(moved, from, to);
      const both = overlaps(one, from + drift, to - drift) && overlaps(moved, from, to);
      if (either) perhaps.add(uid);
      if (either) instances.most++;
      if (both) sure.add(uid);
      if (both) instances.least++;
      if (one.busy && overlaps(one, from, to)) busy.push([Math.max(one.start, from), Math.min(one.end, to)]);
    }
  }
  return { sure, perhaps, instances, busy: covered(busy) };
}

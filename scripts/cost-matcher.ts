import { expect } from "vitest";

/** What is measured: a piece of work, or one that needs an input never seen before, whose making does not count. */
export type Work<T = unknown> = (() => unknown) | { readonly make: () => T; readonly run: (made: T) => unknown };

declare module "vitest" {
  interface Matchers<T> {
    /**
     * That work costs less than so many milliseconds of processor time, on a machine of the usual speed: where other
     * work slows this one down, the bound grows by as much as a known piece of work takes longer than it should.
     */
    toCostUnder(milliseconds: number): T;
  }
}

/** Milliseconds that `known` takes on a machine of the usual speed with nothing else to do. */
const USUAL = 4;
/** Other work may disturb a try, and the first ones run before the code is compiled. */
const TRIES = 20;
/** Times that `known` is run before it is measured, so that its code is compiled. */
const WARM = 5;
let warm = 0;

/** Work of fixed size of the kinds that the product does: walking text, small objects, numbers. */
function known(): number {
  let sum = 0;
  for (let round = 0; round < 1200; round += 1) {
    const parts = `DTSTART;TZID=Europe/Berlin:20260101T1000${String(round % 60).padStart(2, "0")}`.repeat(8).split(":");
    const objects = parts.map((text, at) => ({ text, at, code: text.charCodeAt(at) }));
    for (const { text } of objects) for (let at = 0; at < text.length; at += 1) sum += text.charCodeAt(at) * at;
  }
  return sum;
}

/** How many times slower than usual the machine is now, 1 at least. */
function slowness(): number {
  for (; warm < WARM; warm += 1) known();
  return Math.max(1, cost(known) / USUAL);
}

/** Milliseconds of processor time that the process spent on it. */
function cost(run: () => unknown): number {
  const begin = process.cpuUsage();
  run();
  return process.cpuUsage(begin).user / 1000;
}

function tryOnce(work: Work): number {
  if (typeof work === "function") return cost(work);
  const made = work.make();
  return cost(() => work.run(made));
}

expect.extend({
  toCostUnder(work: Work, milliseconds: number) {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < TRIES && best >= milliseconds; round += 1) {
      const spent = tryOnce(work);
      best = Math.min(best, spent < milliseconds ? spent : spent / slowness());
    }
    return {
      pass: best < milliseconds,
      message: () => `${String(TRIES)} times it took ${best.toFixed(1)} ms or more, not under ${String(milliseconds)}`,
    };
  },
});

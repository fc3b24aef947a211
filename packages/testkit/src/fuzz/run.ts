import { type HonestData, prepare } from "./honest.js";
import { faultOf, SLOW_MS } from "./judge.js";
import { startLearning } from "./learned.js";
import { shrink } from "./shrink.js";
import { isWireShot, type Shot } from "./shot.js";
import { drawShot } from "./shots.js";
import type { Memory, Target } from "./target.js";
import { openWire, type Outcome } from "./wire.js";

/** A shot that did what none may do. */
export interface Failure {
  /** Which one of its seed. */
  readonly n: number;
  readonly fault: string;
  readonly shot: Shot;
  /** The same in fewer words, where it fails again by itself. */
  readonly smaller: Shot;
}

export interface Run {
  readonly shots: number;
  readonly seconds: number;
  readonly failures: readonly Failure[];
  /** What is wrong with the data nobody was to change, with the log, with the process. */
  readonly aftermath: readonly string[];
  readonly statuses: ReadonlyMap<number, number>;
  readonly kinds: ReadonlyMap<string, number>;
  readonly milliseconds: readonly number[];
  /** Those that took long, to be looked at. */
  readonly slow: readonly (readonly [milliseconds: number, n: number, what: string])[];
  readonly memory: readonly (Memory & { readonly shots: number })[];
}

export interface RunOptions {
  readonly seed: number;
  readonly count: number;
  readonly first?: number;
  /** Asked before each shot; true ends the run early, with the figures so far. */
  readonly isOver?: () => boolean;
  /** Told each failure at once, and how far the run is now and then. */
  readonly onFailure: (failure: Failure) => void;
  readonly onProgress: (shots: number, failures: number) => void;
}

const SWEEP_EVERY = 2000;
const REFILL_EVERY = 100;
const NOTED_MS = 200;
const SAMPLES = 20;
const SAMPLE_AT_LEAST = 500;
const PROGRESS_EVERY = 1000;
const MOST_FAILURES = 200;

/** Sends a shot; too slow is a fault only when it is so each time, for the machine has pauses of its own. */
function attempts(send: (shot: Shot) => Promise<Outcome>) {
  return async (shot: Shot): Promise<{ readonly outcome: Outcome; readonly fault: string | null }> => {
    const outcome = await send(shot);
    const fault = faultOf(shot, outcome);
    if (fault !== null || outcome.milliseconds <= SLOW_MS) return { outcome, fault };
    for (let again = 0; again < 3; again++) {
      const { milliseconds } = await send(shot);
      if (milliseconds <= SLOW_MS) return { outcome, fault: null };
    }
    return { outcome, fault: "slower than a second" };
  };
}

const STRANGE_LOG = /\n\s+at \S|"stack"|"level":(50|60)|Error:/;

async function aftermath(target: Target, honest: HonestData): Promise<readonly string[]> {
  if (!target.isAlive()) return [`the server is gone: ${target.log().slice(-2000)}`];
  const log = target.log();
  return [
    ...(await honest.check()),
    ...(STRANGE_LOG.test(log) ? [`the log holds an error: ${log.slice(0, 4000)}`] : []),
  ];
}

/** Sends `count` shots of a seed one after the other, and looks afterwards at what may not have changed. */
export async function run(target: Target, options: RunOptions): Promise<Run> {
  const { seed, count, first = 0, isOver = () => false, onFailure, onProgress } = options;
  const honest = await prepare(target);
  const wire = openWire(target.base);
  const learned = startLearning();
  const attempt = attempts((shot) => wire.send(shot));
  const failures: Failure[] = [];
  const statuses = new Map<number, number>();
  const kinds = new Map<string, number>();
  const milliseconds: number[] = [];
  const slow: (readonly [number, number, string])[] = [];
  const memory: (Memory & { readonly shots: number })[] = [];
  const sampleEvery = Math.max(SAMPLE_AT_LEAST, Math.ceil(count / SAMPLES));
  const start = performance.now();

  async function one(n: number): Promise<void> {
    const shot = learned.fill(drawShot(seed, n));
    kinds.set(shot.kind, (kinds.get(shot.kind) ?? 0) + 1);
    const { outcome, fault } = await attempt(shot);
    if (!isWireShot(shot)) {
      milliseconds.push(outcome.milliseconds);
      if (outcome.milliseconds > NOTED_MS)
        slow.push([outcome.milliseconds, n, `${shot.verb} ${shot.path.slice(0, 80)}`]);
    }
    for (const reply of outcome.replies) {
      statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
      learned.from(reply);
    }
    if (fault === null) return;
    const again = async (candidate: Shot) => (await attempt(candidate)).fault === fault;
    const failure = { n, fault, shot, smaller: fault === "no answer" ? shot : await shrink(shot, again) };
    failures.push(failure);
    onFailure(failure);
  }

  try {
    const goesOn = (): boolean => failures.length < MOST_FAILURES && target.isAlive() && !isOver();
    for (let n = first; n < first + count && goesOn(); n++) {
      await one(n);
      const done = n - first + 1;
      if (done % SWEEP_EVERY === 0) await honest.sweep();
      else if (done % REFILL_EVERY === 0) await honest.refill();
      if (done % sampleEvery === 0) memory.push({ ...(await target.memory()), shots: done });
      if (done % PROGRESS_EVERY === 0) onProgress(done, failures.length);
    }
    const seconds = (performance.now() - start) / 1000;
    const left = await aftermath(target, honest);
    return {
      shots: milliseconds.length,
      seconds,
      failures,
      aftermath: left,
      statuses,
      kinds,
      milliseconds,
      slow,
      memory,
    };
  } finally {
    wire.close();
    honest.close();
  }
}

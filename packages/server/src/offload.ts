import { createRequire } from "node:module";
import type { Offload, OffloadTask } from "@kalends/dav-core";
import { Piscina } from "piscina";
import { fault, outcomeOf } from "./offload-fault.js";

/** Below this many octets a trip to a worker costs more than the work. */
const WORTH_A_WORKER = 128 * 1024;

export interface WorkerPool extends Offload {
  close(): Promise<void>;
}

/**
 * Runs pure functions with a large input in worker threads, so that nothing blocks the event loop for long.
 * A task that exceeds `deadline` milliseconds ends with an error and its worker is replaced.
 */
export function openWorkerPool(options: { readonly threads: number; readonly deadline: number }): WorkerPool {
  const pool = new Piscina({
    filename: createRequire(import.meta.url).resolve("@kalends/server/offload-worker"),
    minThreads: 0,
    maxThreads: options.threads,
    idleTimeout: 30_000,
  });
  return {
    async run<A, R>(task: OffloadTask<A, R>, argument: A): Promise<R> {
      if (task.weigh(argument) < WORTH_A_WORKER) return task.inline(argument);
      const signal = AbortSignal.timeout(options.deadline);
      const outcome = await pool.run({ name: task.name, argument }, { signal }).catch((error: unknown) => fault(error));
      return outcomeOf<R>(outcome);
    },
    close: () => pool.destroy(),
  };
}

import { createRequire } from "node:module";
import { MessageChannel } from "node:worker_threads";
import { inlineOffload, type Offload, type OffloadTask } from "@kalends/dav-core";
import { Piscina } from "piscina";
import { growSlowly } from "./heap.js";
import type { OffloadCall } from "./offload-call.js";
import { fault, type OffloadOutcome, outcomeOf } from "./offload-fault.js";
import { takeOver } from "./offload-portions.js";

/** Below this many octets a trip to a worker costs more than the work. */
const WORTH_A_WORKER = 128 * 1024;

export interface WorkerPool extends Offload {
  /** Tasks that wait for a worker, and those being done. */
  load(): { readonly waiting: number; readonly running: number };
  close(): Promise<void>;
}

export interface WorkerPoolOptions {
  readonly threads: number;
  /** Milliseconds for one task, with the handing over of its result. */
  readonly deadline: number;
  /** File whose default export answers calls; the server's own where none is named. */
  readonly worker?: string;
}

/**
 * Runs pure functions with a large input in worker threads, so that nothing blocks the event loop for long.
 * A task that exceeds `deadline` milliseconds ends with an error and its worker is replaced.
 */
export function openWorkerPool({ threads, deadline, worker }: WorkerPoolOptions): WorkerPool {
  const pool = new Piscina({
    filename: worker ?? createRequire(import.meta.url).resolve("@kalends/server/offload-worker"),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 30_000,
    // What a task makes is short-lived: little room for it is collected more often, and costs nothing that can be measured.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });

  let sent = 0;

  async function send(call: OffloadCall): Promise<OffloadOutcome<unknown>> {
    const signal = AbortSignal.timeout(deadline);
    sent += 1;
    return pool
      .run(call, { signal, transferList: call.port ? [call.port] : [] })
      .catch((error: unknown) => fault(error))
      .finally(() => {
        sent -= 1;
      });
  }

  return {
    async run<A, R>(task: OffloadTask<A, R>, argument: A): Promise<R> {
      if (task.weigh(argument) < WORTH_A_WORKER) return inlineOffload.run(task, argument);
      return outcomeOf(await send({ name: task.name, argument })) as R;
    },
    async *stream<A, P>(task: OffloadTask<A, Iterable<P>>, argument: A) {
      if (task.weigh(argument) < WORTH_A_WORKER) return yield* inlineOffload.stream(task, argument);
      growSlowly();
      const { port1, port2 } = new MessageChannel();
      return yield* takeOver<P>(port1, send({ name: task.name, argument, port: port2 }));
    },
    load: () => ({ waiting: pool.queueSize, running: Math.max(0, sent - pool.queueSize) }),
    close: () => pool.destroy(),
  };
}

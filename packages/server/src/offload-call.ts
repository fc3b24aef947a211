import type { MessagePort } from "node:worker_threads";
import type { OffloadTask } from "@kalends/dav-core";
import { collectGarbage } from "./heap.js";
import { fault, type OffloadOutcome } from "./offload-fault.js";
import { handOver } from "./offload-portions.js";

/** What is sent to a worker: a task by its name. With a port the result goes there in portions. */
export interface OffloadCall {
  readonly name: string;
  readonly argument: unknown;
  readonly port?: MessagePort;
}

/** The function that runs in a worker thread and does these tasks. */
export function answering(
  tasks: readonly OffloadTask<unknown, unknown>[],
): (call: OffloadCall) => Promise<OffloadOutcome<unknown>> {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  return async ({ name, argument, port }) => {
    const task = byName.get(name);
    if (!task) return fault(new Error(`no task ${name}`));
    try {
      const value = task.inline(argument);
      if (!port) return { ok: true, value };
      await handOver(value as Iterable<unknown>, port);
      collectGarbage();
      return { ok: true, value: undefined };
    } catch (error) {
      return fault(error);
    }
  };
}

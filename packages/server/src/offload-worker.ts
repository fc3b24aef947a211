import { fault, type OffloadOutcome } from "./offload-fault.js";
import { offloadTasks } from "./offload-tasks.js";

const byName = new Map(offloadTasks.map((task) => [task.name, task]));

/** Entry of a worker thread: one call, one task by name. */
export default function run(call: { readonly name: string; readonly argument: unknown }): OffloadOutcome<unknown> {
  const task = byName.get(call.name);
  if (!task) return fault(new Error(`no task ${call.name}`));
  try {
    return { ok: true, value: task.inline(call.argument) };
  } catch (error) {
    return fault(error);
  }
}

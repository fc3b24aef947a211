import { answering } from "./offload-call.js";
import { offloadTasks } from "./offload-tasks.js";

/** Entry of a worker thread: one call, one task by name. */
export default answering(offloadTasks);

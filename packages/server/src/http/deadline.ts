import { Refused } from "@kalends/dav-core";
import type { House } from "../compose.js";
import type { Call } from "./call.js";

/** How long the server may work on a request before something of the answer is there, and again before each next piece. */
export interface Deadline {
  /** Aborted when the time is over or the client is gone; what works on the request stops there. */
  readonly signal: AbortSignal;
  /** Throws once the signal is aborted. */
  check(): void;
  /** The client is gone: nobody waits any more. */
  leave(): void;
  /** Time stands still while the client reads. */
  pause(): void;
  resume(): void;
}

const overdue = () =>
  new Refused({ status: 503, note: "The request took too long; ask for less.", headers: { "Retry-After": "5" } });

const gone = () => new Refused({ status: 503, note: "The client is gone." });

/** The deadline of a request under the settings; a client that leaves before the end ends it. */
export function deadlineOf({ response }: Pick<Call, "response">, { services }: House): Deadline {
  const deadline = startDeadline(services.limits.requestDeadline);
  response.once("close", () => {
    if (!response.writableFinished) deadline.leave();
  });
  return deadline;
}

/** Most requests are over before anybody looks at their signal: it is made for the first who does. */
export function startDeadline(milliseconds: number): Deadline {
  let controller: AbortController | undefined;
  let reason: Refused | undefined;
  let timer: NodeJS.Timeout | undefined;
  const abort = (why: Refused) => {
    reason ??= why;
    controller?.abort(reason);
  };
  const pause = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const resume = () => {
    if (timer) timer.refresh();
    else timer = setTimeout(() => abort(overdue()), milliseconds);
  };
  resume();
  return {
    get signal() {
      controller ??= new AbortController();
      if (reason) controller.abort(reason);
      return controller.signal;
    },
    check() {
      if (reason) throw reason;
    },
    pause,
    resume,
    leave() {
      pause();
      abort(gone());
    },
  };
}

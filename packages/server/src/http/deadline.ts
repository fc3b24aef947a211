import { Refused } from "@kalends/dav-core";

/** How long the server may work on a request before something of the answer is there, and again before each next piece. */
export interface Deadline {
  /** Aborted when the time is over or the client is gone; what works on the request stops there. */
  readonly signal: AbortSignal;
  /** The client is gone: nobody waits any more. */
  leave(): void;
  /** Time stands still while the client reads. */
  pause(): void;
  resume(): void;
}

const overdue = () =>
  new Refused({ status: 503, note: "The request took too long; ask for less.", headers: { "Retry-After": "5" } });

export function startDeadline(milliseconds: number): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const pause = () => clearTimeout(timer);
  const resume = () => {
    pause();
    timer = setTimeout(() => controller.abort(overdue()), milliseconds);
  };
  resume();
  return {
    signal: controller.signal,
    pause,
    resume,
    leave() {
      pause();
      controller.abort(new Refused({ status: 503, note: "The client is gone." }));
    },
  };
}

/** The pieces of an answer, each made within the deadline. */
export async function* within(deadline: Deadline, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  deadline.resume();
  try {
    for await (const piece of pieces) {
      deadline.pause();
      yield piece;
      deadline.resume();
    }
  } finally {
    deadline.pause();
  }
}

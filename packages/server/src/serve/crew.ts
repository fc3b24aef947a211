import { AdminError } from "../admin/command.js";

/** One worker process, as the crew sees it. */
export interface Worker {
  readonly pid: number | undefined;
  /** Resolves with the address once it answers requests; rejects when it ends before. */
  readonly ready: Promise<string>;
  /** Resolves when the process is over. */
  readonly ended: Promise<void>;
  drain(replaced: boolean): void;
  kill(): void;
}

export interface CrewOptions {
  readonly size: number;
  readonly start: () => Worker;
  readonly warn: (about: object, text: string) => void;
  /** Waits so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

export interface Crew {
  /** Starts all; gives the address they answer at. Throws when one of them ends before it answers. */
  start(): Promise<string>;
  /** Replaces one after the other, each only when its successor answers: no request is refused meanwhile. */
  renew(): Promise<void>;
  /** Lets all finish what they have begun; resolves when the last one is over. */
  stop(): Promise<void>;
}

/** A worker that ends again and again is started at growing intervals, up to this one. */
const LONGEST_PAUSE_MS = 30_000;
/** Beyond its own grace time a worker is not waited for. */
const PATIENCE_MS = 15_000;

/** Keeps a number of worker processes running: who ends without being told is replaced. */
export function createCrew({ size, start, warn, pause }: CrewOptions): Crew {
  const working = new Set<Worker>();
  const leaving = new Set<Worker>();
  let isStopping = false;
  let renewing: Promise<void> = Promise.resolve();

  /** Adds a worker that answers; one that ends later is replaced, unless it was told to end. */
  async function hire(): Promise<string> {
    const worker = start();
    working.add(worker);
    void worker.ended.then(() => working.delete(worker));
    const base = await worker.ready;
    void worker.ended.then(() => replace(worker));
    return base;
  }

  async function replace(worker: Worker): Promise<void> {
    if (leaving.delete(worker)) return;
    for (let wait = 0; !isStopping; wait = Math.min(LONGEST_PAUSE_MS, Math.max(1_000, wait * 2))) {
      warn({ worker: worker.pid, wait }, "a worker ended unexpectedly; another one is started");
      await pause(wait);
      if (isStopping) return;
      try {
        await hire();
        return;
      } catch {
        // It ended before it answered: the next one is started after a longer pause.
      }
    }
  }

  async function dismiss(worker: Worker, replaced: boolean): Promise<void> {
    leaving.add(worker);
    worker.drain(replaced);
    const late = setTimeout(() => worker.kill(), PATIENCE_MS);
    await worker.ended;
    clearTimeout(late);
  }

  async function renewAll(): Promise<void> {
    for (const worker of [...working]) {
      if (isStopping) return;
      await hire();
      await dismiss(worker, true);
    }
  }

  return {
    async start() {
      const bases = await Promise.all(Array.from({ length: size }, hire)).catch((error: unknown) => {
        isStopping = true;
        for (const worker of working) worker.kill();
        throw error;
      });
      return bases[0] ?? "";
    },
    renew() {
      renewing = renewing.then(renewAll).catch((error: unknown) => {
        warn({ err: error }, "the new workers do not start; those that run go on");
      });
      return renewing;
    },
    async stop() {
      isStopping = true;
      await Promise.all([...working].map((worker) => dismiss(worker, false)));
    },
  };
}

export const endedEarly = (status: string): AdminError =>
  new AdminError(`a worker ended before it could serve (${status}); its message is above`);

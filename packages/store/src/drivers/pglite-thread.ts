import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { type EngineFault, StoreDeadline, StoreUnavailable } from "../errors.js";
import type { Answer, Ask, Start, Tell } from "./pglite-messages.js";
import type { Prepared } from "./pglite-question.js";

/** A worker thread with PGlite open in it. */
export interface Thread {
  readonly version: string;
  readonly prepared: Prepared;
  /** Past `limitMs` at the head of the line the thread is ended. */
  ask(ask: Ask, limitMs: number): Promise<Answer>;
  terminate(reason: Error): Promise<void>;
}

export interface ThreadEvents {
  /** The thread is gone without having been closed. */
  died(reason: Error): void;
}

interface Waiting {
  readonly limitMs: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

const errorOf = (fault: EngineFault): Error => Object.assign(new Error(fault.message), fault);

/** Starts the compiled worker file, also when the caller runs from the sources. */
const startWorker = (start: Start): Worker =>
  new Worker(createRequire(import.meta.url).resolve("@kalends/store/pglite-worker"), {
    workerData: start,
    execArgv: [],
    // Questions and answers are short-lived: little room for them is collected more often, at no cost that can be measured.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });

const firstMessage = (worker: Worker): Promise<Tell> =>
  new Promise((resolve, reject) => {
    const ended = (code: number) => reject(new StoreUnavailable(`the database thread ended at its start (${code})`));
    worker.once("message", (message: Tell) => {
      worker.off("error", reject).off("exit", ended);
      resolve(message);
    });
    worker.once("error", reject).once("exit", ended);
  });

/** Opens PGlite in a thread; rejects with what kept it from opening. */
export async function openThread(start: Start, events: ThreadEvents): Promise<Thread> {
  const worker = startWorker(start);
  const first = await firstMessage(worker);
  if (!("ready" in first)) {
    await worker.terminate();
    throw "failed" in first ? errorOf(first.failed) : new StoreUnavailable("unexpected message at the start");
  }
  return attend(worker, first.version, events);
}

/** An empty data directory as `tar`, gzipped, made by initdb in a thread; slow, for where none was packed beforehand. */
export async function packEmpty(): Promise<Uint8Array> {
  const worker = startWorker({ pack: true, directory: null, seed: null });
  const first = await firstMessage(worker);
  await worker.terminate();
  if ("packed" in first) return first.packed;
  throw "failed" in first ? errorOf(first.failed) : new StoreUnavailable("unexpected message at the start");
}

function attend(worker: Worker, version: string, events: ThreadEvents): Thread {
  const waiting: Waiting[] = [];
  let gone: Error | undefined;
  let timer: NodeJS.Timeout | undefined;

  const end = (reason: Error): void => {
    if (gone) return;
    gone = reason;
    clearTimeout(timer);
    let error = reason;
    for (const one of waiting.splice(0)) {
      one.reject(error);
      error = new StoreUnavailable("the database is being opened again", { cause: reason });
    }
  };

  const fail = (reason: Error): void => {
    if (gone) return;
    end(reason);
    void worker.terminate();
    events.died(reason);
  };

  const watch = (): void => {
    clearTimeout(timer);
    const [head] = waiting;
    if (!head || head.limitMs === Number.POSITIVE_INFINITY) return;
    timer = setTimeout(() => fail(new StoreDeadline(`no answer within ${head.limitMs} ms`)), head.limitMs);
  };

  worker.on("message", (message: Tell) => {
    const one = waiting.shift();
    watch();
    if ("fault" in message) one?.reject(errorOf(message.fault));
    else if ("octets" in message) one?.resolve(message);
  });
  worker.on("error", (error) => fail(new StoreUnavailable(String(error), { cause: error })));
  worker.on("exit", (code) => fail(new StoreUnavailable(`the database thread ended (${code})`)));

  return {
    version,
    prepared: new Map(),
    ask: (ask, limitMs) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(new StoreUnavailable("the database is being opened again", { cause: gone }));
        waiting.push({ limitMs, resolve, reject });
        if (waiting.length === 1) watch();
        worker.postMessage(ask === "close" ? ask : new Uint8Array(ask));
      }),
    async terminate(reason) {
      end(reason);
      await worker.terminate();
    },
  };
}

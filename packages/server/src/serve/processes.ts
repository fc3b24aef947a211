import cluster from "node:cluster";
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { House } from "../compose.js";
import { type Crew, createCrew, endedEarly, type Worker } from "./crew.js";
import type { WorkerFigures } from "./figures.js";
import { type DrainMessage, isHello, isReady, isSignIn, type KeyMessage, type SignInMessage } from "./messages.js";

/** Tells all workers but the one that said it; who joins later checks for himself. */
function passOn(message: SignInMessage, from: number): void {
  for (const worker of Object.values(cluster.workers ?? {})) {
    if (worker && worker.id !== from && worker.isConnected()) worker.send(message);
  }
}

/** Starts this program once more; it finds out by itself that it is a worker. */
function startProcess(key: string, figures: WorkerFigures): Worker {
  const child = cluster.fork();
  figures.attach(child);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const ready = new Promise<string>((resolve, reject) => {
    child.on("message", (message: unknown) => {
      if (isReady(message)) resolve(message.base);
      else if (isSignIn(message)) passOn(message, child.id);
      else if (isHello(message)) child.send({ kind: "key", key } satisfies KeyMessage);
    });
    child.once("exit", (code, signal) => reject(endedEarly(signal ?? `status ${code}`)));
  });
  // Who ends early is noticed by whoever waits for `ready`; nobody may.
  ready.catch(() => undefined);
  return {
    pid: child.process.pid,
    ready,
    ended,
    drain(replaced) {
      const message: DrainMessage = { kind: "drain", replaced };
      if (child.isConnected()) child.send(message);
    },
    kill: () => void child.process.kill("SIGKILL"),
  };
}

/** Several processes of this program behind one listening socket. */
export function crewOf({ config, log }: House, figures: WorkerFigures): Crew {
  const key = randomBytes(32).toString("base64");
  return createCrew({
    size: config.workers,
    start: () => startProcess(key, figures),
    warn: (about, text) => log.warn(about, text),
    // Nobody waits for a worker to come back once the rest is over.
    pause: (milliseconds) => pause(milliseconds, undefined, { ref: false }),
  });
}

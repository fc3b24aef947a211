import { faultOf, isBroken, isStale, StoreError, StoreUnavailable } from "../errors.js";
import type { OctetRows } from "../octet-rows.js";
import type { Log, Run } from "./engine.js";
import { makeStatementNames } from "./pg-names.js";
import { decoded, type RowReader, undecoded } from "./pg-rows.js";
import type { Answer, Start } from "./pglite-messages.js";
import { asksFor, asksToRun, type Question } from "./pglite-question.js";
import { openThread, type Thread } from "./pglite-thread.js";
import { makeSessionQueue, type SessionQueue } from "./session-queue.js";
import type { Param } from "./values.js";

export interface LifeOptions {
  readonly start: Start;
  /** A statement that takes longer ends the thread, which is then opened again. */
  readonly deadlineMs: number;
  readonly log: Log;
  /** Frees what was taken before opening (the lock file). */
  readonly release?: () => void;
}

export interface LifeEvents {
  heard(channel: string, payload: string): void;
  /** A thread is open and does not serve yet. */
  opened(thread: Thread): Promise<void>;
  answered(answer: Answer): void;
}

/** One session for all, whose thread is opened again when it is lost. */
export interface Life {
  readonly queue: SessionQueue;
  readonly deadlineMs: number;
  open(): Promise<void>;
  isOpen(): boolean;
  /** The thread that serves. Throws `StoreUnavailable` while there is none. */
  thread(): Thread;
  /** Asks a thread, within the deadline unless told otherwise. One that turns out to be lost is ended. */
  ask<R>(on: Thread, question: Question<R>, limitMs?: number): Promise<R>;
  /** Sends statements to a thread. */
  runOn(on: Thread, limitMs?: number): Run;
  /** Sends one, whose cells are not decoded. */
  octetsOn(on: Thread, text: string, values: readonly Param[]): Promise<OctetRows>;
  /** Ends it for good. */
  close(): Promise<void>;
}

export const unlimited = Number.POSITIVE_INFINITY;
const CLOSING_MS = 30_000;
const AGAIN_MS = 2_000;

/** Internal errors leave the session stuck, and so does an overflow of the stack, which shows as a lost statement. */
function isLost(error: unknown): boolean {
  if (error instanceof StoreError) return false;
  const { code = "" } = faultOf(error);
  return isBroken(error) || code === "" || code === "26000";
}

async function endThread(thread: Thread | undefined): Promise<void> {
  await thread?.ask(asksToRun("checkpoint").octets, CLOSING_MS).catch(() => undefined);
  await thread?.ask("close", CLOSING_MS).catch(() => undefined);
  await thread?.terminate(new StoreUnavailable("the database is closed"));
}

export function makeLife({ start, deadlineMs, log, release }: LifeOptions, events: LifeEvents): Life {
  const queue = makeSessionQueue();
  const nameOf = makeStatementNames();
  let thread: Thread | undefined;
  let closing = false;

  async function opened(): Promise<Thread> {
    const made = await openThread(start, {
      died(reason) {
        thread = undefined;
        log("database thread lost, opening again", { error: reason.message });
        openAgain();
      },
    });
    await events.opened(made);
    return made;
  }

  function openAgain(): void {
    if (closing) return;
    opened().then(
      (made) => {
        thread = made;
        if (closing) void made.terminate(new StoreUnavailable("the database is closed"));
      },
      (error: unknown) => {
        log("cannot open the database again", { error: faultOf(error).message });
        setTimeout(openAgain, AGAIN_MS).unref();
      },
    );
  }

  async function ask<R>(on: Thread, { octets, read }: Question<R>, limitMs = deadlineMs): Promise<R> {
    try {
      const answer = await on.ask(octets, limitMs);
      events.answered(answer);
      return read(Buffer.from(answer.octets.buffer), events.heard);
    } catch (error) {
      if (isStale(error)) on.prepared.clear();
      if (!isLost(error) || on !== thread) throw error;
      thread = undefined;
      log("internal error, opening the database again", { error: faultOf(error).message });
      await on.terminate(new StoreUnavailable("the database is being opened again", { cause: error }));
      openAgain();
      throw new StoreUnavailable(faultOf(error).message, { cause: error });
    }
  }

  const statement = <R>(on: Thread, text: string, values: readonly Param[], reader: RowReader<R>, limitMs?: number) =>
    ask(on, asksFor(on.prepared, nameOf(text), text, values, reader), limitMs);

  return {
    queue,
    deadlineMs,
    async open() {
      thread = await opened();
    },
    isOpen: () => thread !== undefined && !closing,
    thread() {
      if (thread) return thread;
      throw new StoreUnavailable(closing ? "the database is closed" : "the database is being opened again");
    },
    ask,
    runOn: (on, limitMs) => (text, values) => statement(on, text, values, decoded(), limitMs),
    octetsOn: (on, text, values) => statement(on, text, values, undecoded()),
    async close() {
      if (closing) return;
      closing = true;
      await queue.exclusive(async () => {
        const last = thread;
        thread = undefined;
        await endThread(last);
      });
      release?.();
    },
  };
}

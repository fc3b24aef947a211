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
const CLOSED = "the database is closed";
const OPENING = "the database is being opened again";

/** Internal errors leave the session stuck, and so does an overflow of the stack, which shows as a lost statement. */
function isLost(error: unknown): boolean {
  if (error instanceof StoreError) return false;
  const { code = "" } = faultOf(error);
  return isBroken(error) || code === "" || code === "26000";
}

async function endThread(thread: Thread | undefined): Promise<void> {
  await thread?.ask(asksToRun("checkpoint").octets, CLOSING_MS).catch(() => undefined);
  await thread?.ask("close", CLOSING_MS).catch(() => undefined);
  await thread?.terminate(new StoreUnavailable(CLOSED));
}

/** The thread there is, opened again whenever it is lost. */
interface Keeper {
  open(): Promise<void>;
  isOpen(): boolean;
  current(): Thread;
  /** Ends a thread that is of no use any more. Gives false for one that has been replaced already. */
  replace(lost: Thread, why: unknown): Promise<boolean>;
  /** From now on nothing is opened again. Gives false the second time. */
  leave(): boolean;
  end(): Promise<void>;
}

function makeKeeper({ start, log }: LifeOptions, events: LifeEvents): Keeper {
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
        if (closing) void made.terminate(new StoreUnavailable(CLOSED));
      },
      (error: unknown) => {
        log("cannot open the database again", { error: faultOf(error).message });
        setTimeout(openAgain, AGAIN_MS).unref();
      },
    );
  }

  return {
    async open() {
      thread = await opened();
    },
    isOpen: () => thread !== undefined && !closing,
    current() {
      if (thread) return thread;
      throw new StoreUnavailable(closing ? CLOSED : OPENING);
    },
    async replace(lost, why) {
      if (lost !== thread) return false;
      thread = undefined;
      log("internal error, opening the database again", { error: faultOf(why).message });
      await lost.terminate(new StoreUnavailable(OPENING, { cause: why }));
      openAgain();
      return true;
    },
    leave() {
      const isFirst = !closing;
      closing = true;
      return isFirst;
    },
    end() {
      const last = thread;
      thread = undefined;
      return endThread(last);
    },
  };
}

/** Nothing is open yet. */
export function makeLife(options: LifeOptions, events: LifeEvents): Life {
  const { deadlineMs, release } = options;
  const queue = makeSessionQueue();
  const nameOf = makeStatementNames();
  const keeper = makeKeeper(options, events);

  async function ask<R>(on: Thread, { octets, read }: Question<R>, limitMs = deadlineMs): Promise<R> {
    try {
      const answer = await on.ask(octets, limitMs);
      events.answered(answer);
      return read(Buffer.from(answer.octets.buffer), events.heard);
    } catch (error) {
      if (isStale(error)) on.prepared.clear();
      if (!isLost(error) || !(await keeper.replace(on, error))) throw error;
      throw new StoreUnavailable(faultOf(error).message, { cause: error });
    }
  }

  const statement = <R>(on: Thread, text: string, values: readonly Param[], reader: RowReader<R>, limitMs?: number) =>
    ask(on, asksFor(on.prepared, nameOf(text), text, values, reader), limitMs);

  return {
    queue,
    deadlineMs,
    open: keeper.open,
    isOpen: keeper.isOpen,
    thread: keeper.current,
    ask,
    runOn: (on, limitMs) => (text, values) => statement(on, text, values, decoded(), limitMs),
    octetsOn: (on, text, values) => statement(on, text, values, undecoded()),
    async close() {
      if (!keeper.leave()) return;
      await queue.exclusive(keeper.end);
      release?.();
    },
  };
}

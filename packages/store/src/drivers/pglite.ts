import { faultOf, isBroken, StoreDeadline, StoreError, StoreUnavailable } from "../errors.js";
import type { BulkSession, Engine, Log, Run } from "./engine.js";
import { makeStatementNames } from "./pg-names.js";
import { decoded, type RowReader, undecoded } from "./pg-rows.js";
import { asideOf, copyFiles, removeFiles } from "./pglite-aside.js";
import type { Start } from "./pglite-messages.js";
import { asksFor, asksToCopyIn, asksToCopyOut, asksToRun, type Question } from "./pglite-question.js";
import { openThread, type Thread } from "./pglite-thread.js";
import { everyMs, flushCounters, vacuum, type WornTable, walLimit, wornTables } from "./pglite-upkeep.js";
import { makeIdleLimit, makeSessionQueue } from "./session-queue.js";
import { encode, type Param } from "./values.js";

export interface PgliteOptions {
  readonly start: Start;
  /** A statement that takes longer ends the thread, which is then opened again. */
  readonly deadlineMs: number;
  readonly log: Log;
  /** Frees what was taken before opening (the lock file). */
  readonly release?: () => void;
}

const unlimited = Number.POSITIVE_INFINITY;

const BEGINS = { read: "begin isolation level repeatable read read only", write: "begin" } as const;
const CHECKPOINT = "checkpoint";

const listening = (channel: string): string => `listen "${channel.replaceAll('"', '""')}"`;

/** Internal errors leave the session stuck, and so does an overflow of the stack, which shows as a lost statement. */
function isLost(error: unknown): boolean {
  if (error instanceof StoreError) return false;
  const { code = "" } = faultOf(error);
  return isBroken(error) || code === "" || code === "26000";
}

/** PGlite in a worker thread, one session for all; `start.directory` must already be locked and unpacked. */
export async function openPglite(options: PgliteOptions): Promise<Engine> {
  const queue = makeSessionQueue();
  const nameOf = makeStatementNames();
  const channels = new Map<string, Set<(payload: string) => void>>();
  let thread: Thread | undefined;
  let closing = false;
  let walBytes = 0;
  let checkpointed = 0;
  /** Counters do not survive a crash, so the first upkeep looks closer. */
  let tidied = false;
  let tending = false;

  const open = async (): Promise<Thread> => {
    const made = await openThread(options.start, {
      died: (reason) => {
        thread = undefined;
        options.log("database thread lost, opening again", { error: reason.message });
        reopen();
      },
    });
    walBytes = 0;
    checkpointed = 0;
    for (const channel of channels.keys()) await made.ask(asksToRun(listening(channel)).octets, unlimited);
    return made;
  };

  const heard = (channel: string, payload: string): void => {
    for (const fn of channels.get(channel) ?? []) fn(payload);
  };

  const reopen = (): void => {
    if (closing) return;
    open().then(
      (made) => {
        thread = made;
        if (closing) void made.terminate(new StoreUnavailable("the database is closed"));
      },
      (error: unknown) => {
        options.log("cannot open the database again", { error: faultOf(error).message });
        setTimeout(reopen, 2000).unref();
      },
    );
  };

  const live = (): Thread => {
    if (!thread) throw new StoreUnavailable(closing ? "the database is closed" : "the database is being opened again");
    return thread;
  };

  const ask = async <R>(on: Thread, question: Question<R>, limitMs = options.deadlineMs): Promise<R> => {
    try {
      const { octets, walBytes: written } = await on.ask(question.octets, limitMs);
      walBytes = written;
      if (walBytes - checkpointed > walLimit) tidy();
      return question.read(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength), heard);
    } catch (error) {
      if (isLost(error) && on === thread) {
        thread = undefined;
        options.log("internal error, opening the database again", { error: faultOf(error).message });
        await on.terminate(new StoreUnavailable("the database is being opened again", { cause: error }));
        reopen();
        throw new StoreUnavailable(faultOf(error).message, { cause: error });
      }
      throw error;
    }
  };

  const statement = <R>(on: Thread, text: string, values: readonly Param[], reader: RowReader<R>, limitMs?: number) =>
    ask(on, asksFor(on.prepared, nameOf(text), text, values, reader), limitMs);

  const runOn =
    (on: Thread, limitMs?: number): Run =>
    (text, values) =>
      statement(on, text, values, decoded(), limitMs);

  const within = <T>(mode: "read" | "write", limitMs: number, fn: (session: BulkSession) => Promise<T>): Promise<T> =>
    queue.exclusive(async () => {
      const on = live();
      await ask(on, asksToRun(BEGINS[mode]));
      let over: Error | undefined;
      const idle = makeIdleLimit(options.deadlineMs * 2, () => {
        over = new StoreDeadline("the transaction was idle for too long");
        return over;
      });
      const busy = async <R>(work: () => Promise<R>): Promise<R> => {
        if (over) throw over;
        idle.stop();
        return work().finally(() => idle.touch());
      };
      const session: BulkSession = {
        run: (text, values) => busy(() => runOn(on, limitMs)(text, values)),
        copyOut: (query) => busy(() => ask(on, asksToCopyOut(query), limitMs)),
        copyIn: (target, rows) => busy(() => ask(on, asksToCopyIn(target, rows), limitMs)),
      };
      try {
        const value = await Promise.race([fn(session), idle.promise]);
        await ask(on, asksToRun("commit"));
        return value;
      } catch (error) {
        await ask(on, asksToRun("rollback")).catch(() => undefined);
        throw error;
      } finally {
        idle.stop();
      }
    });

  const transaction = <T>(mode: "read" | "write", fn: (run: Run) => Promise<T>): Promise<T> =>
    within(mode, options.deadlineMs, ({ run }) => fn(run));

  const upkeep = (): Promise<void> =>
    queue.exclusive(async () => {
      const on = live();
      await runOn(on)(flushCounters, []);
      const worn = wornTables(tidied ? 500 : 50);
      const tables = (await runOn(on)(worn.text, worn.values.map(encode))) as readonly WornTable[];
      for (const table of tables) await ask(on, asksToRun(vacuum(table)), unlimited);
      await ask(on, asksToRun(CHECKPOINT), unlimited);
      tidied = true;
      checkpointed = walBytes;
    });

  /** Reads from a copy of the files, made while nobody writes; only then do others wait. */
  const aside = async <T>(fn: (session: BulkSession) => Promise<T>): Promise<T> => {
    const { directory } = options.start;
    if (directory === null) return within("read", unlimited, fn);
    const copy = asideOf(directory);
    try {
      await queue.exclusive(async () => {
        await ask(live(), asksToRun(CHECKPOINT), unlimited);
        checkpointed = walBytes;
        await copyFiles(directory, copy);
      });
      const { deadlineMs, log } = options;
      const opened = await openPglite({ start: { pack: false, directory: copy, seed: null }, deadlineMs, log });
      return await opened.bulk("read", fn).finally(() => opened.close());
    } finally {
      await removeFiles(copy);
    }
  };

  const tidy = (): void => {
    if (tending || closing || !thread) return;
    tending = true;
    upkeep()
      .catch((error: unknown) => options.log("upkeep failed", { error: faultOf(error).message }))
      .finally(() => {
        tending = false;
      });
  };

  const engine: Engine = {
    engine: "pglite",
    // The question must be on its way before the queue's next holder asks "begin", so nothing is waited for here.
    run: (text, values) => queue.shared(async () => runOn(live())(text, values)),
    octets: (text, values) => queue.shared(async () => statement(live(), text, values, undecoded())),
    transaction,
    bulk: (mode, fn) => (mode === "aside" ? aside(fn) : within(mode, unlimited, fn)),
    sessions: () => queue.sessions(),
    script: (text) =>
      queue.exclusive(async () => {
        const on = live();
        await ask(on, asksToRun(text), unlimited);
        // The schema may be another now: what was prepared is prepared anew.
        on.prepared.clear();
      }),
    async listen(channel, fn) {
      const hearing = channels.get(channel) ?? new Set();
      channels.set(channel, hearing.add(fn));
      await queue.exclusive(() => ask(live(), asksToRun(listening(channel))));
      return async () => {
        hearing.delete(fn);
        if (hearing.size > 0 || !channels.delete(channel)) return;
        await queue.exclusive(() => ask(live(), asksToRun(`un${listening(channel)}`)));
      };
    },
    upkeep,
    version: async () => (await Promise.resolve(live())).version,
    async close() {
      if (closing) return;
      closing = true;
      clearInterval(timer);
      await queue.exclusive(async () => {
        const on = thread;
        thread = undefined;
        await on?.ask(asksToRun(CHECKPOINT).octets, 30_000).catch(() => undefined);
        await on?.ask("close", 30_000).catch(() => undefined);
        await on?.terminate(new StoreUnavailable("the database is closed"));
      });
      options.release?.();
    },
  };
  thread = await open();
  const timer = setInterval(tidy, everyMs);
  timer.unref();
  return engine;
}

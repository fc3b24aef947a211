import { faultOf, isBroken, StoreDeadline, StoreError, StoreUnavailable } from "../errors.js";
import { octetRowsOf } from "../octet-rows.js";
import type { BulkSession, Engine, Log, Run } from "./engine.js";
import type { Answer, Start } from "./pglite-messages.js";
import { asideOf, copyFiles, removeFiles } from "./pglite-aside.js";
import { openThread, type Question, type Thread } from "./pglite-thread.js";
import { everyMs, flushCounters, vacuum, type WornTable, walLimit, wornTables } from "./pglite-upkeep.js";
import { makeIdleLimit, makeSessionQueue } from "./session-queue.js";
import { decoderOf, encode } from "./values.js";

export interface PgliteOptions {
  readonly start: Start;
  /** A statement that takes longer ends the thread, which is then opened again. */
  readonly deadlineMs: number;
  readonly log: Log;
  /** Frees what was taken before opening (the lock file). */
  readonly release?: () => void;
}

const unlimited = Number.POSITIVE_INFINITY;

function rowsOf({ columns, rows }: Answer): readonly unknown[] {
  const readers = columns.map(([name, oid]) => [name, decoderOf(oid)] as const);
  return rows.map((row) =>
    Object.fromEntries(
      readers.map(([name, read], i) => {
        const cell = row[i] ?? null;
        return [name, cell === null ? null : read(cell)];
      }),
    ),
  );
}

/** Internal errors leave the session stuck, and so does an overflow of the stack, which shows as a lost statement. */
function isLost(error: unknown): boolean {
  if (error instanceof StoreError) return false;
  const { code = "" } = faultOf(error);
  return isBroken(error) || code === "" || code === "26000";
}

/** PGlite in a worker thread, one session for all; `start.directory` must already be locked and unpacked. */
export async function openPglite(options: PgliteOptions): Promise<Engine> {
  const queue = makeSessionQueue();
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
      heard: (channel, payload) => {
        for (const fn of channels.get(channel) ?? []) fn(payload);
      },
      died: (reason) => {
        thread = undefined;
        options.log("database thread lost, opening again", { error: reason.message });
        reopen();
      },
    });
    walBytes = 0;
    checkpointed = 0;
    for (const channel of channels.keys()) await made.ask({ op: "listen", channel }, unlimited);
    return made;
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

  const ask = async (on: Thread, question: Question, limitMs = options.deadlineMs): Promise<Answer> => {
    try {
      const answer = await on.ask(question, limitMs);
      walBytes = answer.walBytes;
      if (walBytes - checkpointed > walLimit) tidy();
      return answer;
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

  const runOn =
    (on: Thread, limitMs = options.deadlineMs): Run =>
    async (text, values) =>
      rowsOf(await ask(on, { op: "query", text, values }, limitMs));

  const within = <T>(mode: "read" | "write", limitMs: number, fn: (session: BulkSession) => Promise<T>): Promise<T> =>
    queue.exclusive(async () => {
      const on = live();
      await ask(on, {
        op: "query",
        text: mode === "read" ? "begin isolation level repeatable read read only" : "begin",
        values: [],
      });
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
        copyOut: (query) =>
          busy(async () => (await ask(on, { op: "copy-out", query }, limitMs)).octets ?? new Uint8Array()),
        copyIn: (target, octets) => busy(async () => void (await ask(on, { op: "copy-in", target, octets }, limitMs))),
      };
      try {
        const value = await Promise.race([fn(session), idle.promise]);
        await ask(on, { op: "query", text: "commit", values: [] });
        return value;
      } catch (error) {
        await ask(on, { op: "query", text: "rollback", values: [] }).catch(() => undefined);
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
      for (const table of tables) await ask(on, { op: "script", text: vacuum(table) }, unlimited);
      await ask(on, { op: "script", text: "checkpoint" }, unlimited);
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
        await ask(live(), { op: "script", text: "checkpoint" }, unlimited);
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
    octets: (text, values) =>
      queue.shared(async () => octetRowsOf((await runOn(live())(text, values)) as readonly Record<string, unknown>[])),
    transaction,
    bulk: (mode, fn) => (mode === "aside" ? aside(fn) : within(mode, unlimited, fn)),
    sessions: () => queue.sessions(),
    script: (text) => queue.exclusive(async () => void (await ask(live(), { op: "script", text }, unlimited))),
    async listen(channel, fn) {
      const hearing = channels.get(channel) ?? new Set();
      channels.set(channel, hearing.add(fn));
      await queue.exclusive(() => ask(live(), { op: "listen", channel }));
      return async () => {
        hearing.delete(fn);
        if (hearing.size > 0 || !channels.delete(channel)) return;
        await queue.exclusive(() => ask(live(), { op: "unlisten", channel }));
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
        await on?.ask({ op: "script", text: "checkpoint" }, 30_000).catch(() => undefined);
        await on?.ask({ op: "close" }, 30_000).catch(() => undefined);
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

import { StoreDeadline } from "../errors.js";
import { BEGINS, type BulkSession } from "./engine.js";
import type { Life } from "./pglite-life.js";
import { asksToCopyIn, asksToCopyOut, asksToRun } from "./pglite-question.js";
import { makeIdleLimit } from "./session-queue.js";

/** Lends the session for a transaction; `limitMs` is for each statement. Whoever goes quiet in it loses it. */
export function within<T>(
  life: Life,
  mode: "read" | "write",
  limitMs: number,
  fn: (session: BulkSession) => Promise<T>,
): Promise<T> {
  return life.queue.exclusive(async () => {
    const on = life.thread();
    await life.ask(on, asksToRun(BEGINS[mode]));
    let over: Error | undefined;
    const idle = makeIdleLimit(life.deadlineMs * 2, () => {
      over = new StoreDeadline("the transaction was idle for too long");
      return over;
    });
    const busy = async <R>(work: () => Promise<R>): Promise<R> => {
      if (over) throw over;
      idle.stop();
      return work().finally(() => idle.touch());
    };
    const run = life.runOn(on, limitMs);
    const session: BulkSession = {
      run: (text, values) => busy(() => run(text, values)),
      copyOut: (query) => busy(() => life.ask(on, asksToCopyOut(query), limitMs)),
      copyIn: (target, rows) => busy(() => life.ask(on, asksToCopyIn(target, rows), limitMs)),
    };
    try {
      const value = await Promise.race([fn(session), idle.promise]);
      await life.ask(on, asksToRun("commit"));
      return value;
    } catch (error) {
      await life.ask(on, asksToRun("rollback")).catch(() => undefined);
      throw error;
    } finally {
      idle.stop();
    }
  });
}

import type { BulkSession, Engine } from "./engine.js";
import { asideOf, copyFiles, removeFiles } from "./pglite-aside.js";
import { makeChannels } from "./pglite-channels.js";
import { type LifeOptions, makeLife, unlimited } from "./pglite-life.js";
import { asksToRun } from "./pglite-question.js";
import { within } from "./pglite-transaction.js";
import { makeUpkeep } from "./pglite-upkeep.js";

/** PGlite in a worker thread, one session for all; `start.directory` must already be locked and unpacked. */
export async function openPglite(options: LifeOptions): Promise<Engine> {
  const life = makeLife(options, {
    heard: (channel, payload) => channels.tell(channel, payload),
    answered: ({ walBytes }) => upkeep.wrote(walBytes),
    opened(thread) {
      upkeep.begin();
      return channels.resume(thread);
    },
  });
  const { queue } = life;
  const channels = makeChannels(life);
  const upkeep = makeUpkeep(life, options.log);

  /** Reads from a copy of the files, made while nobody writes; only then do others wait. */
  async function aside<T>(directory: string, fn: (session: BulkSession) => Promise<T>): Promise<T> {
    const copy = asideOf(directory);
    try {
      await queue.exclusive(async () => {
        await upkeep.checkpoint();
        await copyFiles(directory, copy);
      });
      const { deadlineMs, log } = options;
      const opened = await openPglite({ start: { pack: false, directory: copy, seed: null }, deadlineMs, log });
      return await opened.bulk("read", fn).finally(() => opened.close());
    } finally {
      await removeFiles(copy);
    }
  }

  const { directory } = options.start;
  await life.open();
  upkeep.start();
  return {
    engine: "pglite",
    // The question must be on its way before the queue's next holder asks "begin", so nothing is waited for here.
    run: (text, values) => queue.shared(async () => life.runOn(life.thread())(text, values)),
    octets: (text, values) => queue.shared(async () => life.octetsOn(life.thread(), text, values)),
    transaction: (mode, fn) => within(life, mode, options.deadlineMs, ({ run }) => fn(run)),
    bulk(mode, fn) {
      if (mode === "aside" && directory !== null) return aside(directory, fn);
      return within(life, mode === "aside" ? "read" : mode, unlimited, fn);
    },
    sessions: () => queue.sessions(),
    script: (text) =>
      queue.exclusive(async () => {
        const on = life.thread();
        // The schema may be another afterwards: what was prepared is prepared anew.
        await life.ask(on, asksToRun(text)).finally(() => on.prepared.clear());
      }),
    listen: channels.listen,
    upkeep: upkeep.run,
    version: async () => life.thread().version,
    async close() {
      upkeep.stop();
      await life.close();
    },
  };
}

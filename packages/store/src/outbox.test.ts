import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "./conformance/engines.js";
import type { Database, EventMap } from "./database.js";
import { emit } from "./emit.js";
import { delayAfter, runOutbox, type Subscriber } from "./outbox.js";
import { sql } from "./sql.js";
import { type OutboxState, outboxState, retryOutbox } from "./statements/outbox.js";
import { startOutboxWorker } from "./worker.js";

describe.each(engines)("outbox on $name", (engine) => {
  let db: Database;
  beforeAll(async () => {
    db = await engine.open();
  });
  afterAll(() => db.close());

  const send = (name: string, revision: number, key: string | null = null) =>
    db.rows(emit([name], "collection.changed", JSON.stringify({ revision }), key));
  const subscriber = (
    name: string,
    handle: (payload: EventMap["collection.changed"]) => Promise<void>,
  ): Subscriber => ({
    name,
    topics: ["collection.changed"],
    handle: (_, payload) => handle(payload as EventMap["collection.changed"]),
  });
  const collecting = (name: string) => {
    const seen: number[] = [];
    return { seen, to: subscriber(name, async ({ revision }) => void seen.push(revision)) };
  };
  const clear = () => db.rows(sql`delete from outbox`);

  test("messages are handed over once, oldest first, and are gone then", async () => {
    await clear();
    const { seen, to } = collecting("a");
    for (const revision of [1, 2, 3]) await send("a", revision);
    expect(await runOutbox(db, [to])).toBe(3);
    expect(await runOutbox(db, [to])).toBe(0);
    expect(seen).toEqual([1, 2, 3]);
  });

  test("a message of a transaction that failed is never seen", async () => {
    await clear();
    const { to } = collecting("a");
    const failed = db.write(async (tx) => {
      await tx.rows(emit(["a"], "collection.changed", "{}"));
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await runOutbox(db, [to])).toBe(0);
  });

  test("messages with one key that nobody has claimed become one, the latest", async () => {
    await clear();
    const { seen, to } = collecting("a");
    for (const revision of [1, 2, 3]) await send("a", revision, "calendar");
    await runOutbox(db, [to]);
    expect(seen).toEqual([3]);
  });

  test("two workers never hand over the same message", async () => {
    await clear();
    const { seen, to } = collecting("a");
    await Promise.all(Array.from({ length: 30 }, (_, i) => send("a", i)));
    await Promise.all([1, 2, 3].map(() => runOutbox(db, [to], 10)));
    expect(seen.sort((x, y) => x - y)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  test("a failed message waits longer each time and is given up after twenty", async () => {
    await clear();
    await send("a", 1);
    const to = subscriber("a", async () => {
      throw new TypeError("unreachable");
    });
    const due = () => db.rows(sql`update outbox set run_after = now()`);
    for (let i = 0; i < 19; i++) {
      expect(await runOutbox(db, [to])).toBe(1);
      expect(await runOutbox(db, [to])).toBe(0);
      await due();
    }
    expect(await db.one<OutboxState>(outboxState())).toMatchObject({ waiting: 1, failed: 0 });
    await runOutbox(db, [to]);
    await due();
    expect(await runOutbox(db, [to])).toBe(0);
    const row = await db.one<{ id: number }>(sql`select id, last_error, attempts from outbox`);
    expect(row).toMatchObject({ last_error: "TypeError: unreachable", attempts: 20 });
    await db.rows(retryOutbox(row?.id ?? 0));
    expect(await runOutbox(db, [to])).toBe(1);
    expect(delayAfter(0)).toBe(1000);
    expect(delayAfter(30)).toBe(6 * 3600_000);
  });

  test("a failed message gives way to a newer one with its key", async () => {
    await clear();
    await send("a", 1, "k");
    const to = subscriber("a", async () => {
      await send("a", 2, "k");
      throw new Error("later");
    });
    await runOutbox(db, [to], 1);
    const { seen, to: good } = collecting("a");
    await runOutbox(db, [good]);
    expect(seen).toEqual([2]);
  });

  test("a message whose worker died is claimed again after the lease", async () => {
    await clear();
    await send("a", 1);
    await db.rows(sql`update outbox set locked_until = now() - interval '1 second', attempts = 1`);
    const { seen, to } = collecting("a");
    await runOutbox(db, [to]);
    expect(seen).toEqual([1]);
  });

  test("the hint wakes the worker, drain works off what is due, stop ends it", async () => {
    await clear();
    let arrived: () => void = () => undefined;
    const first = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const to = subscriber("a", async () => arrived());
    const worker = await startOutboxWorker({
      db,
      subscribers: [to],
      log: () => undefined,
      clock: () => performance.now(),
      pollMs: 3_600_000,
    });
    await send("a", 1);
    await first;
    await worker.stop();
    await send("a", 2);
    const { seen, to: later } = collecting("a");
    const idle = await startOutboxWorker({
      db,
      subscribers: [later],
      log: () => undefined,
      clock: () => performance.now(),
    });
    await idle.drain(10_000);
    await idle.stop();
    expect(seen).toEqual([2]);
  });
});

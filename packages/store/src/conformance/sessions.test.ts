import { describe, expect, it, vi } from "vitest";
import { sql } from "../sql.js";
import { engines } from "./engines.js";

describe.each(engines)("the sessions on $name", (engine) => {
  it("are told as they are: at work, idle, and who waits for one", async () => {
    const db = await engine.open({ poolSize: 1 });
    await db.rows(sql`select 1`);
    expect(db.sessions()).toEqual({ inUse: 0, idle: 1, waiting: 0 });
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const holding = db.write(async (tx) => {
      await tx.rows(sql`select 1`);
      await left;
    });
    const others = [db.rows(sql`select 1`), db.rows(sql`select 2`)];
    await vi.waitUntil(() => db.sessions().waiting === 2);
    expect(db.sessions()).toEqual({ inUse: 1, idle: 0, waiting: 2 });
    leave();
    await Promise.all([holding, ...others]);
    await vi.waitUntil(() => db.sessions().idle === 1);
    expect(db.sessions()).toEqual({ inUse: 0, idle: 1, waiting: 0 });
    await db.close();
  });
});

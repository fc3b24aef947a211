import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Database } from "../database.js";
import { type Connecting, makeSessions } from "../drivers/pg-sessions.js";
import { runOn } from "../drivers/pg-statement.js";
import { StoreDeadline, StoreError, StoreUnavailable } from "../errors.js";
import { openDatabase } from "../open.js";
import { raw, sql } from "../sql.js";
import { ownDatabase, server } from "./engines.js";

const LIMITS = { most: 1, waiting: 10, silence: 60_000, patience: 5000, rest: 60_000 };

/** Leads to these URLs, one after the other as they fail. */
const to = (...urls: readonly string[]): Connecting => {
  const left = [...urls];
  return {
    hosts: {
      count: urls.length,
      current: () => left[0] ?? "",
      failed: (url) => {
        if (url === left[0]) left.push(...left.splice(0, 1));
      },
    },
    config: (url) => ({ connectionString: url }),
    check: () => Promise.resolve(),
  };
};

describe.runIf(server)("connections to a server", () => {
  let own: Awaited<ReturnType<typeof ownDatabase>>;
  let db: Database;
  let other: Database;
  beforeAll(async () => {
    own = await ownDatabase(server ?? "");
    db = await openDatabase({ url: own.url, poolSize: 1, deadlineMs: 5000 });
    other = await openDatabase({ url: own.url, poolSize: 1 });
  });
  afterAll(async () => {
    await Promise.all([db.close(), other.close()]);
    await own.drop();
  });

  const backend = async () => (await db.one<{ pid: number }>(sql`select pg_backend_pid() as pid`))?.pid ?? 0;
  const end = (pid: number) => other.rows(sql`select pg_terminate_backend(${pid}::int)`);
  const sound = async () => {
    expect(await db.one(sql`select ${3}::int as n`)).toEqual({ n: 3 });
  };

  test("one that is ended while nobody uses it is replaced", async () => {
    const before = await backend();
    await end(before);
    await vi.waitFor(async () => expect(await backend()).not.toBe(before));
    await sound();
  });

  test("one that is ended while a statement runs fails that statement, and is replaced", async () => {
    const pid = await backend();
    const slept = expect(db.rows(sql`select pg_sleep(60)`)).rejects.toThrow(StoreUnavailable);
    await vi.waitFor(async () => {
      const active = sql`select 1 from pg_stat_activity where pid = ${pid}::int and query like '%pg_sleep%'`;
      expect(await other.rows(active)).toHaveLength(1);
    });
    await end(pid);
    await slept;
    await sound();
  });

  test("one that is ended within a transaction fails the transaction, and is replaced", async () => {
    const failed = db.write(async (tx) => {
      const row = await tx.one<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await end(row?.pid ?? 0);
      await tx.rows(sql`select 1`);
    });
    await expect(failed).rejects.toThrow(StoreUnavailable);
    await sound();
  });

  test("what was prepared before the schema changed is prepared again", async () => {
    await db.script("create table shape (a int); insert into shape values (1)");
    const ask = () => db.rows(sql`select * from shape where a = ${1}::int`);
    for (let times = 0; times < 3; times += 1) expect(await ask()).toEqual([{ a: 1 }]);
    await other.script("alter table shape add b text default 'b'");
    expect(await ask()).toEqual([{ a: 1, b: "b" }]);
    await db.script("deallocate all");
    expect(await ask()).toEqual([{ a: 1, b: "b" }]);
  });

  test("a transaction that meets what was prepared before is run again as a whole, and nothing is written twice (decision 0046)", async () => {
    await db.script("create table form (a int); insert into form values (1); create table noted (n int)");
    let runs = 0;
    const turn = (n: number) =>
      db.write(async (tx) => {
        runs += 1;
        await tx.rows(sql`insert into noted values (${n}::int)`);
        return tx.rows(sql`select * from form where a = ${1}::int`);
      });
    const look = () => db.read((tx) => tx.rows(sql`select * from form where a >= ${0}::int`));
    for (let n = 0; n < 3; n += 1) expect([await turn(n), await look()]).toEqual([[{ a: 1 }], [{ a: 1 }]]);
    await other.script("alter table form add b text default 'b'");
    expect([runs, await turn(3), runs]).toEqual([3, [{ a: 1, b: "b" }], 5]);
    await other.script("alter table form add c text default 'c'");
    expect(await look()).toEqual([{ a: 1, b: "b", c: "c" }]);
    await db.script("deallocate all");
    expect(await turn(4)).toHaveLength(1);
    const noted = await db.rows<{ n: number }>(sql`select n from noted order by n`);
    expect(noted.map(({ n }) => n)).toEqual([0, 1, 2, 3, 4]);
  });

  test("tables change under many transactions at once: none fails, and what was acknowledged is there once (decision 0046)", async () => {
    const tables = Array.from({ length: 8 }, (_, n) => `grows_${n}`);
    const first = tables.map((table) => `create table ${table} (a int); insert into ${table} values (1);`);
    const many = await openDatabase({ url: own.url, poolSize: 4, random: Math.random });
    await many.script(`${first.join("")} create table done (n int)`);
    const work = (n: number) =>
      many.write(async (tx) => {
        await tx.rows(sql`insert into done values (${n}::int)`);
        for (const table of tables) await tx.rows(sql`select * from ${raw(table)} where a = ${1}::int`);
        return n;
      });
    const acknowledged: number[] = [];
    const someone = async (who: number) => {
      for (let n = 0; n < 60; n += 1) acknowledged.push(await work(1000 * who + n));
    };
    const all = Promise.all([1, 2, 3, 4, 5, 6].map(someone));
    await vi.waitUntil(() => acknowledged.length > 60);
    for (const table of tables) await other.script(`alter table ${table} add b text`);
    await all;
    const done = await many.rows<{ n: number }>(sql`select n from done order by n`);
    expect(done.map(({ n }) => n)).toEqual(acknowledged.sort((a, b) => a - b));
    await many.close();
  });

  test("an error among the rows, or in reading them, ends the statement alone", async () => {
    const divide = (by: number) => db.rows(sql`select 6 / (${by}::int - n) as q from generate_series(1, 3) n`);
    const big = (text: string) => db.rows(sql`select ${text}::int8 as big`);
    for (let times = 0; times < 3; times += 1) {
      await expect(divide(2)).rejects.toThrow(/division/);
      expect(await divide(4)).toEqual([{ q: 2 }, { q: 3 }, { q: 6 }]);
      await expect(big("9007199254740993")).rejects.toThrow(StoreError);
      expect(await big("-9007199254740991")).toEqual([{ big: -9007199254740991 }]);
    }
  });

  test("one that takes too long is ended", async () => {
    await db.script("set statement_timeout = 20");
    await expect(db.rows(sql`select pg_sleep(60)`)).rejects.toThrow(StoreDeadline);
    await db.script("set statement_timeout = 5000");
    await sound();
  });

  test("statements beyond the number of connections take turns", async () => {
    const rows = await Promise.all([...Array(20).keys()].map((n) => db.one(sql`select ${n}::int as n`)));
    expect(rows).toEqual([...Array(20).keys()].map((n) => ({ n })));
  });

  test("who waits too long for a connection is told so, and the next is served", async () => {
    const sessions = makeSessions(to(own.url), { ...LIMITS, patience: 30 }, () => {});
    const lent = await sessions.wait();
    expect(sessions.free()).toBeUndefined();
    await expect(sessions.wait()).rejects.toThrow("timeout exceeded");
    const next = sessions.wait();
    sessions.release(lent);
    expect(await next).toBe(lent);
    const after = sessions.wait();
    sessions.release(lent, true);
    const fresh = await after;
    expect(fresh).not.toBe(lent);
    const ended = sessions.end();
    await expect(sessions.wait()).rejects.toThrow("after calling end");
    sessions.release(fresh);
    await ended;
  });

  test("who comes when too many wait already is refused at once", async () => {
    const sessions = makeSessions(to(own.url), { ...LIMITS, waiting: 1 }, () => {});
    const lent = await sessions.wait();
    const next = sessions.wait();
    await expect(sessions.wait()).rejects.toThrow(StoreUnavailable);
    sessions.release(lent);
    sessions.release(await next);
    await sessions.end();
  });

  test("a statement of which the server says nothing is given up, and its connection with it", async () => {
    const sessions = makeSessions(to(own.url), { ...LIMITS, silence: 500 }, () => {});
    const lent = await sessions.wait();
    const asked = { text: "select pg_sleep(60)", name: undefined, values: [] };
    await expect(runOn(lent, asked)).rejects.toThrow(/connection/i);
    sessions.release(lent);
    const fresh = await sessions.wait();
    expect(fresh).not.toBe(lent);
    sessions.release(fresh);
    await sessions.end();
  });

  test("the next host is tried where one is not there, or is of no use, and stayed with", async () => {
    const tried: string[] = [];
    const nowhere = "postgres://nobody@127.0.0.1:1/nothing";
    const standby = `${own.url}${own.url.includes("?") ? "&" : "?"}application_name=standby`;
    const how = to(nowhere, standby, own.url);
    const check: Connecting["check"] = async (client) => {
      const { rows } = await client.query<{ name: string }>("select current_setting('application_name') as name");
      tried.push(rows[0]?.name ?? "");
      if (rows[0]?.name === "standby") throw new StoreUnavailable("the database takes no writes");
    };
    const sessions = makeSessions({ ...how, check }, { ...LIMITS, most: 2 }, () => {});
    const [one, two] = [await sessions.wait(), await sessions.wait()];
    expect(tried).toEqual(["standby", "", ""]);
    sessions.release(one);
    sessions.release(two);
    await sessions.end();
  });

  test("connections nobody needs are closed", async () => {
    const sessions = makeSessions(to(own.url), { ...LIMITS, patience: 5000, rest: 10 }, () => {});
    const lent = await sessions.wait();
    const closed = new Promise<void>((resolve) => lent.client.once("end", resolve));
    sessions.release(lent);
    await closed;
    expect(sessions.free()).toBeUndefined();
    const fresh = await sessions.wait();
    expect(fresh).not.toBe(lent);
    sessions.release(fresh);
    await sessions.end();
  });
});

test("a server that is not there is told as such", async () => {
  const db = await openDatabase({ url: "postgres://nobody@127.0.0.1:1/nothing" });
  await expect(db.rows(sql`select 1`)).rejects.toThrow(StoreUnavailable);
  await expect(db.write((tx) => tx.rows(sql`select 1`))).rejects.toThrow(StoreUnavailable);
  await db.close();
});

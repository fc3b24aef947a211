import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { countingStatements, tallied } from "../counting.js";
import type { Database } from "../database.js";
import {
  ForeignKeyViolation,
  NestedQuery,
  StoreBusy,
  StoreDeadline,
  StoreFull,
  UniqueViolation,
  WriteRefused,
} from "../errors.js";
import { raw, sql } from "../sql.js";
import { engines } from "./engines.js";

describe.each(engines)("transactions on $name", (engine) => {
  let db: Database;
  beforeAll(async () => {
    db = await engine.open({ random: () => 0, deadlineMs: 10_000 });
    await db.script(`
      create table note (id int primary key, text text not null);
      create table remark (note_id int references note, constraint remark_unique unique (note_id));
      create function fail(state text) returns int language plpgsql as $$
        begin raise exception using errcode = state, message = 'made to fail'; end $$;`);
  });
  afterAll(() => db.close());

  const fail = (state: string) => sql`select fail(${state})`;
  const texts = async () =>
    (await db.rows<{ text: string }>(sql`select text from note order by id`)).map((r) => r.text);
  const clear = () => db.script("delete from remark; delete from note");

  test("a write that throws leaves nothing behind and passes the caller's error on (SYNC-81)", async () => {
    await clear();
    const own = Object.assign(new Error("mine"), { code: "ENOENT" });
    const failed = db.write(async (tx) => {
      await tx.rows(sql`insert into note values (1, 'gone')`);
      throw own;
    });
    await expect(failed).rejects.toBe(own);
    expect(await texts()).toEqual([]);
  });

  test("a failed statement ends the transaction even when its error is swallowed", async () => {
    await clear();
    const swallowed = db.write(async (tx) => {
      await tx.rows(sql`insert into note values (1, 'one')`);
      await tx.rows(sql`insert into note values (1, 'again')`).catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow(UniqueViolation);
    expect(await texts()).toEqual([]);
  });

  test("the caller may answer a failed statement with an error of its own", async () => {
    const own = new Error("taken");
    const failed = db.write((tx) =>
      tx.rows(fail("23505")).catch(() => {
        throw own;
      }),
    );
    await expect(failed).rejects.toBe(own);
  });

  test("a call to the database itself inside a transaction throws at once", async () => {
    for (const nested of [
      () => db.rows(sql`select 1`),
      () => db.one(sql`select 1`),
      () => db.read(async () => 1),
      () => db.write(async () => 1),
      () => db.script("select 1"),
      () => db.upkeep(),
    ]) {
      await expect(db.write(nested)).rejects.toThrow(NestedQuery);
      await expect(db.read(nested)).rejects.toThrow(NestedQuery);
    }
    expect(await db.one(sql`select 1 as one`)).toEqual({ one: 1 });
  });

  test("work left running by a transaction may use the database once it is over", async () => {
    let later: Promise<unknown> = Promise.resolve();
    let go: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      go = resolve;
    });
    await db.write(async () => {
      later = over.then(() => db.one(sql`select 1 as one`));
    });
    go();
    expect(await later).toEqual({ one: 1 });
  });

  test("a handle is dead once its transaction is over", async () => {
    const tx = await db.read(async (handle) => handle);
    await expect(tx.rows(sql`select 1`)).rejects.toThrow(/over/);
  });

  test("a write is run again on 40001 and 40P01, then succeeds", async () => {
    await clear();
    let runs = 0;
    const value = await db.write(async (tx) => {
      await tx.rows(sql`insert into note values (1, ${`run ${++runs}`})`);
      if (runs < 3) await tx.rows(fail(runs === 1 ? "40001" : "40P01"));
      return runs;
    });
    expect(value).toBe(3);
    expect(await texts()).toEqual(["run 3"]);
  });

  test("after the last repeat a write is StoreBusy", async () => {
    await expect(db.write((tx) => tx.rows(fail("40001")))).rejects.toThrow(StoreBusy);
  });

  test("SQLSTATEs become the store's own errors", async () => {
    await clear();
    await db.rows(sql`insert into note values (1, 'one')`);
    await expect(db.rows(sql`insert into note values (1, 'x')`)).rejects.toMatchObject({ constraint: "note_pkey" });
    await expect(db.rows(sql`insert into remark values (7)`)).rejects.toThrow(ForeignKeyViolation);
    await expect(db.rows(fail("53100"))).rejects.toThrow(StoreFull);
    await expect(db.rows(fail("57014"))).rejects.toThrow(StoreDeadline);
    const refused = db.rows(sql`select refuse_write('changed', 'a.ics')`);
    await expect(refused).rejects.toMatchObject({ reason: "changed", member: "a.ics" });
    await expect(refused).rejects.toThrow(WriteRefused);
    await expect(db.rows(raw("select nonsense"))).rejects.toMatchObject({ code: "42703" });
  });

  test("a read sees one snapshot and cannot write", async () => {
    await clear();
    const seen = await db.read(async (tx) => {
      const level = await tx.one(sql`select current_setting('transaction_isolation') as level`);
      return { ...(level as object), ...(await tx.one<object>(sql`select count(*) as n from note`)) };
    });
    expect(seen).toEqual({ level: "repeatable read", n: 0 });
    await expect(db.read((tx) => tx.rows(sql`insert into note values (1, 'x')`))).rejects.toMatchObject({
      code: "25006",
    });
  });

  test("transactions started together do not mix", async () => {
    await clear();
    const add = (id: number, ok: boolean) =>
      db.write(async (tx) => {
        await tx.rows(sql`insert into note values (${id}, 'a')`);
        await tx.rows(sql`update note set text = text || 'b' where id = ${id}`);
        if (!ok) throw new Error("no");
      });
    const done = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => add(i, i % 2 === 0)));
    expect(done.filter((d) => d.status === "fulfilled")).toHaveLength(10);
    expect(await texts()).toEqual(Array.from({ length: 10 }, () => "ab"));
  });

  test("skip locked passes over what another transaction holds", async () => {
    await clear();
    await db.rows(sql`insert into note select i, 'n' from generate_series(1, 4) i`);
    const claim = sql`select id from note order by id limit 2 for update skip locked`;
    const claims: number[][] = [];
    await Promise.all(
      [1, 2].map(() =>
        db.write(async (tx) => {
          const rows = await tx.rows<{ id: number }>(claim);
          claims.push(rows.map((r) => r.id));
          await tx.rows(sql`delete from note where id = any(${rows.map((r) => r.id)}::int[])`);
        }),
      ),
    );
    expect(claims.flat().sort()).toEqual([1, 2, 3, 4]);
  });

  test("a notification reaches the listener after commit, and not after rollback", async () => {
    const heard: string[] = [];
    let done: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      done = resolve;
    });
    const stop = await db.listen("odd Name", (payload) => {
      heard.push(payload);
      if (payload === "last") done();
    });
    const notify = (payload: string) => sql`select pg_notify('odd Name', ${payload})`;
    await db
      .write(async (tx) => {
        await tx.rows(notify("rolled back"));
        throw new Error("no");
      })
      .catch(() => undefined);
    await db.write((tx) => tx.rows(notify("committed")));
    await db.rows(notify("last"));
    await arrived;
    await stop();
    expect(heard).toEqual(["committed", "last"]);
  });

  test("statements are counted, begin and commit are not", async () => {
    const { value, count } = await countingStatements(async () => {
      await db.rows(sql`select 1`);
      return db.write(async (tx) => tx.one(sql`select 2 as two`));
    });
    expect(value).toEqual({ two: 2 });
    expect(count).toBe(2);
  });

  test("a database for one piece of work counts the statements of that work alone", async () => {
    const [one, other] = [{ count: 0 }, { count: 0 }];
    const work = tallied(db, one);
    await Promise.all([work.rows(sql`select 1`), work.one(sql`select 2`), tallied(db, other).one(sql`select 3`)]);
    await work.read((tx) => tx.rows(sql`select 4`));
    expect(await work.write((tx) => tx.one(sql`select 5 as five`))).toEqual({ five: 5 });
    await db.rows(sql`select 6`);
    expect([one.count, other.count]).toEqual([4, 1]);
  });

  test("health names the version", async () => {
    const health = await db.health();
    expect(health.ok).toBe(true);
    expect(Number.parseInt(health.version, 10)).toBeGreaterThanOrEqual(15);
  });
});

describe.each(engines)("deadline on $name", (engine) => {
  test("a statement that takes too long ends with StoreDeadline; the database goes on", async () => {
    const db = await engine.open({ deadlineMs: engine.name === "postgres" ? 200 : 1500 });
    await expect(db.rows(sql`select count(*) from generate_series(1, 500000000)`)).rejects.toThrow(StoreDeadline);
    await vi.waitUntil(async () => (await db.health()).ok, { timeout: 30_000 });
    expect(await db.one(sql`select 1 as one`)).toEqual({ one: 1 });
    await db.close();
  });
});

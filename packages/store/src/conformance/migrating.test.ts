import { describe, expect, it } from "vitest";
import { coreMigrations, migrate } from "../migrate.js";
import { openDatabase } from "../open.js";
import { raw, sql } from "../sql.js";
import { engines, ownDatabase, server } from "./engines.js";

const NEXT = (text: string) => [...coreMigrations(), { id: "next", sql: text }];

describe.each(engines)("a migration on $name", (engine) => {
  it("may take longer than any statement of a request", async () => {
    const db = await engine.open({ deadlineMs: 500 });
    const slow =
      engine.name === "postgres" ? "select pg_sleep(1.2)" : "select count(*) from generate_series(1, 4000000)";
    expect(await migrate(db, NEXT(slow))).toEqual(["next"]);
    await db.close();
  });
});

describe.skipIf(!server)("several processes on one PostgreSQL", () => {
  const opened = async (deadlineMs = 700) => {
    const own = await ownDatabase(server ?? "");
    const open = () => openDatabase({ url: own.url, poolSize: 2, deadlineMs });
    return { own, a: await open(), b: await open() };
  };

  it("begin an empty database together: each migration is applied once, nobody fails", async () => {
    const { own, a, b } = await opened();
    const [first, second] = await Promise.all([migrate(a, coreMigrations()), migrate(b, coreMigrations())]);
    expect([...first, ...second].sort()).toEqual(coreMigrations().map(({ id }) => id));
    await Promise.all([a.close(), b.close()]);
    await own.drop();
  });

  it("wait for the one that migrates, longer than a statement may take", async () => {
    const { own, a, b } = await opened();
    await migrate(a, coreMigrations());
    const slow = migrate(a, NEXT("select pg_sleep(1.5)"));
    const waiting = migrate(b, NEXT("select pg_sleep(1.5)"));
    expect((await Promise.all([slow, waiting])).flat()).toEqual(["next"]);
    await Promise.all([a.close(), b.close()]);
    await own.drop();
  });

  it("go on working while a migration waits for a table that a long transaction holds, and it comes through in the end", async () => {
    const { own, a, b } = await opened(10_000);
    await migrate(a, coreMigrations());
    const holding = a.write(async (tx) => {
      await tx.rows(sql`insert into setting (name, value) values ('held', '1'::jsonb)`);
      for (let waited = 0; waited < 8; waited += 1) await tx.rows(raw("select pg_sleep(0.4)"));
    });
    const migrated = migrate(b, NEXT("alter table setting add column note text"));
    const waits: number[] = [];
    let isDone = false;
    const working = (async () => {
      while (!isDone) {
        const before = performance.now();
        await a.rows(sql`select value from setting where name = 'x'`).catch(() => waits.push(Number.POSITIVE_INFINITY));
        waits.push(performance.now() - before);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await holding;
    expect(await migrated).toEqual(["next"]);
    isDone = true;
    await working;
    expect(waits.filter((wait) => wait < 100).length).toBeGreaterThan(10);
    expect(waits).not.toContain(Number.POSITIVE_INFINITY);
    await Promise.all([a.close(), b.close()]);
    await own.drop();
  }, 30_000);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./database.js";
import { MigrationChanged, SchemaTooNew } from "./errors.js";
import { coreMigrations, migrate, pendingMigrations, statementsOf } from "./migrate.js";
import { openDatabase } from "./open.js";
import { sql } from "./sql.js";

let db: Database;
beforeAll(async () => {
  db = await openDatabase({ url: "embedded:memory" });
});
afterAll(() => db.close());

const one = { id: "x-0001", sql: "create table x (i int); insert into x values (1);" };
const two = { id: "x-0002", sql: "alter table x add j int; insert into nowhere values (1)" };

test("migrations are applied once, in order, also when several processes start at once", async () => {
  const all = [...coreMigrations(), one];
  const ids = all.map(({ id }) => id);
  expect((await pendingMigrations(db, all)).map(({ id }) => id)).toEqual(ids);
  const [a, b] = await Promise.all([migrate(db, all), migrate(db, all)]);
  expect([...a, ...b].sort()).toEqual([...ids].sort());
  expect(await pendingMigrations(db, all)).toEqual([]);
});

test("a migration that fails leaves nothing of itself", async () => {
  await expect(migrate(db, [...coreMigrations(), one, two])).rejects.toMatchObject({ code: "42P01" });
  const columns = await db.rows(sql`select attname from pg_attribute where attrelid = 'x'::regclass and attnum > 0`);
  expect(columns).toEqual([{ attname: "i" }]);
});

test("a schema newer than the program is refused", async () => {
  await expect(pendingMigrations(db, coreMigrations())).rejects.toThrow(SchemaTooNew);
});

test("a migration that has changed since is refused", async () => {
  const changed = [...coreMigrations(), { ...one, sql: "select 2" }];
  await expect(migrate(db, changed)).rejects.toThrow(MigrationChanged);
});

test("scripts are split outside quotes, comments and function bodies", () => {
  const script = `select ';'; -- ; no
    create function f() returns int language sql as $b$ select 1; $b$; /* ; */ select "a;b";`;
  expect(statementsOf(script)).toHaveLength(3);
});

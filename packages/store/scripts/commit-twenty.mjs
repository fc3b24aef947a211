// Opens the database given, marks the trace, commits twenty times, marks it again: commit-twenty.mjs URL
import { existsSync } from "node:fs";
import { openDatabase, sql } from "@kalends/store";

const db = await openDatabase({ url: process.argv[2] ?? "" });
await db.script("create table if not exists t (i int)");
await db.upkeep();
existsSync("/mark-begin");
for (let i = 0; i < 20; i++) await db.rows(sql`insert into t values (${i})`);
existsSync("/mark-end");
await db.close();

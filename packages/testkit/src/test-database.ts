import { randomBytes } from "node:crypto";
import { openDatabase } from "@kalends/store";

export type DatabaseKind = "embedded" | "postgres";

export interface TestDatabase {
  readonly url: string;
  /** Removes it. */
  drop(): Promise<void>;
}

/** A PostgreSQL database that may create others, when there is one. */
export const postgresUrl = (): string | undefined => process.env.KALENDS_TEST_POSTGRES || undefined;

/** An empty database: one in memory, or a new one on the PostgreSQL server of KALENDS_TEST_POSTGRES. */
export async function makeTestDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  if (kind === "embedded") return { url: "embedded:memory", drop: async () => undefined };
  const admin = postgresUrl();
  if (admin === undefined) throw new Error("set KALENDS_TEST_POSTGRES to the URL of a database that may create others");
  const name = `kalends_test_${randomBytes(6).toString("hex")}`;
  await administer(admin, `create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(admin, `drop database if exists ${name} with (force)`) };
}

async function administer(url: string, statement: string): Promise<void> {
  const db = await openDatabase({ url, poolSize: 1 });
  try {
    await db.script(statement);
  } finally {
    await db.close();
  }
}

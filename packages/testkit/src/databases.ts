import { randomBytes } from "node:crypto";
import { openDatabase, type StatementSeen } from "@kalends/store";
import { describe } from "vitest";

export type DatabaseKind = "embedded" | "postgres";

export interface TestDatabase {
  readonly url: string;
  /** Removes it. */
  drop(): Promise<void>;
}

const postgresUrl = (): string | undefined => process.env.KALENDS_TEST_POSTGRES || undefined;

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

/** Runs a suite once for each database at hand: the embedded one always, PostgreSQL when KALENDS_TEST_POSTGRES names one. */
export function eachDatabase(title: string, suite: (kind: DatabaseKind) => void): void {
  const kinds: readonly DatabaseKind[] = postgresUrl() === undefined ? ["embedded"] : ["embedded", "postgres"];
  for (const kind of kinds) describe(`${title} (${kind})`, () => suite(kind));
}

export interface StatementLog {
  readonly seen: (statement: StatementSeen) => void;
  /** Runs `fn` and gives the statements that ran meanwhile; meaningful while nothing else uses the database. */
  during<T>(fn: () => Promise<T>): Promise<{ readonly value: T; readonly statements: readonly string[] }>;
}

export function statementLog(): StatementLog {
  let current: string[] | null = null;
  return {
    seen: ({ text }) => current?.push(text),
    async during(fn) {
      const statements: string[] = [];
      current = statements;
      try {
        return { value: await fn(), statements };
      } finally {
        current = null;
      }
    },
  };
}

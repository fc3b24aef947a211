import type { StatementSeen } from "@kalends/store";
import { describe } from "vitest";
import { type DatabaseKind, postgresUrl } from "./test-database.js";

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

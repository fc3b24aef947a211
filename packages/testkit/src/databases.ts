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
  during<T>(fn: () => Promise<T>): Promise<{ readonly value: T; readonly seen: readonly StatementSeen[] }>;
}

export function statementLog(): StatementLog {
  let current: StatementSeen[] | null = null;
  return {
    seen: (statement) => current?.push(statement),
    async during(fn) {
      const seen: StatementSeen[] = [];
      current = seen;
      try {
        return { value: await fn(), seen };
      } finally {
        current = null;
      }
    },
  };
}

import type { FailureRow, FailureSubject } from "@kalends/store";
import { LRUCache } from "lru-cache";

interface Known {
  failures: number;
  until: number;
  /** Attempts that are being made. */
  pending: number;
  readAt: number;
}

/** What one process knows of failures; the table of the database is the truth, since others count there as well. */
export interface FailureMemory {
  failures(subject: string): number;
  /** Those of them that were read from the table a moment ago. */
  fresh(subjects: readonly FailureSubject[]): readonly FailureSubject[];
  /** Counts an attempt that begins; gives its rank among those of each of them. */
  begin(subjects: readonly FailureSubject[]): readonly number[];
  end(subjects: readonly FailureSubject[]): void;
  learn(subjects: readonly FailureSubject[], rows: readonly FailureRow[]): void;
  /** Seconds until the last of what is full counts no more; undefined where there is room for the attempt of this rank. */
  refusal(subjects: readonly FailureSubject[], ranks: readonly number[]): number | undefined;
}

/** For how long memory alone refuses; then the table is asked again, since others may have lifted it. */
const TRUSTED_MS = 5_000;
const ALL_PENDING_SECONDS = 5;

/** Remembers `capacity` subjects at most; `clock` in epoch milliseconds. */
export function createFailureMemory(clock: () => number, capacity: number): FailureMemory {
  const memory = new LRUCache<string, Known>({ max: capacity });

  function known(subject: string): Known {
    const there = memory.get(subject);
    if (there) {
      if (there.until <= clock()) there.failures = 0;
      return there;
    }
    const made: Known = { failures: 0, until: 0, pending: 0, readAt: 0 };
    memory.set(subject, made);
    return made;
  }

  return {
    failures: (subject) => known(subject).failures,
    fresh: (subjects) => subjects.filter(({ subject }) => clock() - known(subject).readAt < TRUSTED_MS),
    begin: (subjects) => subjects.map(({ subject }) => (known(subject).pending += 1)),
    end(subjects) {
      for (const { subject } of subjects) {
        const entry = known(subject);
        entry.pending = Math.max(0, entry.pending - 1);
      }
    },
    learn(subjects, rows) {
      const bySubject = new Map(rows.map((row) => [row.subject, row]));
      for (const { subject } of subjects) {
        const row = bySubject.get(subject);
        Object.assign(known(subject), { failures: row?.failures ?? 0, until: row?.until ?? 0, readAt: clock() });
      }
    },
    refusal(subjects, ranks) {
      const now = clock();
      const waits = subjects.flatMap(({ subject, atMost }, n) => {
        const { failures, until } = known(subject);
        if (failures >= atMost) return [Math.max(1, Math.ceil((until - now) / 1000))];
        return failures + (ranks[n] ?? 1) > atMost ? [ALL_PENDING_SECONDS] : [];
      });
      return waits.length === 0 ? undefined : Math.max(...waits);
    },
  };
}

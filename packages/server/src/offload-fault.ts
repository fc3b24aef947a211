/** What a worker hands back: errors lose their class on the way between threads, so they travel as data. */
export type OffloadOutcome<R> =
  { readonly ok: true; readonly value: R } | { readonly ok: false; readonly message: string };

export function fault(error: unknown): OffloadOutcome<never> {
  return { ok: false, message: error instanceof Error ? error.message : String(error) };
}

export function outcomeOf<R>(outcome: OffloadOutcome<R>): R {
  if (outcome.ok) return outcome.value;
  throw new Error(`work in a worker thread failed: ${outcome.message}`);
}

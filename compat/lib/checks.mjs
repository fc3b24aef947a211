// Counts what held and what did not. The last line of every suite reads "N passed, N failed, N skipped".
export function createChecks(name) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const say = (word, text, detail) =>
    console.log(`${word} ${name}: ${text}${detail ? ` -- ${String(detail).slice(0, 600)}` : ""}`);
  return {
    count,
    /** Records one check; gives back whether it held. */
    ok(text, held, detail) {
      count[held ? "passed" : "failed"]++;
      say(held ? "ok  " : "FAIL", text, held ? "" : detail);
      return Boolean(held);
    },
    skip(text, why) {
      count.skipped++;
      say("skip", text, why);
    },
    note: (text) => say("    ", text),
  };
}

export const summary = (count) => `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;

/** Asks until `probe` gives something true or the time is over; gives the last answer. */
export async function until(probe, milliseconds = 15_000, step = 250) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await probe();
    if (value || Date.now() > end) return value;
    await new Promise((resolve) => setTimeout(resolve, step));
  }
}

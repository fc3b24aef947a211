import { isRetryable } from "../errors.js";

const attempts = 6;

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** How long to wait after so many failures. */
const wait = (failures: number, random: () => number) => pause(2 ** failures * 2 * (0.5 + random()));

/**
 * Runs `work` again where that may help (40001, 40P01, a stale statement), after a pause that grows and is spread by `random`
 * (0 to 1); `failures` is how often it was tried already.
 */
export async function retrying<T>(work: () => Promise<T>, random: () => number, failures = 0): Promise<T> {
  if (failures > 0) await wait(failures, random);
  for (let tried = failures + 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried >= attempts || !isRetryable(error)) throw error;
      await wait(tried, random);
    }
  }
}

import { isRetryable } from "../errors.js";

const attempts = 6;

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Runs `work` again on 40001 and 40P01, after a pause that grows and is spread by `random` (0 to 1). */
export async function retrying<T>(work: () => Promise<T>, random: () => number): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried >= attempts || !isRetryable(error)) throw error;
      await pause(2 ** tried * 2 * (0.5 + random()));
    }
  }
}

import { randomBytes } from "node:crypto";
import type { Config } from "../config/schema.js";
import type { TrialAccount } from "./check.js";

/** Runs an administrative action by name. */
export type Perform = (config: Config, request: { command: string; args: unknown }) => Promise<unknown>;

export interface Trial {
  /** Makes the account at the first call. */
  readonly account: () => Promise<TrialAccount>;
  /** Takes it away again, with all it had. */
  readonly end: () => Promise<void>;
}

/** An account of the doctor's own, so that nobody's calendars are touched. */
export function trialOf(config: Config, perform: Perform): Trial {
  const name = `doctor-${randomBytes(5).toString("hex")}`;
  const password = randomBytes(24).toString("base64url");
  let made: Promise<TrialAccount> | undefined;

  async function make(): Promise<TrialAccount> {
    await perform(config, {
      command: "user.add",
      args: { name, password, displayName: "kalends doctor", admin: false },
    });
    const full = `${name}@${config.domain}`;
    return { name: full, authorization: `Basic ${Buffer.from(`${full}:${password}`).toString("base64")}` };
  }

  return {
    account: () => (made ??= make()),
    async end() {
      if (!made || !(await made.catch(() => null))) return;
      await perform(config, { command: "user.remove", args: { name, sure: true } });
    },
  };
}

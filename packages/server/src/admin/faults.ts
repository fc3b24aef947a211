import { DirectoryError } from "@kalends/accounts";
import { Refused } from "@kalends/dav-core";
import { StoreError } from "@kalends/store";
import { ConfigError } from "../config/load.js";
import { AdminError } from "./command.js";

/** Errors whose message is written for people. */
const told = [AdminError, ConfigError, DirectoryError, Refused, StoreError];

export const isTold = (error: unknown): error is Error => told.some((kind) => error instanceof kind);

/** One sentence about an error for the person at the keyboard; with the stack where it is a fault of the program. */
export function messageOf(error: unknown): string {
  if (isTold(error)) return error.message;
  return `unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

import type { House } from "../compose.js";

/** Tells how far long work has come; total in the same unit as done. */
export type Progress = (done: number, total: number) => void;

/** Takes what an action gives in bulk, piece by piece; a promise that is slow slows the action. */
export type Output = (octets: Uint8Array) => Promise<void>;

/** Takes nothing of it: for actions that give no octets. */
export const nowhere: Output = async () => undefined;

/**
 * One administrative action. Arguments and result are plain JSON, since the action may run in the process that was
 * called or, when a server holds the embedded database, inside that server.
 */
export interface AdminCommand<A, R> {
  readonly name: string;
  readonly run: (args: A, house: House, progress: Progress, out: Output) => Promise<R>;
}

/** What a person did wrong or has to do next; shown as it is, without a stack. */
export class AdminError extends Error {}

// The table holds commands of every shape; each keeps its own types where it is declared.
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of differently typed declarations
export type AnyAdminCommand = AdminCommand<any, any>;

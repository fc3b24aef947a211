import type { Command } from "commander";
import { askServer, connectAdmin } from "../admin/client.js";
import { AdminError, type Output, type Progress } from "../admin/command.js";
import { runAdmin } from "../admin/socket.js";
import type { AdminRequest } from "../admin/wire.js";
import { loadConfig } from "../config/load.js";
import type { Config } from "../config/schema.js";
import { adminSocketPath, openHouse } from "../open-house.js";
import { progressBar } from "./progress.js";

/** The settings a command runs under, from its options, the environment and the settings file. */
export function configOf(command: Command): Config {
  const { config } = command.optsWithGlobals<{ config?: string }>();
  return loadConfig({ env: process.env, directory: process.cwd(), file: config });
}

/** Whoever performs administrative actions: the running server, or this process. */
export type Administrator = (request: AdminRequest, progress?: Progress, out?: Output) => Promise<unknown>;

/** Shows how far work is on a terminal while it goes on. */
export async function withBar<R>(label: string, work: (progress: Progress) => Promise<R>): Promise<R> {
  const bar = progressBar(label, process.stderr.isTTY === true);
  try {
    return await work(bar.progress);
  } finally {
    bar.stop();
  }
}

/**
 * Runs an administrative action: inside the server that holds the embedded database when one runs, else here, against
 * the database itself. Prints the result, as JSON with `--json`.
 */
export async function runCommand<R>(
  command: Command,
  action: { readonly name: string; readonly args: unknown; readonly label?: string },
  show: (result: R) => string,
): Promise<void> {
  const request = { command: action.name, args: action.args };
  const result = await withBar(action.label ?? action.name, (progress) =>
    asAdministrator(configOf(command), (administrator) => administrator(request, progress)),
  );
  print(command, result as R, show);
}

/** Prints a result for a person, or as JSON with `--json`; to standard error where standard output is taken. */
export function print<R>(
  command: Command,
  result: R,
  show: (result: R) => string,
  to: NodeJS.WritableStream = process.stdout,
): void {
  const { json } = command.optsWithGlobals<{ json?: boolean }>();
  const text = json ? JSON.stringify(result, null, 2) : show(result);
  if (text !== "") to.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Lends somebody who performs actions, as many as `work` asks for. */
export async function asAdministrator<R>(
  config: Config,
  work: (administrator: Administrator) => Promise<R>,
): Promise<R> {
  const running = await runningServer(config);
  if (running) return work(running);
  const opened = await openHouse(config);
  try {
    return await work((request, progress = quiet, out) => runAdmin(request, opened.house, progress, out));
  } finally {
    await opened.close();
  }
}

/** The server that holds the embedded database, or null when none runs there. */
export async function runningServer(config: Config): Promise<Administrator | null> {
  const path = adminSocketPath(config);
  const probe = path === null ? null : await connectAdmin(path);
  if (path === null || probe === null) return null;
  probe.destroy();
  // A connection is for one action.
  return async (request, progress = quiet, out) => {
    const socket = await connectAdmin(path);
    if (!socket) throw new AdminError("the server has ended");
    return askServer(socket, request, progress, out);
  };
}

const quiet: Progress = () => undefined;

/** Everything on standard input as text, for passwords and calendars that are piped in. */
export async function readStdin(): Promise<string> {
  if (process.stdin.isTTY)
    throw new AdminError("standard input is a terminal; pipe the text in, for example with echo or <");
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

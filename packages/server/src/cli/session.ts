import type { Command } from "commander";
import { askServer, connectAdmin } from "../admin/client.js";
import { AdminError, type Progress } from "../admin/command.js";
import { runAdmin } from "../admin/socket.js";
import { loadConfig } from "../config/load.js";
import type { Config } from "../config/schema.js";
import { adminSocketPath, openHouse } from "../open-house.js";
import { progressBar } from "./progress.js";

/** The settings a command runs under, from its options, the environment and the settings file. */
export function configOf(command: Command): Config {
  const { config } = command.optsWithGlobals<{ config?: string }>();
  return loadConfig({ env: process.env, directory: process.cwd(), file: config });
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
  const bar = progressBar(action.label ?? action.name, process.stderr.isTTY === true);
  let result: unknown;
  try {
    result = await perform(configOf(command), { command: action.name, args: action.args }, bar.progress);
  } finally {
    bar.stop();
  }
  const { json } = command.optsWithGlobals<{ json?: boolean }>();
  const text = json ? JSON.stringify(result, null, 2) : show(result as R);
  if (text !== "") process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Runs an action where the database is: in the server that holds it, or here. */
export async function perform(
  config: Config,
  request: { command: string; args: unknown },
  progress: Progress,
): Promise<unknown> {
  const path = adminSocketPath(config);
  const socket = path === null ? null : await connectAdmin(path);
  if (socket) return askServer(socket, request, progress);
  const opened = await openHouse(config);
  try {
    return await runAdmin(request, opened.house, progress);
  } finally {
    await opened.close();
  }
}

/** Everything on standard input as text, for passwords and calendars that are piped in. */
export async function readStdin(): Promise<string> {
  if (process.stdin.isTTY)
    throw new AdminError("standard input is a terminal; pipe the text in, for example with echo or <");
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

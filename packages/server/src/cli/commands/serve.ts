import { type Command, InvalidArgumentError, Option } from "commander";
import type { Config } from "../../config/schema.js";
import { serve } from "../../serve/serve.js";
import { configOf } from "../session.js";

const EXAMPLES = `
Without settings: embedded database in ./data, http://127.0.0.1:8100, an account admin on the first start.
Signals: TERM and INT finish what is open and end; HUP starts the worker processes anew, one by one.
Examples:
  kalends serve
  KALENDS_DATABASE=embedded:/var/lib/kalends KALENDS_LISTEN=0.0.0.0:8100 kalends serve
  KALENDS_DATABASE=postgres:///kalends kalends serve --workers 4`;

function numberOfWorkers(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 128) return number;
  throw new InvalidArgumentError("It takes a number from 1 to 128.");
}

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("run the server in the foreground")
    .addOption(
      new Option(
        "--workers <number>",
        "processes that answer requests, about one for each core; needs PostgreSQL (env: KALENDS_WORKERS)",
      ).argParser(numberOfWorkers),
    )
    .addHelpText("after", EXAMPLES)
    .action(async ({ workers }: Partial<Pick<Config, "workers">>, command: Command) => {
      const config = configOf(command);
      await serve({ ...config, workers: workers ?? config.workers });
    });
}

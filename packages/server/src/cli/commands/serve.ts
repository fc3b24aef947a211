import type { Command } from "commander";
import { serve } from "../../serve.js";
import { configOf } from "../session.js";

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("run the server in the foreground")
    .addHelpText(
      "after",
      "\nWithout settings: embedded database in ./data, http://127.0.0.1:8100, an account admin on the first start.\nExamples:\n  kalends serve\n  KALENDS_DATABASE=embedded:/var/lib/kalends KALENDS_LISTEN=0.0.0.0:8100 kalends serve",
    )
    .action(async (_options, command: Command) => serve(configOf(command)));
}

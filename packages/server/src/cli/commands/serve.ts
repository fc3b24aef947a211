import type { Command } from "commander";
import { serve } from "../../serve.js";
import { configOf } from "../session.js";

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("run the server in the foreground")
    .addHelpText("after", "\nExample:\n  KALENDS_DATABASE=embedded:/var/lib/kalends kalends serve")
    .action(async (_options, command: Command) => serve(configOf(command)));
}

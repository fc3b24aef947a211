import type { Command } from "commander";
import { migrateDatabase } from "../../open-house.js";
import { configOf } from "../session.js";

export function addDatabaseCommands(program: Command): void {
  program
    .command("migrate")
    .description("bring the database to this version's schema; serve does it by itself")
    .addHelpText("after", "\nExample:\n  KALENDS_DATABASE=postgres://kalends@db/kalends kalends migrate")
    .action(async (_options, command: Command) => {
      const applied = await migrateDatabase(configOf(command));
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const text = applied.length === 0 ? "nothing to do" : applied.map((id) => `applied ${id}`).join("\n");
      process.stdout.write(`${json ? JSON.stringify({ applied }) : text}\n`);
    });
}

import { readFile } from "node:fs/promises";
import { coreMigrations, type Database, giveCopy, sql, takeCopy, type TakenCopy } from "@kalends/store";
import type { Command } from "commander";
import { AdminError } from "../../admin/command.js";
import { withoutPassword } from "../../config/database-url.js";
import { type Config, configSchema } from "../../config/schema.js";
import { withDatabase } from "../../open-house.js";
import { showProof, showSummary } from "../proof.js";
import { configOf, print, runningServer, withBar } from "../session.js";

interface MoveOptions {
  readonly to?: string;
  readonly toFile?: string;
}

export function addMoveCommand(program: Command): void {
  program
    .command("move")
    .description("copy everything from the database of the settings into another, empty one")
    .option("--to <database>", "postgres://USER@HOST/NAME or embedded:DIRECTORY; PGPASSWORD and ~/.pgpass count")
    .option("--to-file <file>", "file that holds it, for a URL with a password")
    .addHelpText(
      "after",
      "\nThe server has to be stopped, so that nothing is written meanwhile. The database of the settings stays as it is.\nExamples:\n  kalends move --to postgres://kalends@localhost/kalends\n  KALENDS_DATABASE=postgres://kalends@localhost/kalends kalends move --to embedded:./data",
    )
    .action(move);
}

async function move(options: MoveOptions, command: Command): Promise<void> {
  const from = configOf(command);
  // The password in the settings is that of the database in the settings.
  const to = { ...from, database: await targetOf(options), databasePassword: undefined };
  if (to.database === from.database) throw new AdminError("both are the same database");
  if (await runningServer(from)) throw new AdminError(STOP);
  const taken = await withDatabase(from, async (source) => {
    await refuseWhileServed(source);
    return withDatabase(to, (target) =>
      withBar("move", (progress) => takeCopy(target, coreMigrations(), (sink) => giveCopy(source, sink, progress))),
    );
  });
  print(command, taken, (told) => showMoved(told, from, to));
}

const STOP = "a server runs on this database; stop it first, so that nothing is written meanwhile";

/** The servers on a PostgreSQL database are known by the name their sessions have. */
async function refuseWhileServed(source: Database): Promise<void> {
  if (source.engine !== "postgres") return;
  const other = await source.one(sql`
    select from pg_stat_activity where datname = current_database() and application_name = 'kalends'
      and pid <> pg_backend_pid() limit 1`);
  if (other) throw new AdminError(STOP);
}

async function targetOf({ to, toFile }: MoveOptions): Promise<string> {
  if ((to === undefined) === (toFile === undefined)) throw new AdminError("say where to with --to or with --to-file");
  const text = to ?? (await fileText(toFile ?? ""));
  const checked = configSchema.shape.database.safeParse(text.trim());
  if (!checked.success) {
    throw new AdminError("the target must be embedded:DIRECTORY or postgres://USER:PASSWORD@HOST/NAME");
  }
  return checked.data;
}

const fileText = (path: string): Promise<string> =>
  readFile(path, "utf8").catch((error: Error) => {
    throw new AdminError(`cannot read ${path}: ${error.message}`);
  });

function showMoved({ proof, migrated }: TakenCopy, from: Config, to: Config): string {
  const target = withoutPassword(to.database);
  return [
    showProof(proof),
    ...migrated.map((id) => `applied ${id}`),
    `moved and compared: ${showSummary(proof)}`,
    `${withoutPassword(from.database)} is as it was. Set "database" (KALENDS_DATABASE) to ${target} and start the server.`,
  ].join("\n");
}

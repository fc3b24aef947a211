import { createReadStream } from "node:fs";
import { type CopyEnd, type CopySink, coreMigrations, takeCopy } from "@kalends/store";
import type { Command } from "commander";
import { AdminError, type Progress } from "../../admin/command.js";
import { backUp } from "../../backup/backup.js";
import { readBackup } from "../../backup/read.js";
import { counted } from "../../backup/counted.js";
import { withDatabase } from "../../open-house.js";
import { openOutput } from "../output-file.js";
import { showProof, showSummary } from "../proof.js";
import { configOf, print, runningServer, withBar } from "../session.js";

export function addBackupCommands(program: Command): void {
  program
    .command("backup <file>")
    .description("write everything the server has into one file, also while it runs; - is standard output")
    .addHelpText(
      "after",
      "\nThe file is compressed and can be read by nobody else; it has its name only once it is whole.\nExamples:\n  kalends backup /var/backups/kalends.backup\n  kalends backup - | ssh vault 'cat > kalends.backup'",
    )
    .action(backupTo);
  program
    .command("verify <file>")
    .description("check that a backup is whole and unchanged, and say what is in it; - is standard input")
    .addHelpText("after", "\nExample:\n  kalends verify /var/backups/kalends.backup")
    .action(async (file: string, _options, command: Command) => {
      const end = await withBar("verify", (progress) => readThrough(file, progress));
      print(command, end, (told) => `${showProof(told)}\n${file}: whole and unchanged; ${showSummary(told)}`);
    });
  program
    .command("restore <file>")
    .description("fill an empty database from a backup; - is standard input")
    .addHelpText(
      "after",
      "\nThe database is the one of the settings, in which there must be no account yet. All of the backup becomes visible\nat once, after it was counted and compared, or nothing does.\nExample:\n  KALENDS_DATABASE=embedded:./data kalends restore /var/backups/kalends.backup",
    )
    .action(restoreFrom);
}

async function backupTo(file: string, _options: unknown, command: Command): Promise<void> {
  const config = configOf(command);
  const output = await openOutput(file);
  try {
    const running = await runningServer(config);
    const end = await withBar("backup", (progress) =>
      running
        ? (running({ command: "backup", args: {} }, progress, output.out) as Promise<CopyEnd>)
        : withDatabase(config, (db) => backUp(db, output.out, progress, { now: Date.now(), aside: false })),
    );
    await output.finish();
    const to = file === "-" ? process.stderr : process.stdout;
    print(command, end, (told) => `${file === "-" ? "written" : file}: ${showSummary(told)}`, to);
  } catch (error) {
    await output.discard();
    throw error;
  }
}

const octetsOf = (file: string): AsyncIterable<Buffer> =>
  (file === "-" ? process.stdin : createReadStream(file, { highWaterMark: 2 ** 18 })) as AsyncIterable<Buffer>;

/** Reads a backup into a sink; a file that is not there is told in a sentence. */
async function readFrom(file: string, sink: CopySink, progress: Progress): Promise<void> {
  await readBackup(octetsOf(file), counted(sink, progress)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new AdminError(`cannot read ${file}: there is no such file`);
    if (error.syscall === "open" || error.syscall === "read")
      throw new AdminError(`cannot read ${file}: ${error.message}`);
    throw error;
  });
}

async function readThrough(file: string, progress: Progress): Promise<CopyEnd> {
  let told: CopyEnd | undefined;
  const sink: CopySink = {
    begin: async () => undefined,
    segment: async () => undefined,
    end: async (end) => {
      told = end;
    },
  };
  await readFrom(file, sink, progress);
  if (!told) throw new AdminError("the backup is damaged: it has no end");
  return told;
}

async function restoreFrom(file: string, _options: unknown, command: Command): Promise<void> {
  const config = configOf(command);
  const taken = await withDatabase(config, (db) =>
    withBar("restore", (progress) =>
      takeCopy(db, coreMigrations(), (sink) => readFrom(file, sink, progress), { fromThePast: true }),
    ),
  );
  print(command, taken, ({ proof, migrated }) =>
    [showProof(proof), ...migrated.map((id) => `applied ${id}`), `restored and compared: ${showSummary(proof)}`].join(
      "\n",
    ),
  );
}

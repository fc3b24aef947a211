import { readFile, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { AdminError } from "../../admin/command.js";
import type { ImportReport } from "../../admin/commands/import.js";
import type { UndeleteReport } from "../../admin/commands/undelete.js";
import { readStdin, runCommand } from "../session.js";

const FETCH_LIMIT_MS = 60_000;

export function addTransferCommands(program: Command): void {
  program
    .command("import <source>")
    .description("add the events and tasks of an .ics file, a URL or - (standard input) to a mailbox")
    .requiredOption("--to <mailbox>", "where they go, for example '~ann/Calendar'")
    .addHelpText(
      "after",
      "\nItems that cannot be stored are named and left out; the exit status is 1 then.\nExamples:\n  kalends import holidays.ics --to '~ann/Calendar'\n  kalends import - --to '~ann/Calendar' < holidays.ics",
    )
    .action(async (source: string, options: { to: string }, command: Command) =>
      runCommand<ImportReport>(
        command,
        { name: "import", args: { mailbox: options.to, text: await readSource(source) }, label: "import" },
        showReport,
      ),
    );
  program
    .command("export <mailbox>")
    .description("write a mailbox as one .ics file")
    .option("--output <file>", "file to write; standard output when absent")
    .addHelpText("after", "\nExample:\n  kalends export '~ann/Calendar' --output calendar.ics")
    .action((mailbox: string, options: { output?: string }, command: Command) =>
      exportTo(command, mailbox, options.output),
    );
  program
    .command("undelete <mailbox>")
    .description("put back what uploads and deletions of whole files removed from a mailbox; what is there stays")
    .option(
      "--since <time>",
      "only what was removed from then on: 2027-01-31, 2027-01-31T12:00Z, or so long ago: 12h, 7d",
    )
    .addHelpText("after", "\nExample:\n  kalends undelete '~ann/Calendar' --since 12h")
    .action((mailbox: string, options: { since?: string }, command: Command) =>
      runCommand<UndeleteReport>(
        command,
        { name: "undelete", args: { mailbox, since: options.since }, label: "undelete" },
        showUndeleted,
      ),
    );
}

const showUndeleted = ({ restored, left }: UndeleteReport): string =>
  left > 0 ? `${restored} restored, ${left} left: they are there again, or cannot be read` : `${restored} restored`;

async function exportTo(command: Command, mailbox: string, output: string | undefined): Promise<void> {
  let text = "";
  await runCommand<{ text: string; objects: number }>(
    command,
    { name: "export", args: { mailbox }, label: "export" },
    (r) => {
      text = r.text;
      return output === undefined ? r.text : `${r.objects} objects written to ${output}`;
    },
  );
  if (output !== undefined) await writeFile(output, text);
}

function showReport(report: ImportReport): string {
  const lines = report.refused.map((r) => `refused: ${r}`);
  lines.push(
    `${report.added} added, ${report.replaced} replaced, ${report.unchanged} unchanged, ${report.refused.length} refused`,
  );
  if (report.refused.length > 0) process.exitCode = 1;
  return lines.join("\n");
}

async function readSource(source: string): Promise<string> {
  if (source === "-") return readStdin();
  if (!/^(https?|webcals?):\/\//i.test(source)) {
    return readFile(source, "utf8").catch((error: NodeJS.ErrnoException) => {
      throw new AdminError(
        `cannot read ${source}: ${error.code === "ENOENT" ? "there is no such file" : error.message}`,
      );
    });
  }
  const url = source.replace(/^webcal(s?):/i, "http$1:");
  const answer = await fetch(url, {
    headers: { Accept: "text/calendar" },
    signal: AbortSignal.timeout(FETCH_LIMIT_MS),
  }).catch((error: Error) => {
    throw new AdminError(`cannot fetch ${url}: ${error.message}`);
  });
  if (!answer.ok) throw new AdminError(`cannot fetch ${url}: the server answered ${answer.status}`);
  return answer.text();
}

import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { AdminError, type Output } from "../../admin/command.js";
import type { Exported } from "../../admin/commands/export.js";
import type { ImportReport } from "../../admin/commands/import.js";
import type { UndeleteReport } from "../../admin/commands/undelete.js";
import { intoFile, writeAccountFolder } from "../account-folder.js";
import { type CalendarReport, importAccount } from "../import-account.js";
import { toStandardOutput } from "../output-file.js";
import { type PasswordOptions, passwordFrom } from "../password.js";
import { asAdministrator, configOf, print, readStdin, runCommand, withBar } from "../session.js";
import type { Source } from "../sources/source.js";
import { sources } from "../sources/table.js";

const FETCH_LIMIT_MS = 60_000;

export function addTransferCommands(program: Command): void {
  addImport(program);
  addExport(program);
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

interface ImportOptions extends PasswordOptions {
  readonly to: string;
  readonly from?: string;
  readonly user?: string;
}

function addImport(program: Command): void {
  const kinds = sources.map(({ kind, what }) => `  ${kind.padEnd(10)}${what}`).join("\n");
  program
    .command("import <source>")
    .description(
      "add the events and tasks of an .ics file, a URL or - (standard input) to a mailbox, or a whole account",
    )
    .requiredOption("--to <mailbox>", "where they go: '~ann/Calendar', or with --from '~ann'")
    .addOption(
      new Option("--from <kind>", "what the source is, to take whole accounts from it").choices(
        sources.map(({ kind }) => kind),
      ),
    )
    .option("--user <name>", "whose calendars there")
    .option("--password-file <file>", "file whose first line is the password there")
    .option("--password-stdin", "read that password from standard input")
    .addHelpText(
      "after",
      `\nKinds of sources:\n${kinds}\n\nCalendars that are not there yet are made, with their names and colours. Items that cannot be stored are named\nand left out; the exit status is 1 then. Doing it again changes nothing that is the same.\nExamples:\n  kalends import holidays.ics --to '~ann/Calendar'\n  kalends import - --to '~ann/Calendar' < holidays.ics\n  kalends import --from caldav https://old.example/ --user ann --to '~ann'`,
    )
    .action(async (source: string, options: ImportOptions, command: Command) => {
      const from = sources.find(({ kind }) => kind === options.from);
      if (from) return importFrom(from, source, options, command);
      return runCommand<ImportReport>(
        command,
        { name: "import", args: { mailbox: options.to, text: await readSource(source) }, label: "import" },
        showReport,
      );
    });
}

async function importFrom(from: Source, place: string, options: ImportOptions, command: Command): Promise<void> {
  const calendars = await from.calendars(place, {
    user: options.user,
    passwordGiven: options.passwordFile !== undefined || options.passwordStdin === true,
    password: () => passwordFrom(options, options.user ?? place),
  });
  const reports = await withBar("import", (progress) =>
    asAdministrator(configOf(command), (administrator) =>
      importAccount(options.to, calendars, administrator, progress),
    ),
  );
  print(command, reports, showReports);
}

function showReports(reports: readonly CalendarReport[]): string {
  return reports
    .flatMap(({ mailbox, made, ...report }) => {
      const lines = showReport(report).split("\n");
      const last = lines.pop() ?? "";
      return [...lines, `${mailbox}${made ? " (new)" : ""}: ${last}`];
    })
    .join("\n");
}

function addExport(program: Command): void {
  program
    .command("export <mailbox>")
    .description("write a mailbox as one .ics file, or all calendars of an account into a folder")
    .option("--output <file>", "file to write; standard output when absent")
    .option(
      "--folder <folder>",
      "new folder for all calendars of an account: .ics files, and account.json with names, colours and rights",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  kalends export '~ann/Calendar' --output calendar.ics\n  kalends export '~ann' --folder ann",
    )
    .action((mailbox: string, options: { output?: string; folder?: string }, command: Command) =>
      options.folder === undefined
        ? exportTo(command, mailbox, options.output)
        : exportAccount(command, mailbox, options.folder),
    );
}

async function exportTo(command: Command, mailbox: string, output: string | undefined): Promise<void> {
  const request = { command: "export", args: { mailbox } };
  const write = (out: Output): Promise<Exported> =>
    asAdministrator(configOf(command), (administrator) => administrator(request, undefined, out) as Promise<Exported>);
  if (output === undefined) return void (await write(toStandardOutput));
  const exported = await intoFile(output, write);
  print(command, exported, ({ objects }) => `${objects} objects written to ${output}`);
}

async function exportAccount(command: Command, account: string, folder: string): Promise<void> {
  const report = await withBar("export", (progress) =>
    asAdministrator(configOf(command), (administrator) => writeAccountFolder(account, folder, administrator, progress)),
  );
  print(command, report, ({ calendars }) =>
    calendars.map(({ name, file, objects }) => `${name}: ${objects} objects written to ${folder}/${file}`).join("\n"),
  );
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

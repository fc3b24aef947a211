import { Command, CommanderError, Option } from "commander";
import { messageOf } from "../admin/faults.js";
import { addAuditCommand } from "./commands/audit.js";
import { addBackupCommands } from "./commands/backup.js";
import { addMoveCommand } from "./commands/move.js";
import { addConfigCommand } from "./commands/config.js";
import { addDatabaseCommands } from "./commands/database.js";
import { addDoctorCommand } from "./commands/doctor.js";
import { addDomainCommands } from "./commands/domain.js";
import { addFreeBusyCommands } from "./commands/freebusy.js";
import { addShareCommands } from "./commands/share.js";
import { addLinkCommands } from "./commands/link.js";
import { addPublishingCommands } from "./commands/publishing.js";
import { addGroupCommands } from "./commands/group.js";
import { addResourceCommands } from "./commands/resource.js";
import { addRightsCommands } from "./commands/rights.js";
import { addServeCommand } from "./commands/serve.js";
import { addTransferCommands } from "./commands/transfer.js";
import { addUserCommands } from "./commands/user.js";
import { VERSION } from "../version.js";

/** The `kalends` command. Gives the exit status: 0 done, 1 failed, 2 wrong usage. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = buildProgram();
  try {
    await program.parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`kalends: ${messageOf(error)}\n`);
    return 1;
  }
}

const EXAMPLES = `
Settings come from KALENDS_* variables, then kalends.yaml, then defaults ("kalends config --all" lists them).
Commands work beside a running server as well. Exit status: 0 done, 1 failed, 2 wrong usage.
Examples:
  kalends serve
  kalends user add ann
  kalends rights set '~ann/Calendar' bob lrid`;

/** The whole command tree; parsing never ends the process. */
export function buildProgram(): Command {
  const program = new Command("kalends")
    .description("Calendar server for CalDAV, published calendars and free/busy files")
    .version(VERSION, "--version", "print the version")
    .addOption(new Option("--config <file>", "settings file instead of ./kalends.yaml").env("KALENDS_CONFIG"))
    .option("--json", "print results as JSON")
    .addHelpText("after", EXAMPLES)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(add --help for what there is)")
    .exitOverride();
  for (const add of [
    addServeCommand,
    addUserCommands,
    addDomainCommands,
    addGroupCommands,
    addResourceCommands,
    addRightsCommands,
    addFreeBusyCommands,
    addPublishingCommands,
    addLinkCommands,
    addShareCommands,
    addAuditCommand,
    addTransferCommands,
    addBackupCommands,
    addMoveCommand,
    addDatabaseCommands,
    addConfigCommand,
    addDoctorCommand,
  ]) {
    add(program);
  }
  return program;
}

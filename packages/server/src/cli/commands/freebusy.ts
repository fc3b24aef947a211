import type { Command } from "commander";
import type { FreeBusyListing } from "../../admin/commands/freebusy.js";
import { runCommand } from "../session.js";

const ACCESS: Readonly<Record<string, string>> = {
  everyone: "everyone may read when they are busy",
  "signed-in": "those who sign in may read when they are busy",
  off: "nobody reads, and nothing can be published",
  none: "nobody reads until something is published",
};

const day = (time: number | null): string => (time === null ? "" : new Date(time).toISOString().slice(0, 10));

function told({ name, access, uploadedAt, start, end }: FreeBusyListing): string {
  const upload =
    uploadedAt === null ? "nothing uploaded" : `uploaded ${day(uploadedAt)}, for ${day(start)} to ${day(end)}`;
  return `${name}: ${ACCESS[access ?? "none"]}; ${upload}`;
}

export function addFreeBusyCommands(program: Command): void {
  const freebusy = program.command("freebusy").description("say who may read when somebody is busy, as a file");
  freebusy
    .command("on <name>")
    .description("let an account's free/busy be read; without an upload it comes from the calendars")
    .option("--signed-in", "by those who sign in only")
    .addHelpText("after", "\nExamples:\n  kalends freebusy on ann\n  kalends freebusy on ann --signed-in")
    .action((name: string, options: { signedIn?: boolean }, command: Command) =>
      runCommand<FreeBusyListing>(
        command,
        { name: "freebusy.set", args: { name, access: options.signedIn ? "signed-in" : "everyone" } },
        told,
      ),
    );
  freebusy
    .command("off <name>")
    .description("neither give an account's free/busy away nor take uploads; what was uploaded stays")
    .addHelpText("after", "\nExample:\n  kalends freebusy off ann")
    .action((name: string, _options, command: Command) =>
      runCommand<FreeBusyListing>(command, { name: "freebusy.set", args: { name, access: "off" } }, told),
    );
  freebusy
    .command("show <name>")
    .description("show who may read it, and what was uploaded")
    .addHelpText("after", "\nExample:\n  kalends freebusy show ann")
    .action((name: string, _options, command: Command) =>
      runCommand<FreeBusyListing>(command, { name: "freebusy.show", args: { name } }, told),
    );
}

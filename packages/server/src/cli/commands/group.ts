import type { Command } from "commander";
import type { GroupListing } from "../../admin/commands/group.js";
import { table } from "../output.js";
import { runCommand } from "../session.js";

export function addGroupCommands(program: Command): void {
  const group = program.command("group").description("make groups of accounts, to which rights can be given");
  group
    .command("add <name>")
    .description("make a group (NAME or NAME@DOMAIN); it shares one space of names with accounts")
    .option("--display-name <text>", "the group's name for people")
    .addHelpText("after", '\nExample:\n  kalends group add team --display-name "The Team"')
    .action((name: string, options: { displayName?: string }, command: Command) =>
      runCommand(command, { name: "group.add", args: { name, ...options } }, () => `group ${name} added`),
    );
  group
    .command("remove <name>")
    .description("remove a group and the rights given to it; its members stay")
    .addHelpText("after", "\nExample:\n  kalends group remove team")
    .action((name: string, _options, command: Command) =>
      runCommand(command, { name: "group.remove", args: { name } }, () => `group ${name} removed`),
    );
  group
    .command("member <group>")
    .description("show the members of a group, add one, or take one out; a member may be a group itself")
    .option("--add <who>", "account or group that joins")
    .option("--remove <who>", "account or group that leaves")
    .addHelpText("after", "\nExamples:\n  kalends group member team\n  kalends group member team --add ann")
    .action((name: string, options: { add?: string; remove?: string }, command: Command) =>
      runCommand<readonly string[]>(
        command,
        { name: "group.member", args: { name, ...options } },
        (members) => `members of ${name}: ${members.join(" ") || "none"}`,
      ),
    );
  group
    .command("list [domain]")
    .description("list groups")
    .addHelpText("after", "\nExamples:\n  kalends group list\n  kalends group list mail.example")
    .action((domain: string | undefined, _options, command: Command) =>
      runCommand<readonly GroupListing[]>(command, { name: "group.list", args: { domain } }, (rows) =>
        table(
          ["group", "name", "members"],
          rows.map((g) => [g.name, g.displayName, String(g.members)]),
        ),
      ),
    );
}

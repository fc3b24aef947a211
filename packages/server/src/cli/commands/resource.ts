import { type Command, Option } from "commander";
import { RESOURCE_KINDS, type ResourceKind, type ResourceListing } from "../../admin/commands/resource.js";
import { table } from "../output.js";
import { runCommand } from "../session.js";

export function addResourceCommands(program: Command): void {
  const resource = program.command("resource").description("rooms and things with a calendar of their own");
  resource
    .command("add <name>")
    .description("add a room or a thing (NAME or NAME@DOMAIN); nobody signs in as it, rights on its calendar are given")
    .addOption(new Option("--kind <kind>", "what it is").choices(Object.keys(RESOURCE_KINDS)).default("room"))
    .option("--display-name <text>", "its name for people")
    .addHelpText(
      "after",
      '\nExamples:\n  kalends resource add attic --display-name "Room under the roof"\n  kalends resource add projector --kind thing',
    )
    .action((name: string, options: { kind: ResourceKind; displayName?: string }, command: Command) =>
      runCommand(command, { name: "resource.add", args: { name, ...options } }, () => `${options.kind} ${name} added`),
    );
  resource
    .command("remove <name>")
    .description("remove a room or a thing with its calendar")
    .addHelpText("after", "\nExample:\n  kalends resource remove attic")
    .action((name: string, _options, command: Command) =>
      runCommand(command, { name: "resource.remove", args: { name } }, () => `${name} removed`),
    );
  resource
    .command("list [domain]")
    .description("list rooms and things")
    .addHelpText("after", "\nExamples:\n  kalends resource list\n  kalends resource list mail.example")
    .action((domain: string | undefined, _options, command: Command) =>
      runCommand<readonly ResourceListing[]>(command, { name: "resource.list", args: { domain } }, (rows) =>
        table(
          ["name", "what", "kind"],
          rows.map((r) => [r.name, r.displayName, r.kind]),
        ),
      ),
    );
}

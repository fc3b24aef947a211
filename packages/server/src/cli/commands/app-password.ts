import { type Command, InvalidArgumentError, Option } from "commander";
import type { AppPasswordListing } from "../../admin/commands/app-password.js";
import type { NewPassword } from "../../admin/commands/user.js";
import { table } from "../output.js";
import { runCommand } from "../session.js";

function idOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is no number; "list" shows the ids`);
}

const several = (text: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), text];

interface CreateOptions {
  readonly label: string;
  readonly only?: "read" | "free-busy";
  readonly calendar?: readonly string[];
  readonly from?: readonly string[];
  readonly until?: string;
}

/** `user app-password`: one password for each device or program, limited where that is wanted. */
export function addAppPasswordCommands(user: Command, tell: (made: NewPassword, what: string) => string): void {
  const app = user.command("app-password").description("passwords for one device or program each, limited as you like");
  app
    .command("create <name>")
    .description("make one and show it once; the account's own password stays secret")
    .option("--label <text>", "what it is for", "device")
    .addOption(
      new Option("--only <what>", "read: changes nothing; free-busy: sends free/busy files and no more").choices([
        "read",
        "free-busy",
      ]),
    )
    .option("--calendar <mailbox>", "reaches this calendar and no other: Calendar, ~bob/Team; can be repeated", several)
    .option("--from <network>", "works from these addresses: 192.0.2.0/24, 2001:db8::/32; can be repeated", several)
    .option("--until <time>", "ends then: 2027-01-31, 2027-01-31T12:00Z, or in so long: 90d")
    .addHelpText(
      "after",
      "\nExamples:\n  kalends user app-password create ann --label phone\n  kalends user app-password create ann --label wall --only read --calendar Calendar --until 90d",
    )
    .action((name: string, { label, only, calendar, from, until }: CreateOptions, command: Command) => {
      const args = { name, label, access: only, calendars: calendar, networks: from, until };
      return runCommand<NewPassword>(command, { name: "user.app-password.create", args }, (r) =>
        tell(r, "app password for"),
      );
    });
  app
    .command("list <name>")
    .description("list them; the passwords themselves are not kept")
    .addHelpText("after", "\nExample:\n  kalends user app-password list ann")
    .action((name: string, _options, command: Command) =>
      runCommand<readonly AppPasswordListing[]>(command, { name: "user.app-password.list", args: { name } }, (rows) =>
        table(
          ["id", "label", "limits", "last used", "until"],
          rows.map((r) => [String(r.id), r.label, r.limits, r.lastUsed ?? "never", r.until ?? ""]),
        ),
      ),
    );
  app
    .command("revoke <name>")
    .description("end one of them at once")
    .argument("<id>", "its number", idOf)
    .addHelpText("after", "\nExample:\n  kalends user app-password revoke ann 7")
    .action((name: string, id: number, _options, command: Command) =>
      runCommand(command, { name: "user.app-password.revoke", args: { name, id } }, () => `password ${id} ended`),
    );
}

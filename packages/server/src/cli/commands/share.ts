import type { Command } from "commander";
import type { ListedShare } from "../../shares.js";
import { table } from "../output.js";
import { runCommand } from "../session.js";

const shown = (shares: readonly ListedShare[]): string =>
  shares.length === 0
    ? "nothing is shared"
    : table(
        ["calendar", "with", "level", "rights"],
        shares.map(({ calendar, who, level, letters }) => [calendar, who, level, letters]),
      );

export function addShareCommands(program: Command): void {
  const share = program.command("share").description("calendars shared with other accounts, to read or in full");
  share
    .command("add <mailbox> <account> <level>")
    .description("share a calendar: read, or full to make, change and delete events too")
    .addHelpText("after", "\nExample:\n  kalends share add '~ann/Team' bob read")
    .action((mailbox: string, who: string, level: string, _options, command: Command) =>
      runCommand<{ who: string; level: string }>(
        command,
        { name: "share.add", args: { mailbox, who, level } },
        (r) => `${mailbox} is shared with ${r.who}: ${r.level}`,
      ),
    );
  share
    .command("remove <mailbox> <account>")
    .description("share a calendar with an account no longer")
    .addHelpText("after", "\nExample:\n  kalends share remove '~ann/Team' bob")
    .action((mailbox: string, who: string, _options, command: Command) =>
      runCommand<{ who: string }>(
        command,
        { name: "share.remove", args: { mailbox, who } },
        (r) => `${mailbox} is no longer shared with ${r.who}`,
      ),
    );
  share
    .command("list <account>")
    .description("list what an account shares, and with whom")
    .addHelpText("after", "\nExample:\n  kalends share list ann")
    .action((who: string, _options, command: Command) =>
      runCommand<readonly ListedShare[]>(command, { name: "share.list", args: { who } }, shown),
    );
}

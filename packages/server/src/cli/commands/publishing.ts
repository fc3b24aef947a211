import type { Command } from "commander";
import type { PublishedListing } from "../../admin/commands/publishing.js";
import { table } from "../output.js";
import { runCommand } from "../session.js";

const LEVELS_HELP = `
Levels: none, read (as long as nothing is said), full (everybody may also replace and delete).
Example:
`;

const viewText = ({ level, alarms, pastDays, futureDays }: PublishedListing["calendars"][number]["shows"]): string =>
  [
    level,
    ...(alarms ? ["reminders"] : []),
    ...(pastDays === null ? [] : [`${pastDays} days back`]),
    ...(futureDays === null ? [] : [`${futureDays} days ahead`]),
  ].join(", ");

interface ViewOptions {
  readonly level?: string;
  readonly alarms?: boolean;
  readonly past?: string;
  readonly future?: string;
}

const given = ({ level, alarms, past, future }: ViewOptions) => ({
  level,
  alarms,
  pastDays: past === undefined ? undefined : Number(past),
  futureDays: future === undefined ? undefined : Number(future),
});

const shown = ({ level, calendars }: PublishedListing): string =>
  calendars.length === 0
    ? `nothing is published (level ${level})`
    : table(
        ["calendar", "made by upload", "everybody", "shows", "since"],
        calendars.map((each) => [
          each.name,
          each.hosted ? "yes" : "no",
          each.letters || "-",
          viewText(each.shows),
          each.since.slice(0, 10),
        ]),
      );

export function addPublishingCommands(program: Command): void {
  const publishing = program.command("publishing").description("what everybody may read without signing in");
  publishing
    .command("level <account> <level>")
    .description("set what everybody may do with all that an account publishes")
    .addHelpText("after", `${LEVELS_HELP}  kalends publishing level ann read`)
    .action((who: string, level: string, _options, command: Command) =>
      runCommand<{ level: string; inForce: string }>(
        command,
        { name: "publishing.level", args: { who, level } },
        (r) =>
          r.level === r.inForce
            ? `${who} publishes at the level ${r.level}`
            : `${who} publishes at the level ${r.inForce}: the domain permits no more`,
      ),
    );
  publishing
    .command("cap <domain> <level>")
    .description("set the most that accounts of a domain may allow everybody")
    .addHelpText("after", `${LEVELS_HELP}  kalends publishing cap mail.example full`)
    .action((domain: string, level: string, _options, command: Command) =>
      runCommand(command, { name: "publishing.cap", args: { domain, level } }, () => `${domain}: at most ${level}`),
    );
  publishing
    .command("list <account>")
    .description("list what an account has published")
    .addHelpText("after", "\nExample:\n  kalends publishing list ann")
    .action((who: string, _options, command: Command) =>
      runCommand<PublishedListing>(command, { name: "publishing.list", args: { who } }, shown),
    );
  publishing
    .command("add <mailbox>")
    .description("publish a calendar that is there already, or say how much of a published one is shown")
    .option("--level <level>", "busy, titles or full (default)")
    .option("--alarms", "show reminders too")
    .option("--past <days>", "show no more than so many days of the past")
    .option("--future <days>", "show no more than so many days to come")
    .addHelpText("after", "\nExample:\n  kalends publishing add '~ann/Team' --level busy --future 60")
    .action((mailbox: string, options: ViewOptions, command: Command) =>
      runCommand(
        command,
        { name: "publishing.add", args: { mailbox, ...given(options) } },
        () => `${mailbox} is published`,
      ),
    );
  publishing
    .command("remove <mailbox>")
    .description("end a publication; a calendar that was made by uploading its file is deleted")
    .addHelpText("after", "\nExample:\n  kalends publishing remove '~ann/Team'")
    .action((mailbox: string, _options, command: Command) =>
      runCommand(command, { name: "publishing.remove", args: { mailbox } }, () => `${mailbox} is no longer published`),
    );
}

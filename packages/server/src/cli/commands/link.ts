import type { Command } from "commander";
import type { ListedLink, MadeLink } from "../../links.js";
import { table } from "../output.js";
import { runCommand } from "../session.js";

interface CreateOptions {
  readonly level?: string;
  readonly label?: string;
  readonly components?: string;
  readonly alarms?: boolean;
  readonly past?: string;
  readonly future?: string;
  readonly expires?: string;
}

const given = (options: CreateOptions) => ({
  level: options.level,
  label: options.label,
  components: options.components?.toUpperCase().split(","),
  alarms: options.alarms,
  pastDays: options.past === undefined ? undefined : Number(options.past),
  futureDays: options.future === undefined ? undefined : Number(options.future),
  expires: options.expires,
});

const CREATE_HELP = `
Levels: busy (that time is taken), titles, full (all but what is marked as private).
The address is shown only now. Whoever has it can read.
Example:
  kalends link create '~ann/Calendar' --level busy --past 30 --label "Ann, when busy"`;

const shown = (links: readonly ListedLink[]): string =>
  table(
    ["id", "label", "calendars", "level", "state", "used", "last"],
    links.map((link) => [
      String(link.id),
      link.label || "-",
      link.calendars.join(" "),
      link.level,
      link.state,
      String(link.hits),
      link.lastUsed?.slice(0, 16) ?? "-",
    ]),
  );

export function addLinkCommands(program: Command): void {
  const link = program.command("link").description("secret addresses that show calendars without sign-in");
  link
    .command("create <mailbox...>")
    .description("make a link to one or several calendars of an account")
    .option("--level <level>", "busy, titles or full (default)")
    .option("--label <text>", "name that followers see")
    .option("--components <list>", "VEVENT, VTODO, VJOURNAL, by commas (default VEVENT)")
    .option("--alarms", "show reminders too")
    .option("--past <days>", "show no more than so many days of the past")
    .option("--future <days>", "show no more than so many days to come")
    .option("--expires <date>", "end the link by itself, for example 2027-01-31")
    .addHelpText("after", CREATE_HELP)
    .action((calendars: string[], options: CreateOptions, command: Command) =>
      runCommand<MadeLink>(
        command,
        { name: "link.create", args: { calendars, ...given(options) } },
        (made) => `link ${made.id}\n${made.url}\n${made.webcal}`,
      ),
    );
  link
    .command("list <account>")
    .description("list the links of an account, without their addresses")
    .addHelpText("after", "\nExample:\n  kalends link list ann")
    .action((who: string, _options, command: Command) =>
      runCommand<readonly ListedLink[]>(command, { name: "link.list", args: { who } }, shown),
    );
  link
    .command("revoke <id>")
    .description("end a link at once; followers are told that it is gone (410)")
    .addHelpText("after", "\nExample:\n  kalends link revoke 3")
    .action((id: string, _options, command: Command) =>
      runCommand(command, { name: "link.revoke", args: { id: Number(id) } }, () => `link ${id} is revoked`),
    );
}

import { SERVICES } from "@kalends/accounts";
import { PEOPLE_POLICIES, SHARING_POLICIES } from "@kalends/dav-core";
import { type Command, Option } from "commander";
import type { DomainListing } from "../../admin/commands/domain.js";
import { table } from "../output.js";
import { runCommand } from "../session.js";

const SERVICES_HELP = `
webcal: CalDAV and whole calendar files for every account of the domain.
colleagues-free-busy: new accounts let the domain see when they are busy.
anonymous: rights given to "anonymous" count (see the setting anonymous).
Example:
  kalends domain services mail.example --off webcal`;

const PEOPLE_HELP = `
all: everybody of the domain. groups: those with a group in common.
exact: by the whole address alone. off: nobody. Administrators find everybody.
Example:
  kalends domain people mail.example --policy exact`;

const SHARING_HELP = `
all: every account of the server. domain: accounts of the same domain. off: nobody.
What was given stays until it is taken back; administrators give as they like.
Example:
  kalends domain sharing mail.example --policy domain`;

export function addDomainCommands(program: Command): void {
  const domain = program.command("domain").description("add, alias and list the domains this server hosts");
  domain
    .command("add <name>")
    .description("host a further domain")
    .addHelpText("after", "\nExample:\n  kalends domain add mail.example")
    .action((name: string, _options, command: Command) =>
      runCommand<{ name: string }>(command, { name: "domain.add", args: { name } }, (r) => `domain ${r.name} added`),
    );
  domain
    .command("alias <domain> <alias>")
    .description("let a domain answer to another name as well")
    .addHelpText("after", "\nExample:\n  kalends domain alias mail.example example.org")
    .action((name: string, alias: string, _options, command: Command) =>
      runCommand(command, { name: "domain.alias", args: { name, alias } }, () => `${alias} now means ${name}`),
    );
  domain
    .command("remove-alias <alias>")
    .description("take another name of a domain away again")
    .addHelpText("after", "\nExample:\n  kalends domain remove-alias example.org")
    .action((alias: string, _options, command: Command) =>
      runCommand(command, { name: "domain.remove-alias", args: { alias } }, () => `${alias} means no domain any more`),
    );
  domain
    .command("list")
    .description("list domains with their aliases and services")
    .addHelpText("after", "\nExample:\n  kalends domain list --json")
    .action((_options, command: Command) =>
      runCommand<readonly DomainListing[]>(command, { name: "domain.list", args: {} }, (rows) =>
        table(
          ["domain", "aliases", "services off", "accounts"],
          rows.map((d) => [d.name, d.aliases.join(" "), d.off.join(" ") || "-", String(d.accounts)]),
        ),
      ),
    );
  domain
    .command("people <domain>")
    .description("show or set how far the people of a domain find each other in calendar programs")
    .addOption(new Option("--policy <policy>", "who is found").choices(PEOPLE_POLICIES))
    .addHelpText("after", PEOPLE_HELP)
    .action((name: string, options: { policy?: string }, command: Command) =>
      runCommand<{ policy: string }>(
        command,
        { name: "domain.people", args: { name, ...options } },
        (r) => `people of ${name} are found: ${r.policy}`,
      ),
    );
  domain
    .command("sharing <domain>")
    .description("show or set with whom the people of a domain may share their calendars")
    .addOption(new Option("--policy <policy>", "who may be given rights").choices(SHARING_POLICIES))
    .addHelpText("after", SHARING_HELP)
    .action((name: string, options: { policy?: string }, command: Command) =>
      runCommand<{ policy: string }>(
        command,
        { name: "domain.sharing", args: { name, ...options } },
        (r) => `people of ${name} may share with: ${r.policy}`,
      ),
    );
  domain
    .command("services <domain>")
    .description("show the services of a domain, or switch them")
    .addOption(new Option("--on <service>", "switch a service on").choices(SERVICES))
    .addOption(new Option("--off <service>", "switch a service off; the data stays").choices(SERVICES))
    .addHelpText("after", SERVICES_HELP)
    .action((name: string, options: { on?: string; off?: string }, command: Command) =>
      runCommand<{ off: readonly string[] }>(
        command,
        { name: "domain.services", args: { name, ...options } },
        (r) => `services off: ${r.off.join(" ") || "none"}`,
      ),
    );
}

import { SERVICES } from "@kalends/accounts";
import { type Command, Option } from "commander";
import { AdminError } from "../../admin/command.js";
import type { AccountListing, NewPassword } from "../../admin/commands/user.js";
import { table } from "../output.js";
import { readStdin, runCommand } from "../session.js";
import { addAppPasswordCommands } from "./app-password.js";

async function passwordFrom(options: { passwordStdin?: boolean }): Promise<string | null> {
  if (!options.passwordStdin) return null;
  const password = (await readStdin()).replace(/\r?\n$/, "");
  if (/[\r\n]/.test(password))
    throw new AdminError("standard input has several lines; give the password alone, on one");
  return password;
}

const tellPassword = (r: NewPassword, what: string) =>
  r.generated ? `${what} ${r.name}\npassword: ${r.generated}\n(shown only now)` : `${what} ${r.name}`;

export function addUserCommands(program: Command): void {
  const user = program.command("user").description("create, list, change and switch off accounts");
  user
    .command("add <name>")
    .description("create an account with a calendar and a task list (NAME or NAME@DOMAIN)")
    .option("--password-stdin", "read the password from standard input instead of generating one")
    .option("--display-name <text>", "the person's name")
    .option("--admin", "let the account administer the server")
    .addHelpText(
      "after",
      '\nExamples:\n  kalends user add ann --display-name "Ann Archer"\n  kalends user add bob --password-stdin < password.txt',
    )
    .action(
      async (
        name: string,
        options: { passwordStdin?: boolean; displayName?: string; admin?: boolean },
        command: Command,
      ) =>
        runCommand<NewPassword>(
          command,
          {
            name: "user.add",
            args: {
              name,
              password: await passwordFrom(options),
              displayName: options.displayName,
              admin: options.admin === true,
            },
          },
          (r) => tellPassword(r, "added"),
        ),
    );
  user
    .command("list [domain]")
    .description("list accounts")
    .addHelpText("after", "\nExamples:\n  kalends user list\n  kalends user list mail.example")
    .action((domain: string | undefined, _options, command: Command) =>
      runCommand<readonly AccountListing[]>(command, { name: "user.list", args: { domain } }, (rows) =>
        table(
          ["account", "name", "state", "role"],
          rows.map((a) => [a.name, a.displayName, a.enabled ? "enabled" : "disabled", a.isAdmin ? "admin" : ""]),
        ),
      ),
    );
  user
    .command("password <name>")
    .description("set a new password; the old one ends at once")
    .option("--password-stdin", "read the password from standard input instead of generating one")
    .addHelpText("after", "\nExample:\n  kalends user password ann")
    .action(async (name: string, options: { passwordStdin?: boolean }, command: Command) =>
      runCommand<NewPassword>(
        command,
        { name: "user.password", args: { name, password: await passwordFrom(options) } },
        (r) => tellPassword(r, "new password for"),
      ),
    );
  for (const [verb, enabled, text] of [
    ["disable", false, "refuse sign-ins of an account; its data stays"],
    ["enable", true, "let a disabled account sign in again"],
  ] as const) {
    user
      .command(`${verb} <name>`)
      .description(text)
      .addHelpText("after", `\nExample:\n  kalends user ${verb} ann`)
      .action((name: string, _options, command: Command) =>
        runCommand(command, { name: "user.enabled", args: { name, enabled } }, () => `${name} ${verb}d`),
      );
  }
  addStandingCommands(user);
  addAccessCommands(user);
}

function addStandingCommands(user: Command): void {
  user
    .command("remove <name>")
    .description("remove an account with all its calendars, for good")
    .option("--yes", "do it; without this nothing is removed")
    .addHelpText("after", "\nExample:\n  kalends user remove ann --yes")
    .action((name: string, options: { yes?: boolean }, command: Command) => {
      const args = { name, sure: options.yes === true };
      return runCommand(command, { name: "user.remove", args }, () => `${name} removed`);
    });
  user
    .command("admin <name>")
    .description("let an account administer the server")
    .option("--off", "no longer let it")
    .addHelpText("after", "\nExamples:\n  kalends user admin ann\n  kalends user admin ann --off")
    .action((name: string, options: { off?: boolean }, command: Command) => {
      const args = { name, isAdmin: options.off !== true };
      const told = `${name} is ${options.off ? "no longer" : "now"} an administrator`;
      return runCommand(command, { name: "user.admin", args }, () => told);
    });
  user
    .command("alias <name> <alias>")
    .description("let an account be reached and sign in under another name in its domain")
    .option("--remove", "take the other name away again")
    .addHelpText("after", "\nExamples:\n  kalends user alias ann annie\n  kalends user alias ann annie --remove")
    .action((name: string, alias: string, options: { remove?: boolean }, command: Command) => {
      const args = { name, alias, remove: options.remove === true };
      const told = options.remove ? `${alias} means nobody any more` : `${alias} now means ${name}`;
      return runCommand(command, { name: "user.alias", args }, () => told);
    });
}

function addAccessCommands(user: Command): void {
  user
    .command("services <name>")
    .description("show the services of an account, or switch them")
    .addOption(new Option("--on <service>", "switch a service on").choices(SERVICES))
    .addOption(new Option("--off <service>", "switch a service off; the data stays").choices(SERVICES))
    .addHelpText("after", "\nExample:\n  kalends user services ann --off webcal")
    .action((name: string, options: { on?: string; off?: string }, command: Command) =>
      runCommand<{ off: readonly string[] }>(
        command,
        { name: "user.services", args: { name, ...options } },
        (r) => `services off: ${r.off.join(" ") || "none"}`,
      ),
    );
  user
    .command("unlock <name>")
    .description("forget failed sign-ins, so that the password is checked again at once")
    .addHelpText("after", "\nExample:\n  kalends user unlock ann")
    .action((name: string, _options, command: Command) =>
      runCommand(command, { name: "user.unlock", args: { name } }, () => `${name} can sign in again`),
    );
  addAppPasswordCommands(user, tellPassword);
}

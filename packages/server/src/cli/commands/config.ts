import type { Command } from "commander";
import { withoutPassword } from "../../config/database-url.js";
import { settings } from "../../config/settings.js";
import { table } from "../output.js";
import { configOf } from "../session.js";

export function addConfigCommand(program: Command): void {
  program
    .command("config")
    .description("print the effective settings; passwords are left out")
    .option("--all", "describe every setting there is, with its variable and default")
    .addHelpText("after", "\nExamples:\n  kalends config --all\n  KALENDS_LISTEN=0.0.0.0:8100 kalends config")
    .action((options: { all?: boolean }, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const effective = flatten(configOf(command)).map(([path, value]) => [path, shown(path, value)] as const);
      const text = json
        ? JSON.stringify(Object.fromEntries(effective), null, 2)
        : options.all
          ? table(
              ["setting", "variable", "default", "what it is"],
              settings().map((s) => [s.path, `${s.variable}${s.secret ? "[_FILE]" : ""}`, s.default, s.text]),
            )
          : effective.map(([path, value]) => `${path}: ${value}`).join("\n");
      process.stdout.write(`${text}\n`);
    });
}

const secrets: ReadonlySet<string> = new Set(settings().flatMap(({ path, secret }) => (secret ? [path] : [])));

/** A value without its password: of an address the rest is shown, of other secrets nothing. */
const shown = (path: string, value: unknown): unknown =>
  !secrets.has(path) ? value : path === "database" ? withoutPassword(String(value)) : "***";

function flatten(value: object, path: readonly string[] = []): [string, unknown][] {
  return Object.entries(value).flatMap(([key, child]): [string, unknown][] => {
    const here = [...path, key];
    return typeof child === "object" && child !== null ? flatten(child as object, here) : [[here.join("."), child]];
  });
}

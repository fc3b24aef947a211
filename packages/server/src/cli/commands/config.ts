import type { Command } from "commander";
import { withoutPassword } from "../../config/database-url.js";
import type { Config } from "../../config/schema.js";
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
      const effective = flatten(shown(configOf(command)));
      const text = json
        ? JSON.stringify(Object.fromEntries(effective), null, 2)
        : options.all
          ? table(
              ["setting", "variable", "default", "what it is"],
              settings().map((s) => [s.path, s.variable, s.default, s.text]),
            )
          : effective.map(([path, value]) => `${path}: ${value}`).join("\n");
      process.stdout.write(`${text}\n`);
    });
}

/** The settings without passwords. */
function shown(config: Config): Config {
  const { auth, metrics } = config;
  const ldap = auth.ldap.bindPassword === undefined ? auth.ldap : { ...auth.ldap, bindPassword: "***" };
  return {
    ...config,
    auth: { ...auth, ldap },
    metrics: metrics.token === undefined ? metrics : { ...metrics, token: "***" },
    database: withoutPassword(config.database),
  };
}

function flatten(value: object, path: readonly string[] = []): [string, unknown][] {
  return Object.entries(value).flatMap(([key, child]): [string, unknown][] => {
    const here = [...path, key];
    return typeof child === "object" && child !== null ? flatten(child as object, here) : [[here.join("."), child]];
  });
}

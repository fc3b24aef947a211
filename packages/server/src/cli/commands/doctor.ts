import { type Command, InvalidArgumentError } from "commander";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError } from "../../config/load.js";
import type { Config } from "../../config/schema.js";
import { type Examined, examine, judged, type Scene } from "../../doctor/check.js";
import { checks } from "../../doctor/checks.js";
import { localBase } from "../../doctor/machine.js";
import { linesOf, summary } from "../../doctor/report.js";
import { trialOf } from "../../doctor/trial-account.js";
import { settingsCheck } from "../../doctor/settings.js";
import { asAdministrator, configOf } from "../session.js";

const EXAMPLES = `
Looks at settings, certificates, disk, database, clock, DNS, TLS and the proxy, and has a small calendar program make its round
through the public address, with an account that is made for it and removed again. Run it as the account of the server,
beside the running server. Exit status: 0 no fault, 1 faults.
Examples:
  kalends doctor
  kalends doctor --json
  kalends doctor --url https://cal.mail.example --resolver 9.9.9.9`;

/** The exit status after Ctrl-C, as shells have it. */
const INTERRUPTED = 130;

/** The settings, or what is wrong with them. */
function settingsOf(command: Command): Config | Examined {
  try {
    return configOf(command);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return judged(settingsCheck, {
      found: [{ cause: "settings-unusable", detail: error.message.replaceAll("\n", "; ") }],
    });
  }
}

function settingsFileOf(command: Command): string | null {
  const { config } = command.optsWithGlobals<{ config?: string }>();
  const path = resolve(config ?? "kalends.yaml");
  return existsSync(path) ? path : null;
}

interface Options {
  readonly url?: string;
  readonly resolver?: string;
}

function publicAddress(text: string): string {
  if (/^https?:\/\/[^/?#]+(?:\/[^?#]*)?$/.test(text) && URL.canParse(text)) return text.replace(/\/+$/, "");
  throw new InvalidArgumentError("It takes a URL that begins with http:// or https://.");
}

async function examineAll(command: Command, { url, resolver }: Options, heard: (each: Examined) => void) {
  const config = settingsOf(command);
  if ("state" in config) {
    heard(config);
    return [config];
  }
  const trial = trialOf(config, (about, request) => asAdministrator(about, (administrator) => administrator(request)));
  const address = url ?? config.publicUrl?.replace(/\/+$/, "");
  const scene: Scene = {
    config,
    settingsFile: settingsFileOf(command),
    resolver: resolver ?? null,
    now: Date.now,
    base: address ?? localBase(config),
    isPublic: address !== undefined,
    account: trial.account,
  };
  // Whoever loses patience leaves no account behind either.
  const leave = (): void => void trial.end().finally(() => process.exit(INTERRUPTED));
  process.once("SIGINT", leave);
  try {
    return await examine(checks, scene, heard);
  } finally {
    process.off("SIGINT", leave);
    await trial.end();
  }
}

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("look for what is wrong with the installation, and say what to do about it")
    .option("--url <address>", "where people come, when no setting publicUrl says it", publicAddress)
    .option("--resolver <address>", "name server to ask for the DNS records, instead of the machine's: IP or IP:PORT")
    .addHelpText("after", EXAMPLES)
    .action(async (options: Options, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const isColoured = process.stdout.isTTY === true && !process.env["NO_COLOR"];
      const show = (each: Examined) => void (json || process.stdout.write(linesOf(each, isColoured)));
      const all = await examineAll(command, options, show);
      const isWell = all.every(({ state }) => state !== "fault");
      process.stdout.write(json ? `${JSON.stringify({ ok: isWell, checks: all }, null, 2)}\n` : `\n${summary(all)}`);
      if (!isWell) process.exitCode = 1;
    });
}

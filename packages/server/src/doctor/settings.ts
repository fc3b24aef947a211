import { existsSync, readFileSync, statSync } from "node:fs";
import { settings } from "../config/settings.js";
import { embeddedDirectory } from "../open-house.js";
import type { Check, Found, Scene } from "./check.js";
import { certificateFiles } from "./certificate-files.js";

const others = (path: string): boolean => (statSync(path).mode & 0o007) !== 0;
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

const secrets = settings().flatMap(({ path, secret }) =>
  secret && path !== "database" ? [path.split(".").at(-1)] : [],
);

/** What a settings file holds of secrets: the password of an address, the value of a secret setting. */
const SECRET = new RegExp(`//[^:/@\\s]+:[^@\\s]+@|^\\s*(?:${secrets.join("|")}):\\s*\\S`, "m");

function* filesWithSecrets({ config, settingsFile }: Scene): Generator<string> {
  if (settingsFile !== null && SECRET.test(readFileSync(settingsFile, "utf8"))) yield settingsFile;
  for (const { key } of certificateFiles(config)) yield key;
  const folder = embeddedDirectory(config);
  if (folder !== null) yield folder;
}

/** That the settings can be used together, and that nobody else reads what is secret in them. */
export const settingsCheck: Check = {
  name: "settings",
  about: "settings and the files they name",
  needs: [],
  async run(scene) {
    const { config } = scene;
    const found: Found[] = [];
    if (config.workers > 1 && embeddedDirectory(config) !== null) {
      found.push({ cause: "workers-embedded", detail: `workers: ${config.workers}` });
    }
    for (const path of filesWithSecrets(scene)) {
      if (!existsSync(path) || !others(path)) continue;
      found.push({ cause: "secret-readable", detail: `${path} has mode ${modeOf(path)}` });
    }
    return {
      found,
      note: `${settings().length} settings, from ${scene.settingsFile ?? "the environment and defaults"}`,
    };
  },
};

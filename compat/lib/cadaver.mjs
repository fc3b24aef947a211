// cadaver, a WebDAV shell, driven from standard input.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A function that runs commands in `collection` and gives what cadaver prints; its home and its local files are in `folder`. */
export function openCadaver(folder, { user, password }, collection) {
  writeFileSync(join(folder, ".netrc"), `machine 127.0.0.1 login ${user} password ${password}\n`, { mode: 0o600 });
  return (...lines) =>
    spawnSync("cadaver", [collection], {
      cwd: folder,
      env: { ...process.env, HOME: folder },
      input: [...lines, "quit", ""].join("\n"),
      encoding: "utf8",
      timeout: 40_000,
    }).stdout;
}

export const succeeded = (output, times = 1) => output.match(/succeeded/g)?.length === times;

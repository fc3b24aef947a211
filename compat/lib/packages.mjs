// Installs a Debian package when its program is absent, and prints the version that is used.
import { execFileSync, spawnSync } from "node:child_process";

const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
let updated = false;

/** True when `program` is there in the end. */
export function ensure(program, debianPackage = program) {
  if (!has(program)) install(debianPackage);
  if (!has(program)) return false;
  const version = spawnSync("dpkg-query", ["-W", "-f", `\${Version}`, debianPackage], { encoding: "utf8" }).stdout;
  console.log(`     ${debianPackage} ${version || "(not from a Debian package)"}`);
  return true;
}

function install(debianPackage) {
  const root = process.getuid?.() === 0 ? [] : ["sudo"];
  const run = (...words) =>
    execFileSync(words[0], words.slice(1), {
      stdio: "ignore",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  try {
    if (!updated) run(...root, "apt-get", "update", "-qq");
    updated = true;
    run(...root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", debianPackage);
  } catch (error) {
    console.log(`     cannot install ${debianPackage}: ${error.message}`);
  }
}

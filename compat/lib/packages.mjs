// Installs a Debian package when its program is absent, and prints the version that is used.
import { execFileSync, spawnSync } from "node:child_process";

const versionOf = (debianPackage) => {
  const asked = spawnSync("dpkg-query", ["-W", "-f", "${db:Status-Status} ${Version}", debianPackage], {
    encoding: "utf8",
  });
  return /^installed (.*)$/.exec(asked.stdout ?? "")?.[1];
};
const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
let updated = false;

/** True when `program` is there in the end. */
export function ensure(program, debianPackage = program) {
  if (!has(program)) install(debianPackage);
  if (!has(program)) return false;
  console.log(`     ${debianPackage} ${versionOf(debianPackage) ?? "(not from a Debian package)"}`);
  return true;
}

/** True when all these packages, libraries for example, are there in the end. */
export function ensurePackages(...names) {
  const missing = names.filter((name) => !versionOf(name));
  if (missing.length > 0) install(...missing);
  for (const name of names) console.log(`     ${name} ${versionOf(name) ?? "is missing"}`);
  return names.every(versionOf);
}

function install(...packages) {
  const root = process.getuid?.() === 0 ? [] : ["sudo"];
  const run = (...words) =>
    execFileSync(words[0], words.slice(1), {
      stdio: "ignore",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  try {
    if (!updated) run(...root, "apt-get", "update", "-qq");
    updated = true;
    run(...root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", ...packages);
  } catch (error) {
    console.log(`     cannot install ${packages.join(" ")}: ${error.message}`);
  }
}

// Several suites at a time, each in a process of its own with a PostgreSQL of its own: they mostly wait for the programs they drive.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** What one suite prints, and whether all of it held. */
function runAlone(name) {
  const words = [path("../../scripts/test-postgres.mjs"), "run", "--", process.execPath, path("../run.mjs"), name];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
    let told = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (told += text));
    child.on("close", (code) => resolve({ told, held: code === 0 }));
  });
}

/** Runs the suites in their order, so many at a time; what each prints stands together. Gives the names of those that failed. */
export async function runInLanes(names, lanes) {
  const waiting = [...names];
  const failed = [];
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const { told, held } = await runAlone(name);
      if (!held) failed.push(name);
      process.stdout.write(told);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return failed;
}

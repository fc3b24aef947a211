// Runs suites against the built server: node compat/run.mjs [--lanes N] [suite…], the client suites when none is named; with
// lanes so many at a time, each with a PostgreSQL of its own.
// A suite that exports `startsItsOwn` (those about crashes and starting) brings its own servers.
import { parseArgs } from "node:util";
import { createChecks, summary } from "./lib/checks.mjs";
import { runInLanes } from "./lib/lanes.mjs";
import { startServer } from "./lib/server.mjs";

const all = [
  "docs",
  "curl",
  "cadaver",
  "publish",
  "ftp",
  "litmus",
  "curl-files",
  "cadaver-files",
  "rclone",
  "davfs2",
  "vdirsyncer",
  "python-caldav",
  "tsdav",
  "calcurse",
  "davx5",
  "evolution",
  "thunderbird",
  "thunderbird-files",
];
const { values, positionals } = parseArgs({ allowPositionals: true, options: { lanes: { type: "string" } } });
const wanted = positionals.length > 0 ? positionals : all;
if (values.lanes !== undefined) {
  const failed = await runInLanes(wanted, Number(values.lanes));
  console.log(failed.length === 0 ? `all ${wanted.length} suites passed` : `FAILED: ${failed.join(", ")}`);
  process.exit(failed.length === 0 ? 0 : 1);
}
const total = { passed: 0, failed: 0, skipped: 0 };

for (const name of wanted) {
  const checks = createChecks(name);
  const begin = performance.now();
  const { run, startsItsOwn } = await import(`./${name}.mjs`);
  const server = startsItsOwn ? null : await startServer();
  try {
    await run(server, checks);
  } catch (error) {
    checks.ok("the suite ran to its end", false, error.stack);
  } finally {
    await server?.stop();
  }
  console.log(`== ${name}: ${summary(checks.count)}, ${Math.round((performance.now() - begin) / 1000)} s\n`);
  for (const key of Object.keys(total)) total[key] += checks.count[key];
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

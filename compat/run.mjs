// Runs suites against the built server: node compat/run.mjs [suite…], the client suites when none is named.
// A suite that exports `startsItsOwn` (those about crashes and starting) brings its own servers.
import { createChecks, summary } from "./lib/checks.mjs";
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
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : all;
const total = { passed: 0, failed: 0, skipped: 0 };

for (const name of wanted) {
  const checks = createChecks(name);
  const { run, startsItsOwn } = await import(`./${name}.mjs`);
  const server = startsItsOwn ? null : await startServer();
  try {
    await run(server, checks);
  } catch (error) {
    checks.ok("the suite ran to its end", false, error.stack);
  } finally {
    await server?.stop();
  }
  console.log(`== ${name}: ${summary(checks.count)}\n`);
  for (const key of Object.keys(total)) total[key] += checks.count[key];
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

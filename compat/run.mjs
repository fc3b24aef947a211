// Runs the client suites against a freshly started server: node compat/run.mjs [suite…]
import { createChecks, summary } from "./lib/checks.mjs";
import { startServer } from "./lib/server.mjs";

const all = ["curl", "cadaver", "vdirsyncer", "thunderbird"];
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : all;
const total = { passed: 0, failed: 0, skipped: 0 };

for (const name of wanted) {
  const checks = createChecks(name);
  const server = await startServer();
  try {
    const { run } = await import(`./${name}.mjs`);
    await run(server, checks);
  } catch (error) {
    checks.ok("the suite ran to its end", false, error.stack);
  } finally {
    await server.stop();
  }
  console.log(`== ${name}: ${summary(checks.count)}\n`);
  for (const key of Object.keys(total)) total[key] += checks.count[key];
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

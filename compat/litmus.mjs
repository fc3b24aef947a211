// litmus, the WebDAV test suite, on the file area: every group, no failure, no warning that is not explained here.
import { spawnSync } from "node:child_process";
import { ensure } from "./lib/packages.mjs";

const groups = ["basic", "copymove", "props", "locks", "http"];

/** Warnings and skipped tests that are right, as "group/test": why. */
export const explained = {};

/** What one group printed, test by test, and the counts of its own summary line. Warnings stand before the verdict of their test. */
export function parse(output) {
  const tests = [];
  let current;
  for (const piece of output.split(/[\r\n]+/)) {
    const start = /^\s*(\d+)\. ([a-z0-9_]+)\.* ?(.*)$/.exec(piece);
    if (start) {
      const [, number, name, said] = start;
      if (current?.number !== number) tests.push((current = { number, name, warnings: [], verdict: undefined }));
      take(current, said);
    } else if (current) take(current, piece.replace(/^\s*\.*\s*/, ""));
  }
  const [, run, passed, failed] = /of (\d+) tests run: (\d+) passed, (\d+) failed/.exec(output) ?? [];
  const [, warnings = 0] = /-> (\d+) warnings? w/.exec(output) ?? [];
  return { tests, run: Number(run), passed: Number(passed), failed: Number(failed), warnings: Number(warnings) };
}

function take(test, said) {
  const verdict = /^(pass|FAIL|SKIPPED|XFAIL)\b(.*)/.exec(said);
  const warning = /^WARNING: (.*)/.exec(said);
  if (verdict) test.verdict = said.trim();
  if (warning) test.warnings.push(warning[1]);
}

function judge(checks, group, test) {
  const name = `${group}/${test.name}`;
  checks.ok(`${name} passes`, test.verdict?.startsWith("pass"), test.verdict);
  for (const warning of test.warnings) {
    const why = explained[name];
    checks.ok(`${name} warns for a known reason`, why !== undefined, warning);
    if (why) checks.note(`${name}: "${warning}": ${why}`);
  }
}

export async function run(server, checks) {
  if (!ensure("litmus")) return checks.skip("everything", "litmus cannot be installed");
  const { user, password } = server.account("fay");
  for (const group of groups) {
    const { stdout } = spawnSync("litmus", [`${server.base}/WebDAV/~fay/`, user, password], {
      cwd: server.folder,
      env: { ...process.env, TESTS: group },
      encoding: "utf8",
      timeout: 120_000,
    });
    const { tests, run: count, passed, failed, warnings } = parse(stdout);
    for (const test of tests) judge(checks, group, test);
    const read = tests.length === count && tests.every(({ number }, i) => Number(number) === i);
    const warned = tests.flatMap((test) => test.warnings).length === warnings;
    checks.ok(
      `${group}: what was read agrees with litmus' own counts, ${passed} passed, ${warnings} warnings`,
      count > 0 && read && warned && failed === 0 && passed === count,
      stdout.slice(-600),
    );
  }
}

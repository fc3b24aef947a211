// Runs the doctor as an administrator does, and judges what it says.
import { spawn } from "node:child_process";
import { kalends } from "../lib/server.mjs";

/** Stands in passwords of these set-ups; the doctor must never print it. */
export const SECRET = "m4rker-of-a-secret";

/** Its report and exit status. `before` is what the shell does first. */
function examine({ folder, port, certificates }, env, words, before) {
  const own = {
    KALENDS_LISTEN: `127.0.0.1:${port}`,
    KALENDS_AUTH_BCRYPT_COST: "4",
    NODE_EXTRA_CA_CERTS: certificates.root,
    ...env,
  };
  const command = `${before} exec "$0" "$@"`;
  const child = spawn("sh", ["-c", command, process.execPath, kalends, "doctor", "--json", ...words], {
    cwd: folder,
    env: { ...process.env, ...own },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let errors = "";
  child.stdout.on("data", (data) => (out += data));
  child.stderr.on("data", (data) => (errors += data));
  return new Promise((resolve) => {
    child.on("close", (status) => {
      let report = { checks: [] };
      try {
        report = JSON.parse(out);
      } catch {
        errors += out;
      }
      const found = report.checks.flatMap((each) => each.found);
      resolve({ status, report, found, errors, out });
    });
  });
}

const saidOf = (found, errors) => `${found.map(({ cause, detail }) => `${cause}: ${detail}`).join("; ")} ${errors}`;

/** The doctor has to name this cause, with what to do, and to say nothing that is secret. */
export async function names(stage, title, cause, env, { words = [], before = "", level = "fault" } = {}) {
  stage.unseen.delete(cause);
  const { status, found, errors, out } = await examine(stage, env, words, before);
  const named = found.find((each) => each.cause === cause);
  const isTold = named !== undefined && named.level === level && named.remedy !== "" && named.detail !== "";
  const isStatus = level === "fault" ? status === 1 : status === 0 || found.some((each) => each.level === "fault");
  const seen = `status ${status}, found ${saidOf(found, errors)}`;
  stage.checks.ok(`${title}: ${cause}`, isTold && isStatus && !out.includes(SECRET), seen);
}

/** These causes cannot be shown on this machine. */
export function cannotShow(stage, causes, why) {
  for (const cause of causes) stage.unseen.delete(cause);
  stage.checks.skip(causes.join(", "), why);
}

export async function isSound(stage, title, env, words = []) {
  const { status, found, report, errors } = await examine(stage, env, words, "");
  const done = report.checks.filter(({ state }) => state === "ok").map(({ name }) => name);
  stage.checks.ok(
    `${title}: no complaint (${done.join(", ")})`,
    status === 0 && found.length === 0 && done.length > 5,
    saidOf(found, errors),
  );
}

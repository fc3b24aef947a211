// kalends doctor against set-ups that are broken for real: each time it has to name the cause. Sound ones pass without complaint.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CAUSES } from "../packages/server/dist/doctor/causes.js";
import { onMachine } from "./doctor/machine.mjs";
import { onPostgres } from "./doctor/postgres.mjs";
import { onProxies } from "./doctor/proxies.mjs";
import { onSettings } from "./doctor/settings.mjs";
import { makeCertificates } from "./lib/certificate-chain.mjs";
import { ensure } from "./lib/packages.mjs";
import { freePort } from "./lib/proxies.mjs";

export const startsItsOwn = true;

export async function run(_server, checks) {
  if (!ensure("openssl")) return checks.skip("everything", "openssl cannot be installed");
  const folder = mkdtempSync(join(tmpdir(), "kalends-doctor-"));
  const unseen = new Set(Object.keys(CAUSES));
  const stage = { folder, checks, unseen, certificates: makeCertificates(folder), port: await freePort() };
  try {
    await onSettings(stage);
    await onMachine(stage);
    await onProxies(stage);
    await onPostgres(stage);
    checks.ok("every cause that the doctor knows has a set-up here", unseen.size === 0, [...unseen].join(", "));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

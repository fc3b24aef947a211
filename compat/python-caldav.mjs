// The Python library "caldav", which scripts and other clients are built on.
import { ensurePackages } from "./lib/packages.mjs";
import { runPython } from "./lib/python.mjs";

export async function run(server, checks) {
  if (!ensurePackages("python3-caldav"))
    return checks.skip("everything", "Debian's python3-caldav cannot be installed");
  await runPython("caldav_library.py", server, server.account("pyra"), checks);
}

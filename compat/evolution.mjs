// Evolution's data server, without its windows: finds the calendars, syncs, writes, sees what others change, follows a link.
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensurePackages } from "./lib/packages.mjs";
import { runPython } from "./lib/python.mjs";

const packages = ["evolution-data-server", "python3-gi", "gir1.2-ecal-2.0", "gir1.2-edataserver-1.2", "dbus"];
const offered = "/usr/share/dbus-1/services";

export async function run(server, checks) {
  if (!ensurePackages(...packages)) return checks.skip("everything", `Debian's ${packages[0]} cannot be installed`);
  const runtime = join(server.folder, "runtime");
  mkdirSync(runtime, { mode: 0o700 });
  // Nothing of the desktop it may run on: settings in memory, folders of its own, a network that is always there.
  const env = {
    XDG_RUNTIME_DIR: runtime,
    XDG_CONFIG_HOME: join(server.folder, "config"),
    XDG_CACHE_HOME: join(server.folder, "cache"),
    XDG_DATA_HOME: join(server.folder, "data"),
    GSETTINGS_BACKEND: "memory",
    GIO_USE_NETWORK_MONITOR: "base",
  };
  const before = ["dbus-run-session", `--config-file=${busOf(server.folder)}`, "--"];
  await runPython("evolution.py", server, server.account("evan"), checks, { env, before });
}

/** The settings of a session bus that starts the data server's services and no others, such as a keyring that asks people. */
function busOf(folder) {
  const services = join(folder, "services");
  mkdirSync(services);
  for (const name of readdirSync(offered).filter((file) => file.startsWith("org.gnome.evolution.dataserver.")))
    copyFileSync(join(offered, name), join(services, name));
  const file = join(folder, "bus.conf");
  writeFileSync(
    file,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=${folder}</listen>
  <servicedir>${services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`,
  );
  return file;
}

// A folder of the server mounted with davfs2, each mount with a cache of its own that nothing outlives.
import { spawnSync } from "node:child_process";
import { accessSync, chmodSync, closeSync, constants, mkdirSync, mkdtempSync } from "node:fs";
import { openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why a folder cannot be mounted on this machine, or undefined where it can be. */
export function cannotMount() {
  if (process.getuid?.() !== 0) return "mounting needs root";
  try {
    accessSync("/dev/fuse", constants.R_OK | constants.W_OK);
    closeSync(openSync("/dev/fuse", "r+"));
  } catch (error) {
    return `/dev/fuse cannot be opened (${error.code}): the kernel or the container gives no FUSE`;
  }
  return undefined;
}

// Linux 6.16 and newer reads folders in larger pieces than davfs2 expects: with its usual buffer every ls says "Invalid argument".
const settings = (folder) => `secrets ${folder}/secrets
cache_dir ${folder}/cache
ask_auth 0
delay_upload 0
dir_refresh 1
file_refresh 1
gui_optimize 0
buf_size 256
`;

/** Runs a program with its output in a file: the mount stays behind as a daemon and would hold a pipe open. */
function runInto(file, program, words) {
  const output = openSync(file, "w");
  const { status } = spawnSync(program, words, { stdio: ["ignore", output, output], timeout: 300_000 });
  closeSync(output);
  return { status, output: readFileSync(file, "utf8") };
}

/** Mounts `url`; `folder` is where it appears, `unmount` waits until everything has been sent. */
export function mount(url, { user, password }) {
  const home = mkdtempSync(join(tmpdir(), "kalends-davfs-"));
  chmodSync(home, 0o755);
  const folder = join(home, "mounted");
  mkdirSync(folder);
  mkdirSync(join(home, "cache"));
  spawnSync("chown", ["root:davfs2", join(home, "cache")]);
  chmodSync(join(home, "cache"), 0o775);
  writeFileSync(join(home, "conf"), settings(home));
  writeFileSync(join(home, "secrets"), `"${url}" "${user}" "${password}"\n`, { mode: 0o600 });
  const log = join(home, "log");
  const { output } = runInto(log, "mount.davfs", ["-o", `conf=${join(home, "conf")},uid=0`, url, folder]);
  const isMounted = () => spawnSync("mountpoint", ["-q", folder]).status === 0;
  return {
    folder,
    mounted: isMounted(),
    output,
    unmount() {
      const done = isMounted() ? runInto(log, "umount", [folder]) : { status: 0, output: "" };
      const gone = !isMounted();
      if (!gone) spawnSync("umount", ["-l", folder]);
      rmSync(home, { recursive: true, force: true });
      return { gone: gone && done.status === 0, output: done.output };
    },
  };
}

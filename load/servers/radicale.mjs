// Radicale (Debian: radicale, gunicorn): under gunicorn as its documentation shows, a process for each core, with threads,
// so that connections are kept; the password file is plain, which is kind to it.
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { BENCH, names, PASSWORD } from "./accounts.mjs";
import { listening, start } from "./programs.mjs";

const settings = (folder, port) => `
[server]
hosts = 127.0.0.1:${port}
max_connections = 64
[auth]
type = htpasswd
htpasswd_filename = ${folder}/users
htpasswd_encryption = plain
[rights]
type = owner_only
[storage]
filesystem_folder = ${folder}/collections
[logging]
level = warning
`;

async function startRadicale({ folder, port, users }) {
  mkdirSync(join(folder, "collections"), { recursive: true });
  writeFileSync(
    join(folder, "users"),
    names(users)
      .map((user) => `${user}:${PASSWORD}\n`)
      .join(""),
  );
  writeFileSync(join(folder, "config"), settings(folder, port));
  const threads = ["--workers", String(cpus().length), "--worker-class", "gthread", "--threads", "8"];
  const patience = ["--keep-alive", "60", "--timeout", "900", "--worker-connections", "1000"];
  const env = { ...process.env, RADICALE_CONFIG: join(folder, "config"), PYTHONDONTWRITEBYTECODE: "1" };
  const words = ["--bind", `127.0.0.1:${port}`, ...threads, ...patience, "radicale"];
  const master = start("/usr/bin/gunicorn", words, { env, log: join(folder, "log") });
  await listening(port, master);
  return {
    base: `http://127.0.0.1:${port}`,
    account: BENCH,
    homeOf: (user) => `/${user}/`,
    wholeFile: { creates: true, address: (calendar) => calendar },
    // Its store is a folder of files.
    fillFrom(files, calendar) {
      const target = join(folder, "collections/collection-root", calendar);
      for (const name of readdirSync(files)) copyFileSync(join(files, name), join(target, name));
    },
    pids: () => [master.pid],
    stop: () => master.stop(),
  };
}

export const radicale = {
  name: "radicale",
  ports: 1,
  absent: () =>
    existsSync("/usr/bin/gunicorn") && existsSync("/usr/bin/radicale")
      ? null
      : "radicale and gunicorn are not installed",
  start: startRadicale,
};

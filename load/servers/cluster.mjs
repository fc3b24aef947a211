// A PostgreSQL of a server's own: the settings are PostgreSQL's defaults, so what is acknowledged is on the disk.
import { appendFileSync, chownSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { identity, run, start, until } from "./programs.mjs";

const DEBIAN = "/usr/lib/postgresql";

/** The folder of the newest PostgreSQL here. */
export function programs() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number) : [];
  const newest = versions
    .sort((a, b) => b - a)
    .find((version) => existsSync(join(DEBIAN, String(version), "bin/postgres")));
  if (newest !== undefined) return join(DEBIAN, String(newest), "bin");
  return (process.env.PATH ?? "").split(":").find((folder) => existsSync(join(folder, "initdb")));
}

/** Starts it, made first if it is not there; `listen` makes it reachable by TCP on that port. `fresh` the first time. */
export async function startCluster(folder, { listen } = {}) {
  const bin = programs();
  const data = join(folder, "pg");
  const sockets = join(folder, "run");
  const fresh = !existsSync(join(data, "PG_VERSION"));
  const as = identity("postgres");
  if (fresh) {
    for (const path of [folder, data, sockets]) {
      mkdirSync(path, { recursive: true });
      if (as.uid !== undefined && path !== folder) chownSync(path, as.uid, as.gid);
    }
    run(join(bin, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"], as);
    const address = listen ? "'127.0.0.1'" : "''";
    appendFileSync(
      join(data, "postgresql.conf"),
      `listen_addresses = ${address}\nunix_socket_directories = '${sockets}'\nport = ${listen ?? 5432}\n`,
    );
  }
  const program = start(join(bin, "postgres"), ["-D", data], {
    ...as,
    log: join(folder, "postgres.log"),
    signal: "SIGINT",
  });
  const query = (statement, database = "postgres", user = "postgres") =>
    run(
      join(bin, "psql"),
      ["-qXAt", "-v", "ON_ERROR_STOP=1", "-h", sockets, "-p", String(listen ?? 5432), "-U", user, database],
      {
        input: statement,
      },
    );
  const answers = () => {
    if (program.ended()) throw new Error(`PostgreSQL has ended, see ${join(folder, "postgres.log")}`);
    try {
      return query("select 1").trim() === "1";
    } catch {
      return false;
    }
  };
  await until(answers, "PostgreSQL");
  return {
    fresh,
    pid: program.pid,
    sockets,
    query,
    url: (database) => `postgres://postgres@localhost/${database}?host=${sockets}`,
    stop: () => program.stop(),
  };
}

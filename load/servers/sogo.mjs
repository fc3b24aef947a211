// SOGo (Debian: sogo, memcached): sogod with four workers, reached directly, a PostgreSQL and a memcached of its own.
// Its sync tokens are whole seconds: a change in the second of a token is not told later, so the benchmark waits a second.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BENCH, names, PASSWORD } from "./accounts.mjs";
import { programs, startCluster } from "./cluster.mjs";
import { identity, listening, removed, run, start } from "./programs.mjs";

const TABLES = {
  SOGoProfileURL: "sogo_user_profile",
  OCSFolderInfoURL: "sogo_folder_info",
  OCSSessionsFolderURL: "sogo_sessions_folder",
  OCSEMailAlarmsFolderURL: "sogo_alarms_folder",
  OCSStoreURL: "sogo_store",
  OCSAclURL: "sogo_acl",
  OCSCacheFolderURL: "sogo_cache_folder",
};

function prepareDatabase(cluster, folder, users) {
  const marker = join(folder, `accounts-${users}`);
  const first = join(folder, "accounts-0");
  if (existsSync(marker)) return;
  const made = existsSync(first);
  if (!made) {
    cluster.query(`create user sogo password '${PASSWORD}'`);
    cluster.query("create database sogo owner sogo");
    const columns =
      "c_uid varchar(64) primary key, c_name varchar(64), c_password varchar(128), c_cn varchar(128), mail varchar(128)";
    cluster.query(`create table sogo_users (${columns})`, "sogo", "sogo");
  }
  const rows = (made ? names(users).slice(1) : names(users)).map(
    (user) => `('${user}', '${user}', '${PASSWORD}', '${user}', '${user}@load.example')`,
  );
  if (rows.length > 0) cluster.query(`insert into sogo_users values ${rows.join(",")}`, "sogo", "sogo");
  for (const path of [marker, first]) writeFileSync(path, "");
}

async function startSogo({ folder, port, users }) {
  for (const name of ["run", "home", "log"]) mkdirSync(join(folder, name), { recursive: true });
  const [memory, database] = [port + 1, port + 2];
  const cluster = await startCluster(folder, { listen: database });
  prepareDatabase(cluster, folder, users);
  const cache = start("/usr/bin/memcached", ["-u", "memcache", "-l", "127.0.0.1", "-p", String(memory), "-m", "64"], {
    log: join(folder, "memcached.log"),
  });
  run("chown", ["-R", "sogo", join(folder, "home"), join(folder, "log")]);
  run("chmod", ["777", join(folder, "run")]);
  removed(folder, "run/sogo.pid");
  const url = `postgresql://sogo:${PASSWORD}@127.0.0.1:${database}/sogo`;
  const people = `({type = sql; id = users; viewURL = "${url}/sogo_users"; canAuthenticate = YES; isAddressBook = NO; userPasswordAlgorithm = plain;})`;
  const options = {
    WOPort: `127.0.0.1:${port}`,
    WOWorkersCount: 4,
    WOLogFile: `${folder}/log/sogo`,
    WOPidFile: `${folder}/run/sogo.pid`,
    WONoDetach: "YES",
    WOWatchDogRequestTimeout: 60,
    SOGoMemcachedHost: `127.0.0.1:${memory}`,
    SOGoTimeZone: "UTC",
    SOGoMailDomain: "load.example",
    SOGoLanguage: "English",
    SxVMemLimit: 1024,
    SOGoUserSources: people,
    ...Object.fromEntries(Object.entries(TABLES).map(([name, table]) => [name, `${url}/${table}`])),
  };
  const words = Object.entries(options).flatMap(([name, value]) => [`-${name}`, String(value)]);
  const env = { ...process.env, HOME: join(folder, "home"), USER: "sogo", LOGNAME: "sogo" };
  const server = start("/usr/sbin/sogod", words, {
    ...identity("sogo"),
    env,
    cwd: join(folder, "home"),
    log: join(folder, "log-start"),
  });
  await listening(port, server);
  return {
    base: `http://127.0.0.1:${port}`,
    account: BENCH,
    homeOf: (user) => `/SOGo/dav/${user}/Calendar/`,
    tokenPause: 1100,
    pids: () => [server.pid, cache.pid, cluster.pid],
    async stop() {
      await server.stop();
      await cache.stop();
      await cluster.stop();
    },
  };
}

export const sogo = {
  name: "sogo",
  ports: 3,
  absent() {
    if (!existsSync("/usr/sbin/sogod") || !existsSync("/usr/bin/memcached"))
      return "sogo and memcached are not installed";
    if (!programs()) return "PostgreSQL is not installed";
    return process.getuid?.() === 0 ? null : "it has to be started by root";
  },
  start: startSogo,
};

// Kalends as it is built here, on a PostgreSQL of its own or on the embedded database.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAccount } from "@kalends/accounts";
import { configSchema, openHouse } from "@kalends/server";
import { watchKalends } from "../measure/kalends-watch.mjs";
import { BENCH, names, PASSWORD } from "./accounts.mjs";
import { programs, startCluster } from "./cluster.mjs";
import { listening, run, start } from "./programs.mjs";

const command = fileURLToPath(new URL("../../packages/server/bin/kalends.js", import.meta.url));
const preload = new URL("../measure/loop-preload.mjs", import.meta.url).href;
const DATABASE = "kalends";
// Calendars of 100 000 events are filled by one file.
const ROOM = {
  KALENDS_LIMITS_OBJECTS_PER_CALENDAR: "400000",
  KALENDS_LIMITS_WHOLE_FILE_SIZE: String(512 * 1024 * 1024),
  KALENDS_LIMITS_REQUEST_DEADLINE: "900000",
};

async function makeAccounts(database, logins) {
  const { house, close } = await openHouse(
    configSchema.parse({ database, auth: { bcryptCost: 10 }, log: { level: "error" } }),
  );
  for (const login of logins) {
    await createAccount(house.services.db, house.passwords, { login, domain: house.config.domain, password: PASSWORD });
  }
  await close();
}

async function prepareDatabase(folder, embedded) {
  if (embedded) return { url: `embedded:${join(folder, "data")}`, pids: [], stop: async () => undefined };
  const cluster = await startCluster(folder);
  if (cluster.fresh) cluster.query(`create database ${DATABASE}`);
  return { url: cluster.url(DATABASE), pids: [cluster.pid], stop: () => cluster.stop(), query: cluster.query };
}

/** What `serve` is told about workers; one process is what it does by itself. */
const workerWords = (workers) => (workers > 1 ? ["--workers", String(workers)] : []);

async function startKalends({ folder, port, users, workers = 1, embedded = false }) {
  mkdirSync(folder, { recursive: true });
  const database = await prepareDatabase(folder, embedded);
  const log = join(folder, "log");
  const loops = join(folder, "loops");
  mkdirSync(loops, { recursive: true });
  const env = {
    ...process.env,
    ...ROOM,
    KALENDS_DATABASE: database.url,
    KALENDS_LISTEN: `127.0.0.1:${port}`,
    KALENDS_LOG_LEVEL: "info",
    NODE_OPTIONS: `--import ${preload}`,
    LOAD_LOOP_FOLDER: loops,
  };
  const filled = join(folder, `accounts-${users}`);
  if (!existsSync(filled)) {
    run(process.execPath, [command, "migrate"], { cwd: folder, env: { ...env, NODE_OPTIONS: "" } });
    await makeAccounts(database.url, existsSync(join(folder, "accounts-0")) ? names(users).slice(1) : names(users));
    for (const made of ["accounts-0", `accounts-${users}`]) writeFileSync(join(folder, made), "");
  }
  let server = null;
  const serve = async (count) => {
    const began = performance.now();
    server = start(process.execPath, [command, "serve", ...workerWords(count)], { cwd: folder, env, log });
    await listening(port, server);
    return performance.now() - began;
  };
  const startTime = await serve(workers);
  return {
    base: `http://127.0.0.1:${port}`,
    account: BENCH,
    homeOf: (user) => `/CalDAV/~${user}/`,
    wholeFile: {
      creates: true,
      address: (calendar) => calendar.replace("/CalDAV/", "/CalendarData/").replace(/\/$/, ".ics"),
    },
    url: database.url,
    startTime,
    query: database.query ? (statement) => database.query(statement, DATABASE) : undefined,
    pids: () => [server.pid, ...database.pids],
    ownPids: () => [server.pid],
    watch: () => watchKalends({ log, loops, pid: server.pid }),
    /** Starts the server again, its database goes on; milliseconds until it listens. */
    async again(count = workers) {
      await server.stop();
      return serve(count);
    },
    async stop() {
      await server.stop();
      await database.stop();
    },
  };
}

export const kalends = {
  name: "kalends",
  ports: 1,
  absent: () => (programs() ? null : "no PostgreSQL"),
  start: startKalends,
};

export const kalendsEmbedded = {
  name: "kalends-embedded",
  ports: 1,
  absent: () => null,
  start: (options) => startKalends({ ...options, embedded: true }),
};

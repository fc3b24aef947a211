import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAccount, createPasswords } from "@kalends/accounts";
import { inlineOffload } from "@kalends/dav-core";
import {
  type Config,
  compose,
  configSchema,
  createFtpListener,
  createListener,
  ensureDefaultDomain,
  type House,
  runAdmin,
} from "@kalends/server";
import { coreMigrations, type Database, migrate, openDatabase, type StatementSeen } from "@kalends/store";
import { pino } from "pino";
import { type DavClient, openClient } from "./client/client.js";
import { statementLog } from "./databases.js";
import { type DatabaseKind, makeTestDatabase, type TestDatabase } from "./test-database.js";

export interface ServerOptions {
  /** Of its own, or that of another server, which stops later. */
  readonly database?: DatabaseKind | { readonly sharedWith: TestServer };
  readonly clock?: () => number;
  /** Settings that differ from the defaults, as in the settings file. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Stands between the server and its database. */
  readonly watched?: (db: Database) => Database;
}

export interface TestServer {
  /** Scheme, host and port, without a final slash. */
  readonly base: string;
  /** Port of the FTP listener; 0 unless the settings ask for one. */
  readonly ftpPort: number;
  readonly house: House;
  readonly db: Database;
  /** Stacks of the errors the server logged; empty unless something is wrong with it. */
  readonly faults: readonly string[];
  /** Warnings it logged, as JSON gives them. */
  readonly warnings: readonly Readonly<Record<string, unknown>>[];
  /** Makes an account in the default domain; the password is the login unless given. */
  createAccount(login: string, password?: string): Promise<void>;
  /** An account nobody else uses, and its client. */
  someone(): Promise<DavClient & { readonly login: string; readonly home: string }>;
  /** An administrative action, as the command line does it: for example `group.add`. */
  admin<R = unknown>(command: string, args: unknown): Promise<R>;
  /** Gives somebody rights on a mailbox, as `kalends rights set` does: for example `~ann/Calendar`, `bob`, `lr`. */
  setRights(mailbox: string, who: string, letters: string): Promise<void>;
  /** A client signed in as this account, or as nobody. */
  client(login: string | null, password?: string): DavClient;
  /** What the server asked its database while `fn` ran. */
  countStatements<T>(
    fn: () => Promise<T>,
  ): Promise<{ readonly value: T; readonly count: number; readonly statements: readonly string[] }>;
  /** The same with the values, the rows that came back and the time. */
  watchStatements<T>(fn: () => Promise<T>): Promise<{ readonly value: T; readonly seen: readonly StatementSeen[] }>;
  stop(): Promise<void>;
}

/** The default domain of every test server. */
export const DOMAIN = "mail.example";

const WARNING = 40;

/** Errors that reached the last border of the server, and warnings, as it logged them. */
const collecting = (faults: string[], warnings: Record<string, unknown>[]) =>
  pino(
    { level: "warn" },
    {
      write(line: string) {
        const said = JSON.parse(line) as { level: number; err?: { stack?: string } };
        if (said.level === WARNING) warnings.push(said);
        else faults.push(said.err?.stack ?? line);
      },
    },
  );

/** The whole server with a database of its own, listening on a free port of the loopback address. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const database = await databaseOf(options.database ?? "embedded");
  const log = statementLog();
  const opened = await openDatabase({ url: database.url, onStatement: log.seen, random: Math.random });
  const db = options.watched?.(opened) ?? opened;
  await migrate(db, coreMigrations());
  const config = testConfig(database.url, options.config ?? {});
  await ensureDefaultDomain(db, config.domain);
  const passwords = createPasswords({ cost: config.auth.bcryptCost });
  const faults: string[] = [];
  const warnings: Record<string, unknown>[] = [];
  const house = compose({
    config,
    db,
    offload: inline,
    log: collecting(faults, warnings),
    ready: () => true,
    ...clockOf(options),
  });
  const http = createListener(house);
  const base = await listen(http);
  const ftp = config.ftp.listen === "" ? null : createFtpListener(house);
  const ftpPort = ftp === null ? 0 : (await ftp.listen("127.0.0.1", 0)).port;
  const clients: DavClient[] = [];
  let accounts = 0;

  const server: TestServer = {
    base,
    ftpPort,
    house,
    db,
    faults,
    warnings,
    async createAccount(login, password = login) {
      await createAccount(db, passwords, { login, domain: config.domain, password });
    },
    admin: <R>(command: string, args: unknown) => runAdmin({ command, args }, house, () => undefined) as Promise<R>,
    async setRights(mailbox, who, letters) {
      await server.admin("rights.set", { mailbox, who, letters });
    },
    client(login, password = login ?? "") {
      const client = openClient(base, login === null ? null : { login, password });
      clients.push(client);
      return client;
    },
    async someone() {
      accounts++;
      const login = `user${accounts}`;
      await server.createAccount(login);
      return { ...server.client(login), login, home: `/CalDAV/~${login}/` };
    },
    async countStatements(fn) {
      const { value, seen } = await log.during(fn);
      return { value, count: seen.length, statements: seen.map(({ text }) => text) };
    },
    watchStatements: (fn) => log.during(fn),
    async stop() {
      for (const client of clients) client.close();
      await close(http);
      await ftp?.close(0);
      await db.close();
      await database.drop();
    },
  };
  return server;
}

const databaseOf = async (wanted: NonNullable<ServerOptions["database"]>): Promise<TestDatabase> =>
  typeof wanted === "string"
    ? makeTestDatabase(wanted)
    : { url: wanted.sharedWith.house.config.database, drop: async () => undefined };

const clockOf = ({ clock }: ServerOptions) => (clock ? { clock } : {});

// Work on large inputs stays in this thread: what is tested is what it gives.
const inline: Parameters<typeof compose>[0]["offload"] = {
  ...inlineOffload,
  load: () => ({ waiting: 0, running: 0 }),
  close: async () => undefined,
};

function testConfig(database: string, settings: Readonly<Record<string, unknown>>): Config {
  const auth = { bcryptCost: 4, failures: 1_000_000 };
  return configSchema.parse({ database, domain: DOMAIN, auth, log: { level: "silent" }, ...settings });
}

function listen(http: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(http.address() as AddressInfo).port}`));
  });
}

function close(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
}

// kalends doctor against set-ups that are broken for real: each time it has to name the cause. Sound ones pass without complaint.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { makeCertificates } from "./lib/certificate-chain.mjs";
import { ownCluster } from "./lib/databases.mjs";
import { startNameServer } from "./lib/name-server.mjs";
import { ensure } from "./lib/packages.mjs";
import { startProxy } from "./lib/proxy.mjs";
import { kalends, startServer } from "./lib/server.mjs";

export const startsItsOwn = true;

const SECRET = "m4rker-of-a-secret";

export async function run(_server, checks) {
  if (!ensure("openssl")) return checks.skip("everything", "openssl cannot be installed");
  const folder = mkdtempSync(join(tmpdir(), "kalends-doctor-"));
  const stage = { folder, checks, certificates: makeCertificates(folder), port: await freePort() };
  try {
    await onSettings(stage);
    await onFolders(stage);
    await onPorts(stage);
    await onProxies(stage);
    await onPostgres(stage);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const server = await listening(() => undefined);
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const listening = (handle, port = 0) =>
  new Promise((resolve) => {
    const server = createServer(handle);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });

/** Runs the doctor as an administrator does; gives its report and exit status. */
function examine({ folder, port, certificates }, env, words = [], limit = "") {
  const own = {
    KALENDS_LISTEN: `127.0.0.1:${port}`,
    KALENDS_AUTH_BCRYPT_COST: "4",
    NODE_EXTRA_CA_CERTS: certificates.root,
    ...env,
  };
  const command = `${limit} exec "$0" "$@"`;
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

/** The doctor has to name this cause, with what to do, and to say nothing that is secret. */
async function names(stage, title, cause, env, { words, limit, level = "fault" } = {}) {
  const { status, found, errors, out } = await examine(stage, env, words, limit);
  const named = found.find((each) => each.cause === cause);
  const isTold = named !== undefined && named.level === level && named.remedy !== "" && named.detail !== "";
  const isStatus = level === "fault" ? status === 1 : status === 0 || found.some((each) => each.level === "fault");
  const seen = `status ${status}, found ${found.map((each) => `${each.cause}: ${each.detail}`).join("; ")} ${errors}`;
  stage.checks.ok(`${title}: ${cause}`, isTold && isStatus && !out.includes(SECRET), seen);
}

async function isSound(stage, title, env, words) {
  const { status, found, report, errors } = await examine(stage, env, words);
  const done = report.checks.filter(({ state }) => state === "ok").map(({ name }) => name);
  const seen = `${found.map((each) => `${each.cause}: ${each.detail}`).join("; ")} ${errors}`;
  stage.checks.ok(
    `${title}: no complaint (${done.join(", ")})`,
    status === 0 && found.length === 0 && done.length > 5,
    seen,
  );
}

async function onSettings(stage) {
  const { folder, certificates } = stage;
  await names(stage, "a listen address that is none", "settings-unusable", { KALENDS_LISTEN: "everywhere" });
  await names(stage, "a setting that does not exist", "settings-unusable", { KALENDS_COLOUR: "red" });
  await names(stage, "two workers on the embedded database", "workers-embedded", { KALENDS_WORKERS: "2" });
  const file = join(folder, "open.yaml");
  writeFileSync(file, `database: postgres://kalends:${SECRET}@127.0.0.1:1/kalends\n`);
  chmodSync(file, 0o644);
  await names(stage, "a settings file with a password that everybody may read", "secret-readable", {
    KALENDS_CONFIG: file,
  });
  const pair = (certificate, key) => ({ KALENDS_FTP_CERTIFICATE: certificate, KALENDS_FTP_KEY: key });
  const good = certificates.chain("good");
  chmodSync(certificates.key("good"), 0o644);
  await names(stage, "a key file that everybody may read", "secret-readable", pair(good, certificates.key("good")));
  for (const name of ["good", "expired", "other"]) chmodSync(certificates.key(name), 0o600);
  await names(stage, "a key of another certificate", "key-mismatch", pair(good, certificates.key("other")));
  await names(stage, "a certificate file that is not there", "certificate-unreadable", pair("/none.pem", "/none.key"));
  const expired = pair(certificates.chain("expired"), certificates.key("expired"));
  await names(stage, "a certificate file that has expired", "certificate-expired", expired);
  const leaf = pair(certificates.leaf("good"), certificates.key("good"));
  await names(stage, "a certificate file without the ones above", "chain-incomplete", leaf);
  await names(stage, "200 open files", "files-few", {}, { limit: "ulimit -n 200;", level: "warning" });
}

/** A file system of its own, in memory; null where this is not allowed. */
function smallDisk(place, size) {
  try {
    mkdirSync(place);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", place], { stdio: "ignore" });
    return {
      again: (how) => execFileSync("mount", ["-o", `remount,${how}`, place]),
      end: () => execFileSync("umount", [place]),
    };
  } catch {
    return null;
  }
}

async function onFolders(stage) {
  const place = join(stage.folder, "disk");
  const env = { KALENDS_DATABASE: `embedded:${place}` };
  const disk = smallDisk(place, "8m");
  if (!disk) return stage.checks.skip("disks that are full or read-only", "mounting is not allowed here");
  try {
    await names(stage, "a disk with little room", "disk-low", env, { level: "warning" });
    try {
      writeFileSync(join(place, "filling"), Buffer.alloc(16 * 1024 * 1024));
    } catch {
      // That is what was wanted.
    }
    await names(stage, "a full disk", "disk-full", env);
    rmSync(join(place, "filling"));
    disk.again("ro");
    await names(stage, "a file system that is read-only", "folder-read-only", env);
    await names(stage, "a folder that cannot be made there", "folder-missing", {
      KALENDS_DATABASE: `embedded:${place}/data`,
    });
  } finally {
    disk.end();
  }
  await names(stage, "a folder below a file", "folder-missing", { KALENDS_DATABASE: `embedded:${kalends}/data` });
}

async function onPorts(stage) {
  const other = await listening((_request, response) => response.end("hello"), stage.port);
  await names(stage, "another web server at our address", "port-taken", {});
  other.close();
  other.closeAllConnections();
  await names(stage, "an address of another machine", "address-foreign", { KALENDS_LISTEN: "192.0.2.1:8100" });
  await names(stage, "no server at all", "server-off", {}, { level: "warning" });
}

async function onProxies(stage) {
  const front = await freePort();
  const url = `http://localhost:${front}`;
  const env = { KALENDS_PUBLIC_URL: url, KALENDS_TRUST_PROXY: "true" };
  const serverEnv = { ...env, KALENDS_AUTH_BCRYPT_COST: "4" };
  const server = await startServer({ port: stage.port, env: serverEnv, folder: join(mkdirIn(stage.folder, "served")) });
  const here = { ...stage, folder: server.folder };
  const behind = async (title, cause, proxy, more = {}) => {
    const started = await startProxy({ port: front, to: stage.port, ...proxy });
    await names(here, title, cause, { ...env, ...more });
    await started.stop();
  };
  try {
    const sound = await startProxy({ port: front, to: stage.port });
    await isSound(here, "a server behind a proxy", env);
    await sound.stop();
    await names(here, "no proxy at the public address", "public-unreachable", env);
    await names(here, "a public host without an address", "name-unknown", {
      ...env,
      KALENDS_PUBLIC_URL: "https://nowhere.invalid",
    });
    await behind("a proxy that leads nowhere", "proxy-no-server", { to: await freePort() });
    await behind("another site at the public address", "public-other", { refuse: () => 404 });
    await behind("a proxy that refuses PROPFIND", "proxy-method", {
      refuse: ({ method }) => method === "PROPFIND" && 405,
    });
    await behind("a firewall that refuses REPORT and MKCALENDAR", "proxy-method", {
      refuse: ({ method }) => ["REPORT", "MKCALENDAR"].includes(method) && 501,
    });
    await behind("a proxy that answers OPTIONS itself", "proxy-method", {
      refuse: ({ method }) => method === "OPTIONS" && 204,
    });
    await behind("a proxy that removes Destination and Depth", "proxy-header", {
      headers: ({ destination: _destination, depth: _depth, ...rest }) => rest,
    });
    await behind("a proxy that removes Authorization", "proxy-header", {
      headers: ({ authorization: _gone, ...rest }) => rest,
    });
    await behind("a proxy that says nothing of the host", "proxy-host", {
      headers: ({ "x-forwarded-host": _gone, ...rest }) => ({ ...rest, host: `127.0.0.1:${stage.port}` }),
    });
    await behind("a proxy that takes bodies up to 1 MB", "proxy-body", {
      refuse: ({ headers }) => Number(headers["content-length"]) > 1_048_576 && 413,
    });
    await behind("a proxy that marks ETags", "proxy-etag", {
      answer: ({ etag, ...rest }) =>
        etag && rest["content-type"]?.includes("calendar")
          ? { ...rest, etag: etag.replace(/"$/, '-gzip"') }
          : { ...rest, ...(etag && { etag }) },
    });
    await behind("a proxy that rewrites texts", "proxy-body-changed", {
      text: (body) => body.replace("SUMMARY:Trial", "SUMMARY:Try"),
    });
    await behind(
      "a proxy that loses its prefix",
      "proxy-prefix",
      { path: (path) => path.replace(/^\/cal(?=\/)/, ""), text: (body) => body.replaceAll(">/cal/", ">/") },
      { KALENDS_PUBLIC_URL: `${url}/cal` },
    );
    await behind("a proxy without the well-known address", "well-known-missing", {
      refuse: ({ url: path }) => path.startsWith("/.well-known") && 404,
    });
    await behind("a clock that is an hour late", "clock-public", {
      answer: (headers) => ({ ...headers, date: new Date(Date.now() - 3_600_000).toUTCString() }),
    });
    await withCertificates(here, env);
    await withoutPublicUrl(stage);
    rmSync(join(server.folder, "data", "admin.sock"));
    await names(here, "a process that holds the data folder and is not reached", "folder-locked", env);
  } finally {
    await server.stop();
  }
}

/** A server that learns from its proxy alone where it is. */
async function withoutPublicUrl(stage) {
  const port = await freePort();
  const env = { KALENDS_LISTEN: `127.0.0.1:${port}`, KALENDS_TRUST_PROXY: "true", KALENDS_AUTH_BCRYPT_COST: "4" };
  const server = await startServer({ port, env });
  const tls = {
    cert: readFileSync(stage.certificates.chain("good")),
    key: readFileSync(stage.certificates.key("good")),
  };
  const here = { ...stage, folder: server.folder, port };
  const proxied = async (proxy, work) => {
    const started = await startProxy({ to: port, tls, ...proxy });
    await work(["--url", `https://localhost:${started.port}`]);
    await started.stop();
  };
  try {
    await proxied({}, (words) => isSound(here, "a server that believes its proxy", env, words));
    const silent = { headers: ({ "x-forwarded-proto": _gone, ...rest }) => rest };
    await proxied(silent, (words) =>
      names(here, "a proxy that does not tell of https", "proxy-scheme", env, { words }),
    );
  } finally {
    await server.stop();
  }
}

function mkdirIn(folder, name) {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

async function withCertificates(stage, env) {
  const { certificates } = stage;
  const shows = async (title, cause, chain, key, more = {}) => {
    const tls = { cert: readFileSync(chain), key: readFileSync(certificates.key(key)) };
    const proxy = await startProxy({ to: stage.port, tls });
    await names(stage, title, cause, { ...env, KALENDS_PUBLIC_URL: `https://localhost:${proxy.port}`, ...more });
    await proxy.stop();
  };
  await shows("an expired certificate", "certificate-expired", certificates.chain("expired"), "expired");
  await shows("a certificate for another host", "certificate-name", certificates.chain("other"), "other");
  await shows("a certificate without its intermediate", "chain-incomplete", certificates.leaf("good"), "good");
  await shows("an authority nobody knows", "certificate-untrusted", certificates.chain("good"), "good", {
    NODE_EXTRA_CA_CERTS: "",
  });
}

async function onPostgres(stage) {
  const cluster = ownCluster();
  const url = new URL(cluster.env.KALENDS_DATABASE);
  const socket = url.searchParams.get("host");
  const at = (database, account = "postgres") => ({
    KALENDS_DATABASE: `postgres://${account}@localhost/${database}?host=${encodeURIComponent(socket)}`,
  });
  const sql = async (database, ...statements) => {
    const client = new pg.Client({ connectionString: at(database).KALENDS_DATABASE });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  const migrate = (database) =>
    execFileSync(process.execPath, [kalends, "migrate"], { env: { ...process.env, ...at(database) } });
  const reload = "select pg_reload_conf()";
  try {
    await names(stage, "a database server that is off", "database-down", {
      KALENDS_DATABASE: `postgres://k:${SECRET}@127.0.0.1:1/k`,
    });
    await names(stage, "a database host without an address", "database-host", {
      KALENDS_DATABASE: `postgres://k:${SECRET}@nowhere.invalid/k`,
    });
    await sql("postgres", `create role guarded login password 'right'`);
    const rules = join(socket, "data", "pg_hba.conf");
    writeFileSync(rules, `local all guarded scram-sha-256\n${readFileSync(rules, "utf8")}`);
    await sql("postgres", reload);
    await names(stage, "a wrong password", "database-password", at("postgres", `guarded:${SECRET}`));
    await names(stage, "an account that does not exist", "database-password", at("postgres", "stranger"));
    await names(stage, "a database that does not exist", "database-missing", at("none"));
    await sql("postgres", "create database plain encoding 'SQL_ASCII' template template0 lc_collate 'C' lc_ctype 'C'");
    await names(stage, "a database without UTF-8", "database-encoding", at("plain"));
    await names(stage, "an account that may not make tables", "database-rights", at("postgres", "guarded:right"));
    await sql("postgres", "create database sound");
    await names(stage, "an empty database", "schema-older", at("sound"), { level: "warning" });
    migrate("sound");
    await sql("postgres", "alter system set fsync = off", reload);
    await names(stage, "a database that does not wait for the disk", "database-fsync", at("sound"));
    await sql("postgres", "alter system set fsync = on", "alter database sound set synchronous_commit = off", reload);
    await names(stage, "commits that are not waited for", "database-sync-commit", at("sound"), { level: "warning" });
    await sql("postgres", "alter database sound reset synchronous_commit");
    await names(
      stage,
      "more workers than sessions",
      "database-connections",
      { ...at("sound"), KALENDS_WORKERS: "8" },
      { level: "warning" },
    );
    await sql("postgres", "create database newer", "create database late");
    migrate("newer");
    await sql("newer", "insert into migration (id, checksum) values ('9999-from-the-future', 'x')");
    await names(stage, "a database of a newer version", "schema-newer", at("newer"));
    await sql(
      "newer",
      "delete from migration where id like '9999%'",
      "update migration set checksum = 'x' where id like '0003%'",
    );
    await names(stage, "a database of another build", "schema-changed", at("newer"));
    await sql(
      "late",
      "create schema late",
      "create function late.clock_timestamp() returns timestamptz language sql as $$ select pg_catalog.clock_timestamp() - interval '1 hour' $$",
      "alter database late set search_path = late, public, pg_catalog",
    );
    await names(stage, "a database whose clock is an hour late", "clock-database", at("late"));
    await sound(stage, at("sound"), cluster);
  } finally {
    await cluster.drop();
  }
}

/** PostgreSQL, https through a proxy, records in the DNS: all as it should be; then what can break of it. */
async function sound(stage, database, cluster) {
  const { certificates } = stage;
  const front = await freePort();
  const env = {
    ...database,
    KALENDS_PUBLIC_URL: `https://localhost:${front}`,
    KALENDS_DOMAIN: "mail.test",
    KALENDS_TRUST_PROXY: "true",
    KALENDS_AUTH_BCRYPT_COST: "4",
  };
  const record = (target) => [
    { name: "localhost", type: "A", value: "127.0.0.1" },
    { name: "_caldavs._tcp.mail.test", type: "SRV", value: { target, port: front } },
  ];
  const tls = { cert: readFileSync(certificates.chain("good")), key: readFileSync(certificates.key("good")) };
  const server = await startServer({ port: stage.port, env });
  const proxy = await startProxy({ port: front, to: stage.port, tls });
  const here = { ...stage, folder: server.folder };
  const asking = async (records, work) => {
    const dns = await startNameServer(records);
    await work(["--resolver", dns.address]);
    dns.stop();
  };
  try {
    await asking(record("localhost"), (words) => isSound(here, "PostgreSQL, https and DNS", env, words));
    const accounts = server.cli(["user", "list"]);
    stage.checks.ok("no account of the doctor is left", !accounts.includes("doctor-"), accounts);
    await asking(record("elsewhere.example"), (words) =>
      names(here, "a record that sends people elsewhere", "srv-elsewhere", env, { words }),
    );
    await asking(record("localhost").slice(0, 1), (words) =>
      names(here, "no record in the DNS", "srv-missing", env, { words, level: "warning" }),
    );
    cluster.crash();
    await names(here, "a server whose database is gone", "server-not-ready", env);
    cluster.resume();
  } finally {
    await proxy.stop();
    await server.stop();
  }
}

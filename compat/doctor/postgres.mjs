// What can be wrong with PostgreSQL: not reached, not let in, not as it should be.
import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { newCluster, standbyOf } from "../lib/clusters.mjs";
import { ownCluster } from "../lib/databases.mjs";
import { startNameServer } from "../lib/name-server.mjs";
import { freePort } from "../lib/proxies.mjs";
import { startProxy } from "../lib/proxy.mjs";
import { kalends, startServer } from "../lib/server.mjs";
import { isSound, names, SECRET } from "./examine.mjs";

const WARNING = { level: "warning" };
const RELOAD = "select pg_reload_conf()";

export async function onPostgres(stage) {
  await onHosts(stage);
  const cluster = ownCluster();
  const socket = new URL(cluster.env.KALENDS_DATABASE).searchParams.get("host");
  const at = (database, account = "postgres") => ({
    KALENDS_DATABASE: `postgres://${account}@localhost/${database}?host=${encodeURIComponent(socket)}`,
  });
  const there = {
    at,
    cluster,
    data: join(socket, "data"),
    async sql(database, ...statements) {
      const client = new pg.Client({ connectionString: at(database).KALENDS_DATABASE });
      await client.connect();
      for (const statement of statements) await client.query(statement);
      await client.end();
    },
    migrate: (database) =>
      execFileSync(process.execPath, [kalends, "migrate"], { env: { ...process.env, ...at(database) } }),
  };
  try {
    await onEntry(stage, there);
    await onDurability(stage, there);
    await onSchemas(stage, there);
    await sound(stage, there);
  } finally {
    await cluster.drop();
  }
  await onStandby(stage);
}

async function onHosts(stage) {
  const on = (host) => ({
    KALENDS_DATABASE: `postgres://k:${SECRET}@${host}/k`,
    KALENDS_LIMITS_REQUEST_DEADLINE: "1000",
  });
  await names(stage, "a database server that is off", "database-down", on("127.0.0.1:1"));
  await names(stage, "a database host without an address", "database-host", on("nowhere.invalid"));
  const silent = createServer();
  await new Promise((resolve) => silent.listen(0, "127.0.0.1", resolve));
  await names(stage, "a database that says nothing", "database-timeout", on(`127.0.0.1:${silent.address().port}`));
  silent.close();
}

/** Who is let in, and what he may do. */
async function onEntry(stage, { at, data, sql }) {
  await sql("postgres", "create role guarded login password 'right'");
  const rules = join(data, "pg_hba.conf");
  writeFileSync(rules, `local all guarded scram-sha-256\n${readFileSync(rules, "utf8")}`);
  await sql("postgres", RELOAD);
  const guarded = at("postgres", "guarded:right");
  await names(stage, "a wrong password", "database-password", at("postgres", `guarded:${SECRET}`));
  await names(stage, "an account that does not exist", "database-password", at("postgres", "stranger"));
  await names(stage, "an account that may not make tables", "database-rights", guarded);
  await sql("postgres", "alter role guarded connection limit 0");
  await names(stage, "no session left for the account", "database-full", guarded);
  await names(stage, "a database that does not exist", "database-missing", at("none"));
  await sql("postgres", "create database shut allow_connections false");
  await names(stage, "a database that takes no connections", "database-unusable", at("shut"));
  await sql("postgres", "create database plain encoding 'SQL_ASCII' template template0 lc_collate 'C' lc_ctype 'C'");
  await names(stage, "a database without UTF-8", "database-encoding", at("plain"));
}

/** What a crash would lose, and what many processes would lack. */
async function onDurability(stage, { at, sql, migrate }) {
  await sql("postgres", "create database sound");
  await names(stage, "an empty database", "schema-older", at("sound"), WARNING);
  migrate("sound");
  await sql("postgres", "alter system set fsync = off", RELOAD);
  await names(stage, "a database that does not wait for the disk", "database-fsync", at("sound"));
  await sql("postgres", "alter system set fsync = on", "alter database sound set synchronous_commit = off", RELOAD);
  await names(stage, "commits that are not waited for", "database-sync-commit", at("sound"), WARNING);
  await sql("postgres", "alter database sound reset synchronous_commit");
  const workers = { ...at("sound"), KALENDS_WORKERS: "8" };
  await names(stage, "more workers than sessions", "database-connections", workers, WARNING);
}

/** Databases of other versions. What a server says of itself is overlaid where none can be had that would say it. */
async function onSchemas(stage, { at, sql, migrate }) {
  const overlaid = (database, name, result, body) =>
    sql(
      database,
      "create schema overlay",
      `create function overlay.${name} returns ${result} language sql as $$ ${body} $$`,
      `alter database ${database} set search_path = overlay, public, pg_catalog`,
    );
  await sql("postgres", "create database newer", "create database late", "create database old");
  migrate("newer");
  await sql("newer", "insert into migration (id, checksum) values ('9999-from-the-future', 'x')");
  await names(stage, "a database of a newer version", "schema-newer", at("newer"));
  await sql(
    "newer",
    "delete from migration where id like '9999%'",
    "update migration set checksum = 'x' where id like '0003%'",
  );
  await names(stage, "a database of another build", "schema-changed", at("newer"));
  const anHourAgo = "select pg_catalog.clock_timestamp() - interval '1 hour'";
  await overlaid("late", "clock_timestamp()", "timestamptz", anHourAgo);
  await names(stage, "a database whose clock is an hour late", "clock-database", at("late"));
  const fourteen = `select case asked when 'server_version' then '14.9' when 'server_version_num' then '140009'
    else pg_catalog.current_setting(asked) end`;
  await overlaid("old", "current_setting(asked text)", "text", fourteen);
  await names(stage, "PostgreSQL 14", "database-old", at("old"));
}

/** PostgreSQL, https through a proxy, records in the DNS: all as it should be; then what can break of it. */
async function sound(stage, { at, cluster, sql }) {
  const { certificates } = stage;
  const front = await freePort();
  const env = {
    ...at("sound"),
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
      names(here, "no record in the DNS", "srv-missing", env, { words, ...WARNING }),
    );
    await sql("postgres", "alter database sound set default_transaction_read_only = on");
    await names(here, "a database in which nothing may be changed", "account-failed", env);
    cluster.crash();
    await names(here, "a server whose database is gone", "server-not-ready", env);
    cluster.resume();
  } finally {
    await proxy.stop();
    await server.stop();
  }
}

async function onStandby(stage) {
  const primary = await newCluster();
  const standby = await standbyOf(primary, "standby");
  const env = { KALENDS_DATABASE: standby.url() };
  try {
    await names(stage, "a standby", "database-standby", env);
    standby.stop();
    appendFileSync(join(standby.data, "postgresql.auto.conf"), "hot_standby = off\n");
    standby.start();
    await names(stage, "a standby that nobody may ask", "database-starting", env);
  } finally {
    standby.remove();
    primary.remove();
  }
}

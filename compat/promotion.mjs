// The primary PostgreSQL dies under load and its standby takes its place: with synchronous replication nothing acknowledged is lost, with
// asynchronous replication what had not arrived is. The server finds the new primary by itself, from a URL with both hosts.
import { until } from "./lib/checks.mjs";
import { newCluster, standbyOf } from "./lib/clusters.mjs";
import { createLoad, isPatient, told } from "./lib/load.mjs";
import { startServer } from "./lib/server.mjs";

export const startsItsOwn = true;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function run(_server, checks) {
  try {
    await drill("synchronous", checks);
    await drill("asynchronous", checks);
  } catch (error) {
    if (/initdb|ENOENT/.test(error.message)) return checks.skip("everything", error.message);
    throw error;
  }
}

async function drill(kind, checks) {
  const primary = await newCluster();
  const standby = await standbyOf(primary, "standby");
  const hosts = `${primary.host},${standby.host}`;
  const env = {
    KALENDS_DATABASE: `postgres://postgres@${hosts}/postgres?target_session_attrs=read-write`,
    KALENDS_AUTH_BCRYPT_COST: "4",
    KALENDS_WORKERS: "2",
  };
  const server = await startServer({ env });
  try {
    if (kind === "synchronous") {
      primary.sql("alter system set synchronous_standby_names = 'standby'");
      primary.sql("select pg_reload_conf()");
    }
    const state = () => primary.sql("select sync_state from pg_stat_replication");
    const wanted = kind === "synchronous" ? "sync" : "async";
    checks.ok(`${kind}: the standby streams`, await until(() => state() === wanted, 15_000, 200), state());
    const load = createLoad([server.base], server.account("petra"));
    await load.warm();
    await play({ kind, primary, standby, server, load, checks });
    load.close();
  } finally {
    await server.stop();
    standby.remove();
    primary.remove();
  }
}

async function play({ kind, primary, standby, server, load, checks }) {
  const say = (words, held, detail) => checks.ok(`${kind}: ${words}`, held, detail);
  let [died, promoted] = [0, 0];
  const { answers } = await load.during(async () => {
    // An asynchronous standby that lags: what comes from here on is not sent to it.
    if (kind === "asynchronous") process.kill(Number(primary.sql("select pid from pg_stat_replication")), "SIGSTOP");
    await pause(1_500);
    died = performance.now();
    primary.kill();
    await pause(500);
    standby.promote();
    promoted = performance.now();
    await pause(6_000);
  });
  const refused = answers.filter(({ status }) => status === 503);
  const odd = answers.filter((each) => !isPatient(each));
  say(
    `${refused.length} of ${answers.length} are told 503 with Retry-After, nobody anything else`,
    odd.length === 0,
    told(odd),
  );
  const last = Math.max(...refused.map(({ sent, took }) => sent + took));
  say(
    `all is well ${Math.max(0, Math.round(last - promoted))} ms after the promotion (5000 at most)`,
    last - promoted <= 5_000,
  );
  checks.note(`${kind}: the standby took writes ${Math.round(promoted - died)} ms after the primary died`);
  const lost = await load.lost();
  if (kind === "synchronous")
    say(`nothing of ${load.writes} acknowledged writes is lost`, lost.length === 0, lost.join());
  else say(`a standby that lagged by 1.5 seconds has lost what came in them: ${lost.length} names`, lost.length > 0);
  const found = server.cli(["user", "list"]);
  say("commands find the new primary too", found.includes("petra"), found);
}

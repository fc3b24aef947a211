// Two workers, and two servers, on one PostgreSQL under two hundred requests a second: renewed, killed; the database restarted,
// and frozen. Nothing that was acknowledged is lost, and what one process changes counts in the other at once.
import { spawnSync } from "node:child_process";
import { until } from "./lib/checks.mjs";
import { newCluster } from "./lib/clusters.mjs";
import { http, ICS, XML } from "./lib/http.mjs";
import { at, event } from "./lib/ics.mjs";
import { createLoad, isPatient, percentile, told } from "./lib/load.mjs";
import { startServer } from "./lib/server.mjs";

export const startsItsOwn = true;

const CONNECTIONS = 16;
/** Connections of a crowd that does not wait for each other. */
const CROWD = 400;
const DEADLINE = 3_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function run(_server, checks) {
  let cluster;
  try {
    cluster = await newCluster();
  } catch (error) {
    return checks.skip("everything", `PostgreSQL cannot be started: ${error.message}`);
  }
  const env = {
    KALENDS_DATABASE: cluster.url(),
    KALENDS_AUTH_BCRYPT_COST: "4",
    KALENDS_LIMITS_REQUEST_DEADLINE: String(DEADLINE),
  };
  try {
    await workers(cluster, env, checks);
    await replicas(env, checks);
  } finally {
    cluster.remove();
  }
}

const workersOf = ({ child }) => {
  const found = spawnSync("ps", ["-o", "pid=", "--ppid", String(child.pid)], { encoding: "utf8" });
  return found.stdout.split("\n").map(Number).filter(Boolean);
};

async function workers(cluster, env, checks) {
  const server = await startServer({ env: { ...env, KALENDS_WORKERS: "2" } });
  const load = createLoad([server.base], server.account("wanda"), { connections: CONNECTIONS });
  const scene = { cluster, server, load, checks };
  try {
    await load.warm();
    await renewing(scene);
    await killing(scene);
    await restarting(scene);
    await freezing(scene);
  } finally {
    load.close();
    await server.stop();
  }
}

async function renewing({ server, load, checks }) {
  const { answers, failed, rate } = await load.during(async () => {
    for (let round = 0; round < 3; round++) {
      const before = workersOf(server);
      server.child.kill("SIGHUP");
      const done = () => workersOf(server).length === 2 && !workersOf(server).some((pid) => before.includes(pid));
      await until(done, 60_000, 100);
    }
  });
  checks.ok(
    `three rolling restarts of 2 workers: 0 of ${answers.length} requests fail (${rate} a second)`,
    failed.length === 0,
    told(failed),
  );
  checks.note(`meanwhile: median ${percentile(answers, 0.5)} ms, 99 of 100 within ${percentile(answers, 0.99)} ms`);
  checks.ok("and nothing is lost", (await load.lost()).length === 0);
}

async function killing({ server, load, checks }) {
  const [first] = workersOf(server);
  let open = 0;
  const { answers, failed } = await load.during(async () => {
    open = load.inFlight;
    process.kill(first, "SIGKILL");
    await until(() => workersOf(server).length === 2 && !workersOf(server).includes(first), 60_000, 100);
  });
  const others = failed.filter(({ fault }) => !/ECONNRESET|EPIPE|socket/.test(fault ?? ""));
  checks.ok(
    `kill -9 of a worker: ${failed.length} of ${answers.length} requests fail, none but those that were open`,
    others.length === 0 && failed.length <= CONNECTIONS,
    `${open} were open; ${told(failed)}`,
  );
  checks.ok("and nothing acknowledged is lost", (await load.lost()).length === 0);
}

/** What may be told while the database is away. */
async function restarting({ cluster, load, checks }) {
  let back = 0;
  let gone = 0;
  const { answers } = await load.during(async () => {
    gone = performance.now();
    cluster.stop();
    await pause(1_500);
    cluster.start();
    back = performance.now();
    await pause(6_000);
  });
  const refused = answers.filter(({ status }) => status === 503);
  checks.ok(
    `restart of PostgreSQL: ${refused.length} of ${answers.length} are told 503 with Retry-After, nobody anything else`,
    refused.length > 0 && answers.every(isPatient),
    told(answers.filter((each) => !isPatient(each))),
  );
  const last = Math.max(...refused.map(({ sent, took }) => sent + took)) - back;
  checks.ok(`all is well ${Math.max(0, Math.round(last))} ms after its return (5000 at most)`, last <= 5_000);
  checks.note(`it was away for ${Math.round(back - gone)} ms; the longest answer took ${percentile(answers, 1)} ms`);
  const lost = await load.lost();
  checks.ok(`nothing acknowledged is lost (${load.writes} writes so far)`, lost.length === 0, lost.join());
}

async function freezing({ cluster, server, checks }) {
  const rss = () =>
    workersOf(server).reduce((sum, pid) => {
      const { stdout } = spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
      return sum + Number(stdout) / 1024;
    }, 0);
  const load = createLoad([server.base], server.account("fred"), { connections: CROWD });
  await load.warm();
  const before = rss();
  let [frozen, thawed, during] = [0, 0, 0];
  const { answers } = await load.during(async () => {
    frozen = performance.now();
    cluster.freeze();
    await pause(20_000);
    during = rss();
    cluster.thaw();
    thawed = performance.now();
    await pause(6_000);
  });
  const bad = answers.filter((each) => !isPatient(each));
  checks.ok("a database that hangs: everybody is told 503 with Retry-After, or served", bad.length === 0, told(bad));
  // The deadline, the time in which the server might have ended it, and up to two seconds until that is noticed.
  const bound = DEADLINE + 5_000 + 2_000;
  const asked = answers.filter(({ sent }) => sent > frozen && sent < thawed);
  const longest = percentile(asked, 1);
  checks.ok(`each of ${asked.length} within ${bound} ms: the longest took ${longest} ms`, longest <= bound);
  checks.note(
    `memory of the workers ${Math.round(before)} MiB before, ${Math.round(during)} MiB after 20 seconds of it`,
  );
  const later = answers.filter(({ sent }) => sent > thawed + 5_000);
  const unserved = later.filter(({ good }) => !good);
  checks.ok("all is well 5 seconds after it goes on", later.length > 0 && unserved.length === 0, told(unserved));
  const lost = await load.lost();
  checks.ok("nothing acknowledged is lost", lost.length === 0, lost.join());
  load.close();
}

const basic = ({ user, password }) => ({ user, password });

/** Two servers that know nothing of each other but the database. */
async function replicas(env, checks) {
  const one = await startServer({ env });
  const two = await startServer({ env });
  const say = (words, held, detail) => checks.ok(`two servers: ${words}`, held, detail);
  try {
    const ann = one.account("ann");
    const bob = one.account("bob");
    const path = "/CalDAV/~ann/Calendar/";
    const ask = (server, method, who, place = path, headers = {}, body = undefined) =>
      http(method, server.base + place, { ...basic(who), headers, body });
    const grant = (letters) =>
      `<D:acl xmlns:D="DAV:"><D:ace><D:principal><D:href>/principals/users/bob@localhost/</D:href></D:principal><D:grant>${letters.map((each) => `<D:privilege><D:${each}/></D:privilege>`).join("")}</D:grant></D:ace></D:acl>`;
    const stale = { shown: 0, hidden: 0, old: 0 };
    for (let round = 0; round < 50; round++) {
      const [a, b] = round % 2 === 0 ? [one, two] : [two, one];
      await ask(a, "ACL", ann, path, XML, grant(["read"]));
      if ((await ask(b, "PROPFIND", bob, path, { Depth: "0" })).status !== 207) stale.hidden++;
      await ask(a, "ACL", ann, path, XML, '<D:acl xmlns:D="DAV:"/>');
      if ((await ask(b, "PROPFIND", bob, path, { Depth: "0" })).status === 207) stale.shown++;
      await ask(a, "PUT", ann, `${path}x.ics`, ICS, event("x@two", `DTSTART:${at(1)}`, `SUMMARY:Round ${round}`));
      if (!(await ask(b, "GET", ann, `${path}x.ics`)).text.includes(`Round ${round}\r\n`)) stale.old++;
    }
    say(
      "a right given or taken in one counts in the other with the next request, 50 times",
      stale.shown + stale.hidden === 0,
      JSON.stringify(stale),
    );
    say("what one stores the other shows, 50 times", stale.old === 0, JSON.stringify(stale));

    const lock =
      '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';
    const locked = await ask(one, "LOCK", ann, `${path}x.ics`, XML, lock);
    const kept = await ask(two, "PUT", ann, `${path}x.ics`, ICS, event("x@two", `DTSTART:${at(1)}`, "SUMMARY:No"));
    const If = `(${locked.headers["lock-token"]})`;
    const let_ = await ask(
      two,
      "PUT",
      ann,
      `${path}x.ics`,
      { ...ICS, If },
      event("x@two", `DTSTART:${at(1)}`, "SUMMARY:Yes"),
    );
    say("a lock of one binds the other", kept.status === 423 && let_.status === 204, `${kept.status} ${let_.status}`);
    await ask(two, "UNLOCK", ann, `${path}x.ics`, { "Lock-Token": locked.headers["lock-token"] });

    const sync = (token) =>
      `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;
    const first = await ask(one, "REPORT", ann, path, { ...XML, Depth: "0" }, sync(""));
    const token = /<D:sync-token>([^<]+)/.exec(first.text)?.[1];
    await ask(one, "DELETE", ann, `${path}x.ics`);
    const next = await ask(two, "REPORT", ann, path, { ...XML, Depth: "0" }, sync(token));
    say(
      "a sync token of one is good in the other",
      next.status === 207 && /x\.ics[\s\S]*404/.test(next.text),
      next.text,
    );

    one.cli(["user", "password", "bob", "--password-stdin"], "another-password-9876");
    const old = await Promise.all([one, two].map((each) => ask(each, "PROPFIND", bob, "/", { Depth: "0" })));
    const fresh = { user: "bob", password: "another-password-9876" };
    const now = await Promise.all([one, two].map((each) => ask(each, "PROPFIND", fresh, "/", { Depth: "0" })));
    say(
      "an old password is refused by both at once, the new one taken",
      old.every(({ status }) => status === 401) && now.every(({ status }) => status === 207),
      [...old, ...now].map(({ status }) => status).join(),
    );
    two.cli(["user", "disable", "bob"]);
    const off = await Promise.all([one, two].map((each) => ask(each, "PROPFIND", fresh, "/", { Depth: "0" })));
    say(
      "so is an account that is switched off",
      off.every(({ status }) => status === 401),
      off.map(({ status }) => status).join(),
    );

    const eve = one.account("eve");
    const guesses = [];
    for (let i = 0; i < 30; i++)
      guesses.push(
        (await ask(i % 2 ? one : two, "PROPFIND", { ...eve, password: `guess-${i}` }, "/", { Depth: "0" })).status,
      );
    say(
      "wrong passwords are counted together (20 in both, then 429)",
      guesses.slice(0, 20).every((s) => s === 401) && guesses.slice(22).every((s) => s === 429),
      guesses.join(),
    );

    await bothUnderLoad(one, two, checks);
  } finally {
    await two.stop();
    await one.stop();
  }
}

/** One of them is stopped and started while both are asked: those it has are answered, and told to come anew. */
async function bothUnderLoad(one, two, checks) {
  const load = createLoad([one.base, two.base], one.account("lena"), { connections: CONNECTIONS });
  await load.warm();
  const { answers, failed, rate } = await load.during(() => pause(3_000));
  checks.ok(
    `two servers: 0 of ${answers.length} requests fail that go to both in turn (${rate} a second)`,
    failed.length === 0,
    told(failed),
  );
  checks.ok("two servers: nothing is lost", (await load.lost()).length === 0);
  load.close();
}

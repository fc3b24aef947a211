// The whole stack of docker-compose.yml, built and run in a container engine: what an administrator relies on. Variables
// COMPOSE_TEST_PORT (and the two after it) and PROXY_IMAGE choose the ports and the proxy's image.
import { Agent } from "node:https";
import { until } from "./lib/checks.mjs";
import { hasEngine, hasImage, openStack } from "./lib/containers.mjs";
import { http, ICS } from "./lib/http.mjs";
import { at, event } from "./lib/ics.mjs";
import { run as thunderbird } from "./thunderbird.mjs";

export const startsItsOwn = true;

const port = Number(process.env.COMPOSE_TEST_PORT ?? 18450);
const proxyImage = process.env.PROXY_IMAGE ?? "caddy:2";
const base = `http://localhost:${port}`;
const site = `https://localhost:${port + 2}`;
const MiB = 1 << 20;
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

export async function run(_server, checks) {
  if (!hasEngine()) return checks.skip("docker-compose.yml", "no container engine with compose answers here");
  const stack = openStack({
    IMAGE: "kalends:test",
    PORT: String(port),
    HTTP_PORT: String(port + 1),
    HTTPS_PORT: String(port + 2),
    PROXY_IMAGE: proxyImage,
  });
  try {
    await lifeOf(stack, checks);
  } finally {
    stack.close();
  }
}

async function lifeOf(stack, checks) {
  checks.ok("the compose file is valid", stack.compose("--profile", "*", "config", "--quiet").status === 0);
  stack.makeSecrets();
  const secrets = stack.secrets();
  building(stack, checks);
  await starting(stack, checks, secrets);
  const admin = { user: "admin", password: secrets.admin };
  await using(stack, checks, admin);
  await thunderbird(asServer(stack), checks);
  confined(stack, checks);
  await databaseGone(stack, checks, admin);
  await appGone(stack, checks, admin);
  kept(stack, checks, secrets);
  await backedUp(stack, checks, admin);
  await otherPassword(stack, checks, admin, secrets);
  await downAndUp(stack, checks, admin);
  if (hasImage(proxyImage)) await behindProxy(stack, checks, admin);
  else checks.skip("the profiles proxy and replicas", `no image ${proxyImage}`);
  kept(stack, checks, stack.secrets());
}

function building(stack, checks) {
  const began = Date.now();
  stack.must("build", "--quiet");
  const size = Number(stack.image("{{.Size}}"));
  checks.note(`built in ${seconds(began)}, ${Math.round(size / MiB)} MiB`);
  const labels = JSON.parse(stack.image("{{json .Config.Labels}}"));
  checks.ok("the image says what it is", labels["org.opencontainers.image.title"] === "Kalends");
  const look = (script) => stack.compose("run", "--rm", "--no-deps", "--entrypoint", "sh", "app", "-c", script);
  const listed = look(`cat ${labels["sbom.path"]}`);
  const names = JSON.parse(listed.stdout || "{}").components?.map(({ name }) => name) ?? [];
  checks.ok("its list of parts has what runs", names.includes("koa") && names.includes("pg"), listed.stderr);
  const tools = ["typescript", "vitest", "eslint", "rolldown"];
  checks.ok("and nothing else", names.length > 50 && !names.some((name) => tools.includes(name)), names.join());
  const strange = look(
    `ls -d ${tools.map((name) => `/opt/kalends/node_modules/${name}`).join(" ")} /opt/kalends/secrets; find /opt/kalends -name '*.ts' -o -name '*.map'; command -v npm`,
  );
  checks.ok("it holds no tools, sources or secrets", strange.stdout.trim() === "", strange.stdout);
}

async function starting(stack, checks, secrets) {
  const began = Date.now();
  stack.asWritten("Start");
  checks.ok(`all healthy after ${seconds(began)}`, stack.isHealthy("app") && stack.isHealthy("db"));
  const again = stack.secrets();
  checks.ok("secrets that were there stay", again.admin === secrets.admin && again.database === secrets.database);
  const from = stack.inspect("app", "{{.State.StartedAt}}");
  const to = stack.inspect("app", "{{(index .State.Health.Log 0).End}}");
  checks.note(`the app: started ${from}, first asked ${to}`);
  const log = stack.compose("logs", "app").stdout;
  checks.ok("the first start says where the password is", log.includes("the one in the setting adminPassword"), log);
  const wellKnown = await http("GET", `${base}/.well-known/caldav`);
  checks.ok(
    "the well-known address leads to the published port",
    wellKnown.status === 301 && wellKnown.headers.location === `${base}/`,
    `${wellKnown.status} ${wellKnown.headers.location}`,
  );
  const wrong = await http("GET", `${base}/CalendarData/Calendar.ics`, { user: "admin", password: "wrong" });
  const right = await http("GET", `${base}/CalendarData/Calendar.ics`, { user: "admin", password: secrets.admin });
  checks.ok("the password is the one in the file", wrong.status === 401 && right.status === 200, right.status);
}

const urlOf = (name, root = base) => `${root}/CalDAV/~admin/Calendar/${name}.ics`;
const textOf = (name) => event(name, `DTSTART:${at(1)}`, "DURATION:PT1H", `SUMMARY:${name}`);
const put = (name, admin, more = {}) =>
  http("PUT", urlOf(name, more.root), { ...admin, ...more, headers: ICS, body: textOf(name) });
const isThere = async (name, admin, more = {}) => {
  const answer = await http("GET", urlOf(name, more.root), { ...admin, ...more });
  return answer.status === 200 && answer.text.includes(`SUMMARY:${name}`);
};

async function using(stack, checks, admin) {
  checks.ok("an event is written", (await put("first", admin)).status === 201);
  checks.ok("and read", await isThere("first", admin));
  const made = stack.exec("app", "kalends", "user", "add", "ann");
  const listed = stack.exec("app", "kalends", "user", "list");
  checks.ok("commands work beside the server", made.status === 0 && listed.stdout.includes("ann@"), made.stderr);
}

/** The app as the clients' suites want a server: its address, accounts, commands. */
function asServer(stack) {
  const cli = (words, input) => {
    const done = stack.pipe(input, "app", "kalends", ...words);
    if (done.status !== 0) throw new Error(`kalends ${words.join(" ")}: ${done.stderr}`);
    return done.stdout;
  };
  return {
    base,
    cli,
    account(name, password = `pw-${name}-0123456789`) {
      cli(["user", "add", name, "--password-stdin"], password);
      return { user: name, password };
    },
  };
}

function confined(stack, checks) {
  for (const service of ["app", "db"]) {
    const id = Number(stack.exec(service, "id", "-u").stdout);
    checks.ok(`${service}: its account is not root`, id > 0, id);
    const write = stack.exec(
      service,
      "sh",
      "-c",
      "touch /there 2>&1; touch /etc/there 2>&1; touch /tmp/there && echo done",
    );
    checks.ok(
      `${service}: the file system is read-only but for /tmp`,
      /Read-only.*\n.*Read-only.*\ndone/.test(write.stdout),
      write.stdout,
    );
    const status = stack.exec(service, "cat", "/proc/1/status").stdout;
    checks.ok(
      `${service}: no capabilities, and no way to new ones`,
      /CapBnd:\s*0+$/m.test(status) && /NoNewPrivs:\s*1$/m.test(status),
    );
    checks.ok(`${service}: memory is limited`, Number(stack.inspect(service, "{{.HostConfig.Memory}}")) > 0);
  }
  const ports = stack.inspect("db", "{{len .HostConfig.PortBindings}}");
  checks.ok("the database is not reached from outside", ports === "0", ports);
}

const statusNow = async (admin) => (await http("GET", urlOf("first"), admin)).status;

async function databaseGone(stack, checks, admin) {
  const before = stack.restarts("db");
  stack.crash("db");
  const began = Date.now();
  checks.ok("a database that crashes is started again", await until(() => stack.restarts("db") > before));
  checks.ok("and used again", await until(() => isThere("first", admin)));
  checks.note(`${seconds(began)} after the crash`);
  checks.ok("by the same app", stack.restarts("app") === 0);
  checks.ok("which writes", (await put("second", admin)).status === 201);
  stack.must("stop", "db");
  const answer = await http("GET", urlOf("first"), admin);
  checks.ok(
    "without a database: 503, come again",
    answer.status === 503 && answer.headers["retry-after"],
    answer.status,
  );
  checks.ok("and the app counts as unhealthy", await until(() => !stack.isHealthy("app"), 60_000, 1000));
  stack.must("start", "db");
  checks.ok("healthy again", await until(() => stack.isHealthy("app"), 60_000, 1000));
  checks.ok("and serving", (await statusNow(admin)) === 200);
}

async function appGone(stack, checks, admin) {
  stack.crash("app");
  const began = Date.now();
  const answers = () => statusNow(admin).catch(() => 0);
  checks.ok("an app that crashes is started again", await until(async () => (await answers()) === 200, 30_000));
  checks.note(`it answers ${seconds(began)} after the crash`);
  checks.ok("by its restart policy", stack.restarts("app") === 1, stack.restarts("app"));
  checks.ok("what was acknowledged is there", await isThere("second", admin));
  const stopping = Date.now();
  stack.must("stop", "app");
  const status = stack.inspect("app", "{{.State.ExitCode}}");
  checks.ok(
    `it is stopped in order, in ${seconds(stopping)}`,
    status === "0" && Date.now() - stopping < 12_000,
    status,
  );
  stack.must("up", "--detach", "--wait");
}

/** No secret in what is logged or in what the engine tells of the containers. */
function kept(stack, checks, secrets) {
  const all = Object.values(secrets);
  const logs = stack.compose("--profile", "*", "logs").stdout;
  const told = ["app", "db"].map((service) => stack.inspect(service, "{{json .}}")).join() + stack.history();
  checks.ok("no secret in any log", logs.length > 1000 && !all.some((secret) => logs.includes(secret)));
  checks.ok("nor in the settings of containers and image", !all.some((secret) => told.includes(secret)));
}

async function backedUp(stack, checks, admin) {
  stack.asWritten("Backup");
  const removed = await http("DELETE", urlOf("first"), admin);
  checks.ok("after a backup an event is removed", removed.status === 204 && !(await isThere("first", admin)));
  stack.asWritten("Backup", 1);
  await until(() => stack.isHealthy("app"), 60_000, 1000);
  checks.ok("and is there again when the backup is restored", await isThere("first", admin));
}

async function otherPassword(stack, checks, admin, before) {
  stack.asWritten("Secrets");
  const { database } = stack.secrets();
  const refused = stack.exec("app", "sh", "-c", `grep -c ${before.database} /run/secrets/database_password`);
  checks.ok("the database has a new password", database !== before.database && refused.stdout.trim() === "0");
  checks.ok("which the app uses", (await put("fourth", admin)).status === 201);
}

async function downAndUp(stack, checks, admin) {
  stack.must("down");
  const gone = await statusNow(admin).catch(() => 0);
  checks.ok("down: nothing answers", gone === 0, gone);
  const began = Date.now();
  stack.must("up", "--detach", "--wait");
  checks.ok(`up again after ${seconds(began)}: everything is there`, await isThere("second", admin));
  const log = stack.compose("logs", "app").stdout;
  checks.ok("a later start speaks of no password", log.includes("ready at") && !log.includes("password"), log);
}

async function behindProxy(stack, checks, admin) {
  stack.change({ COMPOSE_PROFILES: "proxy,replicas", PUBLIC_URL: site, TRUST_PROXY: "private", SITE: "localhost" });
  const began = Date.now();
  const up = stack.compose("up", "--detach", "--wait", "--wait-timeout", "180");
  if (!checks.ok(`a proxy and replicas: all healthy after ${seconds(began)}`, up.status === 0, up.stderr)) return;
  const ca = stack.exec("proxy", "cat", "/data/caddy/pki/authorities/local/root.crt").stdout;
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 8 });
  const through = { root: site, agent };
  const wellKnown = await http("GET", `${site}/.well-known/caldav`, { agent });
  checks.ok(
    "the well-known address answers over TLS",
    wellKnown.headers.location === `${site}/`,
    wellKnown.headers.location,
  );
  const plain = await http("GET", `http://localhost:${port + 1}/`);
  checks.ok("plain HTTP leads to TLS", plain.status === 308, plain.status);
  checks.ok("an event is written", (await put("third", admin, through)).status === 201);
  const headers = { Destination: urlOf("moved", site), Overwrite: "F" };
  const moved = await http("MOVE", urlOf("third", site), { ...admin, agent, headers });
  checks.ok("and moved to an address of the proxy", moved.status === 201, `${moved.status} ${moved.text}`);
  await spread(stack, checks, admin, through);
  await replicaGone(stack, checks, admin, through);
  agent.destroy();
}

/** Containers whose log has requests by this path. */
const servedBy = (stack) => {
  const lines = stack.must("logs", "--no-log-prefix", "app", "replica").split("\n");
  return new Set(
    lines.filter((line) => line.includes("second.ics")).map((line) => /"hostname":"([^"]+)"/.exec(line)?.[1]),
  );
};

async function spread(stack, checks, admin, through) {
  const answers = await Promise.all(Array.from({ length: 60 }, () => isThere("second", admin, through)));
  checks.ok("all containers together answer what one of them wrote", answers.every(Boolean));
  const used = await until(() => servedBy(stack).size === 3);
  checks.ok("and each has its share", used, `${servedBy(stack).size} of 3`);
}

async function replicaGone(stack, checks, admin, through) {
  let on = true;
  const faults = [];
  let count = 0;
  const load = Array.from({ length: 4 }, async () => {
    while (on) {
      count++;
      if (!(await isThere("second", admin, through).catch(() => false))) faults.push(Date.now());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  await stack.meanwhile("stop", "replica");
  await stack.meanwhile("up", "--detach", "--wait");
  // As an upgrade does it.
  await stack.meanwhile("up", "--detach", "--wait", "--no-deps", "--force-recreate", "replica");
  await stack.meanwhile("up", "--detach", "--wait", "--no-deps", "--force-recreate", "app");
  on = false;
  await Promise.all(load);
  checks.ok(
    `containers stopped, started and replaced: none of ${count} requests fails`,
    faults.length === 0,
    `${faults.length} failed`,
  );
}

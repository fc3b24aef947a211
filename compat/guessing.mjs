// Guessing passwords: ten thousand wrong ones against one account from many addresses, seen by two processes where the
// database allows it; and whether the time of an answer tells if an account exists.
import { readFileSync } from "node:fs";
import { freshDatabases } from "./lib/databases.mjs";
import { http } from "./lib/http.mjs";
import { startServer } from "./lib/server.mjs";

export const startsItsOwn = true;

const ATTEMPTS = 10_000;
const AT_ONCE = 32;
const SAMPLES = 200;

const ask = (server, user, password, address) =>
  http("PROPFIND", `${server.base}/CalDAV/`, {
    ...{ user, password },
    headers: { Depth: "0", "X-Forwarded-For": address, "User-Agent": "Guesser/1.0" },
  });

async function inParallel(count, work) {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Many addresses, among them many of one IPv6 network. */
const addressOf = (n) => (n % 2 ? `2001:db8:0:7::${(n % 5000).toString(16)}` : `198.51.100.${n % 200}`);

/** Resident memory of a server in MiB. */
const rss = ({ child }) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0) / 1024;

async function flood(database, checks) {
  const env = {
    KALENDS_TRUST_PROXY: "true",
    KALENDS_AUTH_BCRYPT_COST: "8",
    KALENDS_DOMAIN: "mail.example",
    ...database.env,
  };
  const server = await startServer({ env });
  const second = database.env.KALENDS_DATABASE ? await startServer({ env }) : server;
  const name = `${database.name}:`;
  try {
    const { user, password } = server.account("ann");
    server.account("bob");
    const app = JSON.parse(server.cli(["user", "app-password", "create", user, "--json"])).generated;
    const before = rss(server);
    const counts = new Map();
    const start = performance.now();
    await inParallel(ATTEMPTS, async (n) => {
      const { status } = await ask(n % 10 === 0 ? second : server, user, `wrong ${n}`, addressOf(n));
      counts.set(status, (counts.get(status) ?? 0) + 1);
    });
    const seconds = (performance.now() - start) / 1000;
    const told = [...counts].map(([status, count]) => `${count} × ${status}`).join(", ");
    const grown = rss(server) - before;
    checks.note(
      `${name} ${ATTEMPTS} wrong passwords in ${seconds.toFixed(1)} s: ${told}; memory ${grown.toFixed(0)} MiB more`,
    );
    const checked = counts.get(401) ?? 0;
    checks.ok(
      `${name} about as many are checked as the settings allow (100)`,
      checked >= 90 && checked <= 100 + 2 * AT_ONCE,
      told,
    );
    checks.ok(`${name} all others are held off`, checked + (counts.get(429) ?? 0) === ATTEMPTS, told);
    checks.ok(`${name} memory stays where it was`, grown < 150, grown);
    const locked = await ask(server, user, password, "203.0.113.9");
    checks.ok(`${name} the password is locked, from everywhere`, locked.status === 429, locked.status);
    checks.ok(
      `${name} for a time that is told`,
      Number(locked.headers["retry-after"]) > 600,
      locked.headers["retry-after"],
    );
    checks.ok(`${name} in the other process too`, (await ask(second, user, password, "203.0.113.10")).status === 429);
    checks.ok(
      `${name} the rightful user gets in with an app password`,
      (await ask(server, user, app, "203.0.113.9")).status === 207,
    );
    checks.ok(
      `${name} also from an address of the guesser`,
      (await ask(second, user, app, "198.51.100.2")).status === 207,
    );
    checks.ok(
      `${name} others get in with their passwords`,
      (await ask(server, "bob", "pw-bob-0123456789", "203.0.113.9")).status === 207,
    );
    const audit = JSON.parse(server.cli(["audit", "ann", "--kind", "sign-in", "--json"]));
    checks.ok(
      `${name} the audit log tells of the lock, once`,
      audit.filter(({ kind }) => kind === "sign-in.locked").length === 1,
    );
    const failed = audit.filter(({ kind }) => kind === "sign-in.failed").reduce((sum, { times }) => sum + times, 0);
    checks.ok(`${name} and counts the failures`, failed === checked || audit.length === 100, `${failed} of ${checked}`);
    checks.ok(`${name} without any secret`, !/wrong \d|pw-ann|kap-/.test(JSON.stringify(audit)));
    server.cli(["user", "unlock", user]);
    await new Promise((resolve) => setTimeout(resolve, 5_200));
    checks.ok(
      `${name} "user unlock" lets the password in again`,
      (await ask(server, user, password, "203.0.113.9")).status === 207,
    );
    checks.ok(`${name} in the other process too`, (await ask(second, user, password, "203.0.113.11")).status === 207);
  } finally {
    if (second !== server) await second.stop();
    await server.stop();
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** How often a value of the first is the greater one: 0.5 where nobody can tell them apart. */
function superiority(first, second) {
  let wins = 0;
  for (const a of first) for (const b of second) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (first.length * second.length);
}

/** Known and unknown names in turn, so that whatever else the machine does weighs on both alike. */
async function timing(checks) {
  const limits = {
    KALENDS_AUTH_FAILURES: "100000",
    KALENDS_AUTH_ACCOUNT_FAILURES: "100000",
    KALENDS_AUTH_ADDRESS_FAILURES: "100000",
  };
  const server = await startServer({ env: { KALENDS_AUTH_BCRYPT_COST: "8", KALENDS_TRUST_PROXY: "true", ...limits } });
  try {
    server.account("ann");
    const times = { ann: [], nobody: [] };
    for (let n = 0; n < SAMPLES + 20; n++) {
      for (const name of n % 2 ? ["ann", "nobody"] : ["nobody", "ann"]) {
        const start = performance.now();
        const { status } = await ask(server, name, `wrong ${n}`, "203.0.113.9");
        if (status !== 401) throw new Error(`expected 401, not ${status}`);
        if (n >= 20) times[name].push(performance.now() - start);
      }
    }
    const [known, unknown] = [median(times.ann), median(times.nobody)];
    const chance = superiority(times.ann, times.nobody);
    checks.note(
      `medians ${known.toFixed(2)} and ${unknown.toFixed(2)} ms; the known name takes longer with chance ${chance.toFixed(3)}`,
    );
    checks.ok("the time of a single answer does not tell whether a name exists", chance > 0.4 && chance < 0.6, chance);
    // On a busy machine medians of this many wander by some percent; the throttle lets nobody measure more.
    const apart = Math.abs(known - unknown) / unknown;
    checks.ok("nor does the median of many: within 15 %", apart < 0.15, apart);
  } finally {
    await server.stop();
  }
}

export async function run(_server, checks) {
  for (const database of await freshDatabases()) {
    try {
      await flood(database, checks);
    } finally {
      await database.drop();
    }
  }
  await timing(checks);
}

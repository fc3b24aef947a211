// kill -9 while several clients write: what was acknowledged is there, nothing is half there, sync tokens stay true.
// ROUNDS rounds for each database (20), a few seconds each; PostgreSQL where KALENDS_TEST_POSTGRES is set.
import { randomInt, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshDatabases, ownCluster } from "./lib/databases.mjs";
import { http, ICS } from "./lib/http.mjs";
import { at, calendar, component, event } from "./lib/ics.mjs";
import { contradictions, createLedger } from "./lib/ledger.mjs";
import { startServer } from "./lib/server.mjs";
import { applied, difference, sameListing, syncCollection } from "./lib/sync.mjs";

export const startsItsOwn = true;

const WRITERS = 5;
const NAMES_EACH = 6;
const BATCH = 20;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const rounds = Number(process.env.ROUNDS ?? 20);

export async function run(_server, checks) {
  for (const database of await freshDatabases()) await series(database, rounds, checks);
  if (!process.env.KALENDS_TEST_POSTGRES) return checks.skip("PostgreSQL", "KALENDS_TEST_POSTGRES is not set");
  await series(ownCluster(), Math.min(rounds, 5), checks);
}

async function series(database, count, checks) {
  const folder = mkdtempSync(join(tmpdir(), "kalends-crash-"));
  const env = { KALENDS_AUTH_BCRYPT_COST: "4", ...database.env };
  const state = { database, folder, env, ledger: createLedger(), batches: new Map(), tokens: [], faults: [] };
  state.server = await startServer({ folder, env, keep: true });
  state.account = state.server.account("karl");
  const openings = [];
  try {
    for (let round = 1; round <= count; round++) openings.push(await oneRound(state, round));
  } finally {
    await state.server.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
  const median = openings.sort((a, b) => a - b)[openings.length >> 1];
  checks.ok(
    `${database.name}: ${count} rounds of kill -9 under ${WRITERS} writers lose and halve nothing`,
    state.faults.length === 0,
    state.faults.join("\n"),
  );
  checks.note(
    `${database.name}: ${state.ledger.acknowledged()} acknowledged writes and ${state.batches.size} whole files; ready again after ${Math.round(median)} ms (median)`,
  );
}

const events = ({ server }) => `${server.base}/CalDAV/~karl/Calendar/`;

async function oneRound(state, round) {
  const { ledger, account } = state;
  const before = await listing(state);
  state.tokens.push(before);
  const running = { on: true };
  const writers = Array.from({ length: WRITERS }, (_, i) => write(state, i, running));
  const batches = writeBatches(state, running);
  await pause(randomInt(200, 700));
  const midway = await syncCollection(events(state), account, before.token).catch(() => null);
  if (midway) state.tokens.push({ token: midway.token, members: applied(before.members, midway.changes) });
  await pause(randomInt(50, 600));
  await crash(state);
  running.on = false;
  await Promise.all([...writers, batches]);
  const started = performance.now();
  await resume(state);
  const opening = performance.now() - started;
  const unanswered = ledger.unanswered();
  await compare(state, before);
  console.log(`     ${state.database.name} round ${round}: ${ledger.acknowledged()} acknowledged, ${unanswered} open`);
  return opening;
}

async function crash({ database, server }) {
  if (!database.crash) return server.stop("SIGKILL");
  database.crash();
  await pause(200);
}

/** Starts the server on the same data; where only its database was killed, waits until it answers again. */
async function resume(state) {
  const { database, folder, env, faults, account } = state;
  if (!database.resume) {
    state.server = await startServer({ folder, env, keep: true });
    if (/password/.test(state.server.output)) faults.push("a restart printed a password");
    return;
  }
  database.resume();
  for (let tries = 0; tries < 50; tries++) {
    const { status } = await http("GET", `${events(state)}none.ics`, account);
    if (status === 404) return;
    await pause(100);
  }
  faults.push("the server did not find its database again");
}

async function write(state, writer, running) {
  const { ledger, account } = state;
  while (running.on) {
    const name = `w${writer}-${randomInt(NAMES_EACH)}.ics`;
    const removes = Boolean(ledger.known.get(name)) && randomInt(3) === 0;
    const text = event(`${name}@crash`, `DTSTART:${at(1)}Z`, `SUMMARY:${randomUUID()}`, `X-FILL:${"ü".repeat(900)}`);
    ledger.begin(name, removes ? null : { text, etag: null });
    const request = removes ? account : { ...account, headers: ICS, body: text };
    const answer = await http(removes ? "DELETE" : "PUT", events(state) + name, request).catch(() => null);
    // Without an answer, or after 5xx, the fate of the write is unknown: this writer rests until the next round.
    if (answer === null || answer.status >= 500) return;
    if (answer.status >= 300) return state.faults.push(`${name} was refused: ${answer.status} ${answer.text}`);
    ledger.acknowledge(name, removes ? null : { text, etag: answer.headers.etag });
  }
}

/** Whole files of tasks, one after the other: each must be there with all its items or with none (CGP-45). */
async function writeBatches({ server, account, batches, faults }, running) {
  while (running.on) {
    const id = randomUUID();
    const items = Array.from({ length: BATCH }, (_, i) => component("VTODO", `${id}-${i}`, `SUMMARY:Item ${i}`));
    batches.set(id, "open");
    const request = { ...account, headers: ICS, body: calendar(...items.flat()) };
    const answer = await http("PUT", `${server.base}/CalendarData/Tasks.ics`, request).catch(() => null);
    if (answer === null || answer.status >= 500) return;
    if (answer.status >= 300) return faults.push(`a whole file was refused: ${answer.status} ${answer.text}`);
    batches.set(id, "there");
    await pause(100);
  }
}

/** All members with a token: { token, members }, name to etag. */
async function listing(state) {
  const { token, changes } = await syncCollection(events(state), state.account);
  return { token, members: changes };
}

async function compare(state, before) {
  const { ledger, account, faults } = state;
  const found = new Map();
  for (const { name } of ledger.expectations()) {
    const { status, text, headers } = await http("GET", events(state) + name, account);
    if (status === 200) found.set(name, { text, etag: headers.etag });
    else if (status !== 404) faults.push(`GET ${name} answered ${status}`);
  }
  faults.push(...contradictions(ledger, found));
  const now = (await listing(state)).members;
  const told = new Map([...found].map(([name, { etag }]) => [name, etag]));
  if (!sameListing(now, told)) faults.push(`listing and members differ: ${difference(now, told)}`);
  await compareTokens(state, before, now);
  await compareBatches(state);
  ledger.settle(found);
}

/** Every token ever given leads to what is there now, and that of this round tells nothing else. */
async function compareTokens(state, before, now) {
  const { tokens, faults, ledger } = state;
  for (const { token, members } of [...tokens.slice(0, 2), ...tokens.slice(-6)]) {
    const { changes } = await syncCollection(events(state), state.account, token);
    const then = applied(members, changes);
    if (!sameListing(then, now)) faults.push(`token ${token} leads elsewhere: ${difference(then, now)}`);
    const strange = [...changes.keys()].filter((name) => !ledger.touched.has(name));
    if (token === before.token && strange.length > 0) faults.push(`changes nobody made: ${strange.join()}`);
  }
}

async function compareBatches({ server, account, batches, faults }) {
  const file = await http("GET", `${server.base}/CalendarData/Tasks.ics`, account);
  const items = new Map();
  for (const [, id] of file.text.matchAll(/^UID:(.{36})-\d+/gm)) items.set(id, (items.get(id) ?? 0) + 1);
  for (const [id, state] of batches) {
    const there = items.get(id) ?? 0;
    if (there !== BATCH && (there !== 0 || state === "there"))
      faults.push(`${there} of ${BATCH} items of a whole file`);
    batches.set(id, there === 0 ? "gone" : "there");
  }
}

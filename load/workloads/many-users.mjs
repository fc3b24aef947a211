// S1: many people poll. Each connection takes a calendar of somebody at random: 70 % ask for its state, 28 % for what
// changed since they last asked, 2 % change an event. What changed has to be told.
import { event } from "../data/event.mjs";
import { draws } from "../data/random.mjs";
import { percentiles } from "../measure/figures.mjs";
import { cpuSeconds, watchMemory } from "../measure/processes.mjs";
import { many } from "../servers/accounts.mjs";
import { connect } from "../wire/connection.mjs";
import { readMultistatus } from "../wire/multistatus.mjs";
import { pollState, putEvent, syncSince } from "../wire/requests.mjs";
import { listing, tokenOf } from "./collections.mjs";
import { eventsOf } from "./context.mjs";
import { fill, hrefsOf } from "./filling.mjs";

const CONNECTIONS = 32;
const FILLERS = 2;

/** `200x3x10`: users, calendars of each, events in each. */
export function parseScale(text) {
  const [users, calendars, events] = text.split("x").map(Number);
  if (![users, calendars, events].every((number) => number > 0)) throw new Error(`not USERSxCALENDARSxEVENTS: ${text}`);
  return { users, calendars, events };
}

const calendarsOf = (server, { users, calendars }) =>
  Array.from({ length: users * calendars }, (_, index) => {
    const user = many(Math.floor(index / calendars));
    const number = index % calendars;
    const account = { user, password: server.account.password };
    const path = `${server.homeOf(user)}cal-${number}/`;
    return {
      account,
      path,
      series: `${user}-${number}`,
      token: null,
      changed: new Set(),
      revision: Date.now() % 1_000_000,
    };
  });

/** Does `work` for each of the list, so many at a time. */
async function together(list, count, work) {
  const waiting = [...list];
  const loop = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await work(next, list.length - waiting.length);
  };
  await Promise.all(Array.from({ length: count }, loop));
}

async function prepare(server, calendars, { events }, progress) {
  await together(calendars, FILLERS, async (calendar, done) => {
    const connection = connect(server.base, calendar.account);
    try {
      const own = eventsOf(calendar.series, events);
      const there = await listing(connection, calendar.path);
      if (there?.size !== events) {
        await fill({ server, connection, account: calendar.account, calendar: calendar.path, events: own });
      }
      calendar.hrefs = await hrefsOf(connection, calendar.path, own);
      calendar.token = await tokenOf(connection, calendar.path);
    } finally {
      connection.close();
    }
    progress(done, calendars.length);
  });
}

const deeds = {
  async poll(send, calendar) {
    const answer = await send({ ...pollState, path: calendar.path });
    const props = answer.status === 207 ? readMultistatus(answer.body).responses[0]?.props : undefined;
    const wrong = props?.getctag && props["sync-token"] ? null : `poll: status ${answer.status} or no state`;
    return { ms: answer.ms, wrong };
  },
  async sync(send, calendar) {
    const answer = await send({ ...syncSince(calendar.token), path: calendar.path });
    if (answer.status !== 207) return { ms: answer.ms, wrong: `sync: status ${answer.status}` };
    const { token, responses } = readMultistatus(answer.body);
    const told = new Set(responses.map(({ href }) => href));
    const missing = [...calendar.changed].filter((href) => !told.has(href)).length;
    calendar.token = token;
    calendar.changed.clear();
    return { ms: answer.ms, wrong: missing > 0 || !token ? `sync: ${missing} changes missing` : null };
  },
  async change(send, calendar, draw) {
    const index = draw.below(calendar.hrefs.length);
    const { text } = event(calendar.series, index, { revision: ++calendar.revision });
    const answer = await send(putEvent(calendar.hrefs[index], text));
    calendar.changed.add(calendar.hrefs[index]);
    return { ms: answer.ms, wrong: answer.status < 300 ? null : `change: status ${answer.status}` };
  },
};

const deedOf = (dice) => (dice < 0.7 ? "poll" : dice < 0.98 ? "sync" : "change");

async function drive(server, calendars, seconds) {
  const draw = draws("many users");
  const latencies = { poll: [], sync: [], change: [] };
  const busy = new Set();
  const until = performance.now() + seconds * 1000;
  let wrong = null;
  // A connection belongs to one person; a pool of them per person would be as many as there are calendars.
  const loop = async () => {
    const connection = connect(server.base);
    while (wrong === null && performance.now() < until) {
      const calendar = draw.one(calendars);
      if (busy.has(calendar)) {
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      busy.add(calendar);
      const { user, password } = calendar.account;
      const Authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
      const send = (request) => connection.send({ ...request, headers: { ...request.headers, Authorization } });
      const name = deedOf(draw.number());
      const done = await deeds[name](send, calendar, draw).catch((error) => ({ wrong: error.code ?? error.message }));
      if (done.ms !== undefined) latencies[name].push(done.ms);
      wrong ??= done.wrong;
      busy.delete(calendar);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, loop));
  return { latencies, wrong };
}

/** One cell of the scale workload. */
export async function measureManyUsers(server, scale, seconds, progress) {
  const calendars = calendarsOf(server, scale);
  try {
    await prepare(server, calendars, scale, progress);
    const watch = server.watch();
    const memory = watchMemory(server.pids(), server.ownPids());
    const cpu = cpuSeconds(server.pids());
    const began = performance.now();
    const { latencies, wrong } = await drive(server, calendars, seconds);
    const elapsed = (performance.now() - began) / 1000;
    const used = (cpuSeconds(server.pids()) - cpu) * 1000;
    const peak = memory.stop();
    const more = await watch.stop();
    if (wrong) return { wrong };
    const all = Object.values(latencies).flat();
    const rate = all.length / elapsed;
    return { requests: all.length, rate, ...percentiles(all), cpu: used / all.length, ...peak, ...more };
  } catch (error) {
    return { wrong: error.code ?? error.message };
  }
}

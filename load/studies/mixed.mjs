// What others notice while a file of 10 000 events is being stored and a calendar of 100 000 is being fetched.
import { fileOf } from "../data/event.mjs";
import { percentiles } from "../measure/figures.mjs";
import { watchMemory } from "../measure/processes.mjs";
import { connect } from "../wire/connection.mjs";
import { pollState } from "../wire/requests.mjs";
import { remove } from "../workloads/collections.mjs";
import { eventsOf, prepareContext } from "../workloads/context.mjs";
import { putFile } from "../workloads/filling.mjs";
import { finding } from "./findings.mjs";

const STORED = 10_000;
const OTHERS = 4;
const MOST_MS = 100;
const MOST_LOOP = 50;
const MOST_MEMORY = 50;
const MEBIBYTE = 1024 * 1024;

/** Polls and reads with several connections until told to stop; latencies in milliseconds. */
function others(server, context) {
  const latencies = [];
  let going = true;
  const loop = async (index) => {
    const connection = connect(server.base, server.account);
    while (going) {
      const path = index % 2 === 0 ? context.calendar : context.draw.one(context.hrefs);
      const answer = await connection.send(index % 2 === 0 ? { ...pollState, path } : { method: "GET", path });
      if (answer.status >= 300) throw new Error(`status ${answer.status}`);
      latencies.push(answer.ms);
    }
    connection.close();
  };
  const ended = Promise.all(Array.from({ length: OTHERS }, (_, index) => loop(index)));
  return {
    latencies,
    async stop() {
      going = false;
      await ended;
    },
  };
}

async function during(server, context, work) {
  const watch = server.watch();
  const memory = watchMemory(server.ownPids());
  const before = memory.stop().largest;
  const peak = watchMemory(server.ownPids());
  const polling = others(server, context);
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  await polling.stop();
  const grown = (peak.stop().largest - before) / MEBIBYTE;
  return { seconds, grown, ...percentiles(polling.latencies), ...(await watch.stop()) };
}

const told = (name, found, withMemory) => [
  finding(`${name} (${found.seconds.toFixed(1)} s): p99 of the others`, found.p99, "ms", MOST_MS),
  finding(`${name}: event loop, processor time in one piece`, found.loopBusy, "ms", MOST_LOOP),
  finding(`${name}: event loop, delay on this machine`, found.loopDelay, "ms"),
  ...(withMemory ? [finding(`${name}: memory added`, found.grown, "MiB", MOST_MEMORY)] : []),
];

export async function mixed(server, options, show) {
  const fetched = options.growth.at(-1);
  show.line(`mixed: a calendar of ${fetched} events`);
  const large = await prepareContext(server, fetched, { near: options.growth[0], progress: show.part });
  const small = await prepareContext(server, 1000);
  const connection = connect(server.base, server.account);
  const target = `${server.home}mixed/`;
  const file = fileOf(eventsOf("mixed", STORED));
  const put = async () => {
    const answer = await putFile(server, connection, target, file);
    if (answer.status >= 300) throw new Error(`PUT of ${STORED} events: status ${answer.status}`);
  };
  const fetch = async () => {
    const own = connect(server.base, server.account);
    const answer = await own.send({ method: "GET", path: large.calendar, headers: { Accept: "text/calendar" } });
    own.close();
    if (answer.status !== 200) throw new Error(`GET of ${fetched} events: status ${answer.status}`);
  };
  try {
    await remove(connection, target);
    const alone = await during(server, small, fetch);
    const both = await during(server, small, () => Promise.all([put(), fetch()]));
    return [...told("a large GET", alone, true), ...told("a large PUT and a large GET", both, false)];
  } finally {
    await remove(connection, target);
    connection.close();
    await small.leave();
    await large.leave();
  }
}

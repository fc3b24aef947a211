// A closed loop: each connection sends its next request when the last one is answered. Reads are judged when the clock has
// stopped, so that judging costs the server nothing; the first answer, which is not measured, before it starts.
import { connect } from "../wire/connection.mjs";
import { NotOffered } from "../workloads/verdicts.mjs";
import { percentiles } from "./figures.mjs";
import { cpuSeconds, watchMemory } from "./processes.mjs";

const KEPT_EACH = 512 * 1024;
const KEPT_ALL = 200 * 1024 * 1024;
const REFUSALS = new Set([403, 405, 415, 422, 501]);
const SLOW = 10_000;
const WARMING = 500;

/** Keeps answers to be judged later: all small ones, and the last of the large ones; `keep` is false for what may be forgotten. */
function keeper() {
  const kept = [];
  let room = KEPT_ALL;
  let large = null;
  return {
    keep(answer, request) {
      const size = answer.body.length;
      if (size <= KEPT_EACH && size <= room) {
        room -= size;
        kept.push([answer, request]);
        return true;
      }
      large = [answer, request];
      return false;
    },
    judge(judge) {
      for (const [answer, request] of large ? [...kept, large] : kept) {
        const bad = judge(answer, request);
        if (bad) return bad;
      }
      return null;
    },
  };
}

const strangeSize = (answer, first) =>
  Math.abs(answer.body.length - first.body.length) > first.body.length / 5 + 4096
    ? `an answer of ${answer.body.length} octets where the first had ${first.body.length}`
    : null;

/** Sends until the time is over; gives latencies, and what was wrong. */
async function drive({ connections, task, writes, seconds, first, firstMs }) {
  const latencies = [];
  const answers = keeper();
  const least = firstMs > SLOW ? 1 : 3;
  const began = performance.now();
  const over = () => performance.now() - began >= seconds * 1000 && latencies.length >= least;
  let wrong = null;
  const loop = async (connection) => {
    while (wrong === null && !over()) {
      const request = await task.next();
      if (request === null) return;
      const answer = await connection.send(request);
      latencies.push(answer.ms);
      if (writes) wrong ??= task.judge(answer, request);
      else {
        if (answer.status !== first.status) wrong ??= `status ${answer.status} instead of ${first.status}`;
        if (!answers.keep(answer, request) && !task.varies) wrong ??= strangeSize(answer, first);
      }
    }
  };
  await Promise.all(connections.map(loop));
  const elapsed = (performance.now() - began) / 1000;
  return { latencies, elapsed, wrong, answers };
}

/** Lets programs that translate themselves while they run do so; what is limited, or slow, is not spent on it. */
async function warm({ connection, workload, task, firstMs }) {
  const began = performance.now();
  if (workload.limited || firstMs > WARMING) return null;
  while (performance.now() - began < WARMING) {
    const request = await task.next();
    const answer = await connection.send(request);
    const bad = workload.writes ? task.judge(answer, request) : null;
    if (bad) return bad;
  }
  return null;
}

async function timed({ server, workload, task, connections, seconds }) {
  const request = await task.next();
  const first = await connections[0].send(request);
  if (REFUSALS.has(first.status)) throw new NotOffered(`status ${first.status}`);
  const bad =
    task.flaw ??
    task.judge(first, request) ??
    (await warm({ connection: connections[0], workload, task, firstMs: first.ms }));
  if (bad) return { wrong: bad };
  const watch = server.watch();
  const memory = watchMemory(server.pids(), server.ownPids());
  const cpu = cpuSeconds(server.pids());
  const driven = await drive({ connections, task, writes: workload.writes, seconds, first, firstMs: first.ms });
  const used = cpuSeconds(server.pids()) - cpu;
  const peak = memory.stop();
  const more = await watch.stop();
  const { latencies, elapsed, answers } = driven;
  const wrong = driven.wrong ?? (workload.writes ? null : answers.judge(task.judge));
  return {
    requests: latencies.length,
    rate: latencies.length / elapsed,
    ...percentiles(latencies),
    cpu: (used * 1000) / latencies.length,
    octets: first.body.length,
    pss: peak.pss,
    largest: peak.largest,
    ...more,
    ...(wrong ? { wrong } : {}),
  };
}

/** One cell: a workload against a server. `absent` says what it does not offer, `wrong` what was wrong with an answer. */
export async function measure({ server, workload, context, count, seconds }) {
  const connections = Array.from({ length: count }, () => connect(server.base, server.account));
  let task = null;
  try {
    task = await workload.prepare(context);
    const cell = await timed({ server, workload, task, connections, seconds });
    const after = (await task.finish?.()) ?? null;
    return after && !cell.wrong ? { ...cell, wrong: after } : cell;
  } catch (error) {
    return error instanceof NotOffered ? { absent: error.message } : { wrong: error.code ?? error.message };
  } finally {
    for (const connection of connections) connection.close();
  }
}

// The comparison: all servers run at the same time, each workload goes to one after the other, round after round.
import { measure } from "./measure/closed-loop.mjs";
import { startOne } from "./servers/index.mjs";
import { prepareContext } from "./workloads/context.mjs";
import { workloads } from "./workloads/index.mjs";
import { measureManyUsers, parseScale } from "./workloads/many-users.mjs";
import { measureWholeFile } from "./workloads/whole-file.mjs";

const SCALE_CONNECTIONS = 32;

const described = (cell) => {
  if (cell.wrong) return `WRONG ${cell.wrong}`;
  if (cell.absent) return `not offered: ${cell.absent}`;
  return `${cell.rate.toFixed(2)}/s, p50 ${cell.p50.toFixed(2)} ms, CPU ${cell.cpu.toFixed(3)} ms, ${cell.requests} requests`;
};

async function filled(server, options, show) {
  show.step(`${server.name}: filling`);
  const began = performance.now();
  const progress = (count, all) => show.part(count, all);
  const context = await prepareContext(server, options.events, { progress });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (context.filled) show.line(`${server.name}: ${options.events} events filled in ${seconds} s`);
  return context;
}

/** Starts them, fills their calendars where a workload needs it. Who cannot be started is left out, and told. */
export async function open(servers, options, show) {
  const running = [];
  const users = options.workloads.includes("S1") ? parseScale(options.s1).users : 0;
  for (const described of servers) {
    show.step(`${described.name}: starting`);
    const { data: folder, port, passes } = options;
    try {
      const server = await startOne(described, { folder, port, users, workers: passes[0].workers });
      running.push({ server, context: null });
      if (options.workloads.some((id) => id !== "W11" && id !== "S1")) {
        running.at(-1).context = await filled(server, options, show);
      }
    } catch (error) {
      show.line(`${described.name} is left out: ${error.message}`);
    }
  }
  return running;
}

/** The cells of one run. `save` gets each as soon as it is there. */
export async function compare(running, options, show, save) {
  const wanted = workloads.filter(({ id }) => options.workloads.includes(id));
  const skipped = new Set();
  const keep = (cell) => {
    save(cell);
    if (cell.absent || cell.wrong) skipped.add(`${cell.server} ${cell.workload}`);
    show.line(`${cell.server} ${cell.workload} c${cell.connections}: ${described(cell)}`);
  };
  let now = options.passes[0].workers;
  for (const { connections, workers } of options.passes) {
    if (workers !== now) for (const { server } of running) await server.again?.(workers);
    now = workers;
    for (let round = 1; round <= options.rounds; round++) {
      for (const workload of wanted) {
        for (const { server, context } of running) {
          show.step(`${server.name} ${workload.id}, ${connections} connections, round ${round}`);
          if (context === null || skipped.has(`${server.name} ${workload.id}`)) continue;
          const cell = await measure({ server, workload, context, count: connections, seconds: options.seconds });
          keep({ server: server.name, workload: workload.id, size: options.events, connections, round, ...cell });
        }
      }
      for (const { context } of running) await context?.tidy();
    }
  }
  for (let round = 1; round <= options.rounds; round++) {
    for (const { server } of running) {
      if (options.workloads.includes("W11") && !skipped.has(`${server.name} W11`)) {
        show.step(`${server.name} W11, round ${round}`);
        keep({
          server: server.name,
          workload: "W11",
          size: 5000,
          connections: 1,
          round,
          ...(await measureWholeFile(server)),
        });
      }
      if (options.workloads.includes("S1")) {
        show.step(`${server.name} S1, round ${round}`);
        const cell = await measureManyUsers(server, parseScale(options.s1), options.seconds * 3, (count, all) =>
          show.part(count, all),
        );
        keep({ server: server.name, workload: "S1", size: options.s1, connections: SCALE_CONNECTIONS, round, ...cell });
      }
    }
  }
}

/** How many steps a run shows. */
export function stepsOf(options, servers) {
  const calendar = options.workloads.filter((id) => id !== "W11" && id !== "S1").length;
  const others = options.workloads.length - calendar;
  return servers * (2 + options.rounds * (calendar * options.passes.length + others));
}

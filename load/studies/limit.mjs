// The distance to the limit: the same poll and the same GET from a bare Koa handler with one query, on the same database.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SPARE_PORT } from "../servers/index.mjs";
import { listening, start } from "../servers/programs.mjs";
import { prepareContext } from "../workloads/context.mjs";
import { figuresOf } from "./cells.mjs";
import { finding } from "./findings.mjs";

const program = fileURLToPath(new URL("bare-koa.mjs", import.meta.url));
const TIMES = 2;
const IDS = ["W13", "W8"];

export async function limit(server, options, show) {
  show.line("limit: Kalends and a bare Koa handler");
  const context = await prepareContext(server, options.events);
  const slug = context.calendar.split("/").at(-2);
  const collection = server.query(`select collection_id from binding where slug = '${slug}' limit 1`).trim();
  const port = options.port + SPARE_PORT;
  const log = join(options.data, "bare-koa.log");
  const bare = start(process.execPath, [program, String(port), server.url, collection], { log });
  try {
    await listening(port, bare);
    const database = server.pids().filter((pid) => !server.ownPids().includes(pid));
    const other = {
      ...server,
      base: `http://127.0.0.1:${port}`,
      pids: () => [bare.pid, ...database],
      ownPids: () => [bare.pid],
      watch: () => ({ stop: async () => ({}) }),
    };
    const ours = await figuresOf(server, context, IDS, options);
    const least = await figuresOf(other, { ...context, server: other }, IDS, options);
    return IDS.map((id) => {
      const [mine, bound] = [ours.get(id), least.get(id)];
      const wrong = mine.wrong ?? bound.wrong;
      if (wrong) return finding(`${id}: ${wrong}`, null, "x", TIMES);
      return finding(
        `${id}: ${mine.cpu.toFixed(3)} ms, bare Koa ${bound.cpu.toFixed(3)} ms`,
        mine.cpu / bound.cpu,
        "x",
        TIMES,
      );
    });
  } finally {
    await bare.stop();
    await context.leave();
  }
}

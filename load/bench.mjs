// `npm run bench`: see `npm run bench -- --help` and docs/performance.md.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { compare, open, stepsOf } from "./compare.mjs";
import { HELP, readOptions } from "./options.mjs";
import { progress } from "./report/progress.mjs";
import { rowsOf } from "./report/ratios.mjs";
import { reportOf } from "./report/table.mjs";
import { machine, record } from "./report/trend.mjs";
import { chosen } from "./servers/index.mjs";
import { runStudies } from "./studies/index.mjs";

const say = (text) => process.stderr.write(`${text}\n`);

const told = (path) => (path && existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).cells : []);

function saver(path) {
  const cells = told(path);
  return {
    cells,
    save(cell) {
      cells.push(cell);
      if (!path) return;
      mkdirSync(dirname(resolve(path)), { recursive: true });
      const lines = cells.map((one) => JSON.stringify(one)).join(",\n");
      writeFileSync(path, `{"machine":${JSON.stringify(machine())},"cells":[\n${lines}\n]}\n`);
    },
  };
}

async function bench(options) {
  const servers = chosen(options.servers, { say, pids: options.pids });
  const { cells, save } = saver(options.out);
  const show = progress(stepsOf(options, servers.length));
  const running = [];
  const end = async () => {
    for (const { server, context } of running.splice(0)) {
      await context?.leave().catch(() => undefined);
      await server.stop();
    }
  };
  const studies = [];
  try {
    running.push(...(await open(servers, options, show)));
    await compare(running, options, show, save);
    const ours = running.find(({ server }) => server.name === "kalends");
    if (ours) studies.push(...(await runStudies(ours.server, options, show, { own: false })));
    await end();
    studies.push(...(await runStudies(null, options, show, { own: true })));
  } finally {
    show.stop();
    await end();
    if (!options.keep) rmSync(options.data, { recursive: true, force: true });
  }
  const rows = rowsOf(cells);
  console.log(`${machine()}, ${options.events} events, medians of ${options.rounds}\n${reportOf(rows)}`);
  for (const table of studies) console.log(table);
  if (options.record) say(`${record(rows, new Date())} lines added to load/trend.tsv`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else await bench(options);
} catch (error) {
  say(error.code?.startsWith("ERR_PARSE_ARGS") ? `${error.message}\n\n${HELP}` : error.stack);
  process.exitCode = 1;
}

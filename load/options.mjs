// What `npm run bench` understands.
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { workloads } from "./workloads/index.mjs";

export const HELP = `Measures Kalends and other CalDAV servers with the same data and the same requests, in one run.

  npm run bench -- [options]

Kalends is started as it is built here, on a PostgreSQL of its own with default settings (durable); so are the servers from
Debian packages that are installed. Every answer is checked: whoever answers wrongly is not ranked.

what
  --servers LIST     kalends, kalends-embedded, cyrus, davical, radicale, xandikos, sogo, or NAME=URL of the calendar home of a
                     running server, as in mine=http://user:password@127.0.0.1:8100/CalDAV/~user/ (default: kalends,cyrus)
  --events N         events in the calendar (default 10000)
  --workloads LIST   ${workloads.map(({ id }) => id).join(" ")} W11 S1 (default: all but S1)
  --studies LIST     growth, limit, mixed, start, accounts: what Kalends does alone (with --workloads none: only that)
  --growth LIST      events in the calendars of growth; mixed fetches the last (default 1000,10000,100000)
  --accounts N       accounts with 100 events each among which the study of them measures (default 10000)
  --s1 AxBxC         users, calendars of each, events in each, for S1 (default 200x3x10)
how
  --seconds N        for each figure (default 3)
  --rounds N         each figure so often; medians are shown (default 3)
  --connections L    passes with so many connections: CPU counts with the first, requests a second with the last (default 1,8)
  --workers L        processes of Kalends in each pass (default 1,1)
where
  --data FOLDER      the servers keep their data here (default ${join(tmpdir(), "kalends-load")})
  --keep             leave the data for the next run, which then need not fill the calendars
  --port N           first of a dozen ports on the loopback address (default 18100)
  --pids LIST        processes that belong to a server given by its URL, such as its database
result
  --out FILE         all figures as JSON; a run adds to those that are there
  --record           appends the figures of Kalends to load/trend.tsv
  --help

Example: npm run bench -- --servers kalends,cyrus --workloads W1,W8,W13 --rounds 1 --keep`;

const spec = {
  servers: { type: "string", default: "kalends,cyrus" },
  events: { type: "string", default: "10000" },
  workloads: { type: "string" },
  studies: { type: "string", default: "" },
  growth: { type: "string", default: "1000,10000,100000" },
  accounts: { type: "string", default: "10000" },
  s1: { type: "string", default: "200x3x10" },
  seconds: { type: "string", default: "3" },
  rounds: { type: "string", default: "3" },
  connections: { type: "string", default: "1,8" },
  workers: { type: "string", default: "1,1" },
  data: { type: "string", default: join(tmpdir(), "kalends-load") },
  keep: { type: "boolean", default: false },
  port: { type: "string", default: "18100" },
  pids: { type: "string", default: "" },
  out: { type: "string" },
  record: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
};

const list = (text) => text.split(",").filter((word) => word !== "");

function number(text, name) {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} has to be a number above 0, not ${text}`);
  return value;
}

const STUDIES = ["growth", "limit", "mixed", "start", "accounts"];

function among(words, known, name) {
  const strange = words.find((word) => !known.includes(word));
  if (strange !== undefined) throw new Error(`--${name}: there is no ${strange}; known are ${known.join(", ")}`);
  return words;
}

/** The options as values; an Error says what is wrong with them. */
export function readOptions(words) {
  const { values } = parseArgs({ args: words, options: spec });
  const all = [...workloads.map(({ id }) => id), "W11"];
  const wanted = values.workloads === undefined ? all : values.workloads === "none" ? [] : list(values.workloads);
  const connections = list(values.connections).map((text) => number(text, "connections"));
  const workers = list(values.workers).map((text) => number(text, "workers"));
  return {
    ...values,
    servers: list(values.servers),
    workloads: among(wanted, [...all, "S1"], "workloads"),
    studies: among(list(values.studies), STUDIES, "studies"),
    events: number(values.events, "events"),
    growth: list(values.growth).map((text) => number(text, "growth")),
    accounts: number(values.accounts, "accounts"),
    seconds: number(values.seconds, "seconds"),
    rounds: number(values.rounds, "rounds"),
    port: number(values.port, "port"),
    pids: list(values.pids).map(Number),
    passes: connections.map((count, index) => ({ connections: count, workers: workers[index] ?? workers.at(-1) ?? 1 })),
    cores: cpus().length,
  };
}

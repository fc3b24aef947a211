// What a large whole file costs: 10 000 events (12 MB) are put, put again, changed and fetched in each way. Prints for each
// request its time, the processor time of the server, the longest time its main thread was busy in one piece, its memory
// above that at rest, and what somebody else's small requests had to wait meanwhile. What is over a bound is a fault.
//   node scripts/whole-file.mjs [part of a name]      COUNT=events      KALENDS_TEST_POSTGRES: there as well
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bigCalendar } from "../compat/lib/big-calendar.mjs";
import { freshDatabases } from "../compat/lib/databases.mjs";
import { http, ICS } from "../compat/lib/http.mjs";
import { at, event } from "../compat/lib/ics.mjs";
import { measureLatency } from "../compat/lib/latency.mjs";
import { startMeasured } from "./loop-delay/measured.mjs";

const count = Number(process.env.COUNT ?? 10_000);
const OCTETS = 1080;
/** Milliseconds in one piece, mebibytes above rest, and how much cheaper the same upload once more has to be. */
const BOUNDS = { longest: 50, memory: 250, cheaper: 5 };
const [wanted = ""] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "kalends-whole-"));
const { text } = bigCalendar(count, false, OCTETS);
const files = { big: join(folder, "big.ics"), changed: join(folder, "changed.ics"), answer: join(folder, "answer") };
writeFileSync(files.big, text);
writeFileSync(files.changed, text.replaceAll("SUMMARY:Team meeting 2\r\n", "SUMMARY:Team meeting, moved\r\n"));
console.log(`${count} events, ${(Buffer.byteLength(text) / 1e6).toFixed(1)} MB`);

const put = (path, file = files.big) => ["PUT", path, ["-T", file, "-H", `Content-Type: ${ICS["Content-Type"]}`]];
const get = (path, ...more) => ["GET", path, more];
const anonymous = ["-u", ":", "--no-basic"];
const published = "/calendars/lou@localhost/Shared.ics";
const requests = [
  ["first PUT, /CalendarData/", put("/CalendarData/Calendar.ics")],
  ["same PUT, /CalendarData/", put("/CalendarData/Calendar.ics"), "first PUT, /CalendarData/"],
  ["PUT with one change, /CalendarData/", put("/CalendarData/Calendar.ics", files.changed)],
  ["PUT that leaves nothing else, /CalendarDataDel/", put("/CalendarDataDel/Calendar.ics", files.changed)],
  ["same PUT, /CalendarDataDel/", put("/CalendarDataDel/Calendar.ics", files.changed), "first PUT, /CalendarData/"],
  ["PUT with one change, /CalendarDataDel/", put("/CalendarDataDel/Calendar.ics")],
  ["GET, /CalendarData/", get("/CalendarData/Calendar.ics")],
  ["first PUT, /calendars/", put("/calendars/Shared.ics")],
  ["same PUT, /calendars/", put("/calendars/Shared.ics"), "first PUT, /calendars/"],
  ["GET by the owner, /calendars/", get("/calendars/Shared.ics")],
  ["GET by anybody, /calendars/", get(published, ...anonymous)],
  ["the same with gzip", get(published, ...anonymous, "-H", "Accept-Encoding: gzip")],
  ["the same, 304", get(published, ...anonymous, "-H", "If-None-Match: ETAG")],
  ["PUT with one change, /calendars/", put("/calendars/Shared.ics", files.changed)],
];

/** One request by curl: status and octets; `etag` is that of the answer before. */
function curl(base, [method, path, words], etag) {
  const options = words.map((word) => word.replace("ETAG", () => etag));
  const user = options.includes("--no-basic") ? [] : ["-u", "lou:lou"];
  const given = options.filter((word, i) => word !== "--no-basic" && word !== ":" && options[i + 1] !== ":");
  const tell = ["-o", files.answer, "-w", "%{http_code} %{size_download} %{header_json}"];
  return new Promise((resolve, reject) => {
    execFile("curl", ["-sS", "-X", method, ...user, ...given, ...tell, base + path], (error, out) => {
      if (error) return reject(error);
      const [, status, size, headers] = /^(\d+) (\d+) ([\s\S]*)$/.exec(out);
      resolve({ status: Number(status), size: Number(size), etag: JSON.parse(headers).etag?.[0] ?? "" });
    });
  });
}

async function measured(server, name, request, etag) {
  const { base } = server;
  await http("GET", `${base}/healthz`);
  await server.begin();
  const neighbour = measureLatency(async () => {
    const { status } = await http("GET", `${base}/CalDAV/~nora/Calendar/own.ics`, { user: "nora", password: "nora" });
    if (status !== 200) throw new Error(`the neighbour was answered ${status}`);
  });
  const start = performance.now();
  const answer = await curl(base, request, etag);
  const whole = performance.now() - start;
  const waited = await neighbour();
  return { name, ...answer, ...(await server.end()), whole, waited };
}

async function series({ name, env, drop }) {
  const server = await startMeasured(env.KALENDS_DATABASE ?? `embedded:${join(folder, "data")}`);
  const { base } = server;
  const nora = { user: "nora", password: "nora", headers: ICS, body: event("own@whole", `DTSTART:${at(1)}Z`) };
  await http("PUT", `${base}/CalDAV/~nora/Calendar/own.ics`, nora);
  for (let i = 0; i < 200; i++) await http("GET", `${base}/CalDAV/~nora/Calendar/own.ics`, nora);
  const { memory: atRest } = await server.begin();
  console.log(`${name}: ${atRest} MiB at rest`);
  const cpu = new Map();
  let faults = 0;
  let etag = "";
  for (const [title, request, than] of requests) {
    if (!title.includes(wanted) && !/first/.test(title)) continue;
    const is = await measured(server, title, request, etag);
    etag = is.etag;
    cpu.set(title, is.cpu);
    const wrong = [
      is.status >= 400 && `answered ${is.status}`,
      is.longest > BOUNDS.longest && "busy too long",
      is.peak - atRest > BOUNDS.memory && "too much memory",
      than && is.cpu * BOUNDS.cheaper > cpu.get(than) && `only ${(cpu.get(than) / is.cpu).toFixed(1)} times cheaper`,
    ].filter(Boolean);
    faults += wrong.length;
    const { whole, longest, waited } = is;
    const numbers = [
      [whole, "ms"],
      [is.cpu, "ms cpu"],
      [longest, "ms busy"],
      [is.peak - atRest, "MiB"],
    ].map(([value, unit]) => `${value.toFixed(0).padStart(6)} ${unit}`);
    console.log(
      `${wrong.length > 0 ? "FAULT" : "ok   "}${numbers.join("")}  ${is.status} ${(is.size / 1e6).toFixed(1)} MB  ` +
        `others: median ${waited.median}, p99 ${waited.p99}, worst ${waited.max} of ${waited.count}  ${title}  ${wrong.join(", ")}`,
    );
  }
  await server.stop();
  await drop();
  return faults;
}

let faults = 0;
try {
  for (const database of await freshDatabases()) faults += await series(database);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${faults} faults (bounds: ${BOUNDS.longest} ms busy in one piece, ${BOUNDS.memory} MiB above rest)`);
process.exitCode = faults === 0 ? 0 : 1;

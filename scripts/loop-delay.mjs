// How long a single request keeps the server from everything else: sends heavy and hostile requests to the server and
// prints for each the longest time its main thread was busy in one piece. More than 50 ms is a fault.
//   node scripts/loop-delay.mjs [part of a name]      KALENDS_TEST_POSTGRES: there instead of on the embedded database
import { bigCalendar } from "../compat/lib/big-calendar.mjs";
import { freshDatabases } from "../compat/lib/databases.mjs";
import { http, ICS, XML } from "../compat/lib/http.mjs";
import { startMeasured } from "./loop-delay/measured.mjs";
import { requests } from "./loop-delay/requests.mjs";

const LIMIT = 50;
const [wanted = ""] = process.argv.slice(2);
const account = { user: "lou", password: "lou" };
const database = (await freshDatabases()).at(-1);
const server = await startMeasured(database.env.KALENDS_DATABASE ?? "embedded:memory");
const { base } = server;
for (const name of ["Other", "Whole"]) await http("MKCALENDAR", `${base}/CalDAV/~lou/${name}/`, account);
await http("PUT", `${base}/CalendarData/Calendar.ics`, {
  ...account,
  headers: ICS,
  body: bigCalendar(10_000, false).text,
});
const small = { ...account, headers: { ...XML, Depth: "0" } };
for (let i = 0; i < 200; i++) await http("PROPFIND", `${base}/CalDAV/~lou/Calendar/`, small);

let faults = 0;
for (const [name, { method, path, headers, body }] of requests) {
  if (!name.includes(wanted)) continue;
  await server.begin();
  const start = performance.now();
  const { status, text } = await http(method, base + path, { ...account, headers, body }).catch((error) => ({
    status: error.code,
    text: "",
  }));
  const whole = performance.now() - start;
  const { longest, delay } = await server.end();
  if (longest > LIMIT) faults++;
  const columns = [longest, delay, whole].map((ms) => ms.toFixed(0).padStart(7)).join("");
  console.log(
    `${longest > LIMIT ? "FAULT" : "ok   "}${columns} ms  ${status} ${(text.length / 1024).toFixed(0)} KiB  ${name}`,
  );
}
console.log(`(busy in one piece, delay of the event loop, whole request) ${faults} over ${LIMIT} ms`);
await server.stop();
await database.drop();
process.exitCode = faults === 0 ? 0 : 1;

// Clients that send or read next to nothing, and too many of them: they are given up, nobody else notices, memory stays where it was.
import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { until } from "./lib/checks.mjs";
import { http } from "./lib/http.mjs";
import { at, calendar, component } from "./lib/ics.mjs";
import { startServer } from "./lib/server.mjs";

export const startsItsOwn = true;

const EVENTS = 15_000;
const READERS = 20;
/** MiB one of them may hold: two pages, what they are made from, and what was not tidied away yet. */
const EACH = 20;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const memory = ({ child }) =>
  Math.round(Number(spawnSync("ps", ["-o", "rss=", "-p", String(child.pid)], { encoding: "utf8" }).stdout) / 1024);

/** A connection on which `text` is written; collects what comes back. */
function opened(server, text) {
  const { hostname, port } = new URL(server.base);
  const socket = connect(Number(port), hostname);
  const state = { socket, answer: "", closed: false, begun: performance.now(), ended: 0 };
  socket.on("data", (data) => (state.answer += data));
  socket.on("error", () => undefined);
  socket.on("close", () => Object.assign(state, { closed: true, ended: performance.now() }));
  socket.write(text);
  return state;
}

export async function run(_server, checks) {
  const server = await startServer({
    env: {
      KALENDS_CONNECTIONS_HEADER_SECONDS: "3",
      KALENDS_CONNECTIONS_IDLE_SECONDS: "4",
      KALENDS_CONNECTIONS_SILENT_SECONDS: "8",
      KALENDS_CONNECTIONS_MOST: "500",
    },
  });
  try {
    const account = server.account("sue");
    await slowHeaders(server, checks);
    await slowBody(server, account, checks);
    await silent(server, checks);
    await tooMany(server, checks);
    await slowReaders(server, account, checks);
  } finally {
    await server.stop();
  }
}

const seconds = ({ begun, ended }) => Math.round((ended - begun) / 100) / 10;

/** Two hundred clients that send a header line now and then. */
async function slowHeaders(server, checks) {
  const many = Array.from({ length: 200 }, () => opened(server, "GET / HTTP/1.1\r\nHost: a\r\n"));
  const trickle = setInterval(() => many.forEach(({ socket }) => socket.writable && socket.write("X-A: b\r\n")), 500);
  const other = await http("GET", `${server.base}/healthz`);
  checks.ok("200 clients that trickle their headers keep nobody else waiting", other.status === 200);
  await until(() => many.every(({ closed }) => closed), 20_000);
  clearInterval(trickle);
  const longest = Math.max(...many.map(seconds));
  checks.ok(
    `and are all given up (after ${longest} s, allowed were 3)`,
    many.every(({ closed }) => closed) && longest < 10,
  );
  checks.ok(
    "with 408",
    many.every(({ answer }) => answer.startsWith("HTTP/1.1 408")),
    many[0].answer,
  );
}

/** A body that trickles: half a minute, twice at most, and it is over. */
async function slowBody(server, account, checks) {
  const auth = Buffer.from(`${account.user}:${account.password}`).toString("base64");
  const head = `PUT /CalDAV/~sue/Calendar/slow.ics HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ${auth}\r\nContent-Type: text/calendar\r\nContent-Length: 100000\r\n\r\n`;
  const slow = opened(server, head);
  const trickle = setInterval(() => slow.socket.writable && slow.socket.write("x"), 500);
  await until(() => slow.closed, 75_000);
  clearInterval(trickle);
  checks.ok(
    `a body that trickles is given up (after ${seconds(slow)} s) with 408`,
    slow.closed && slow.answer.startsWith("HTTP/1.1 408"),
    slow.answer,
  );
}

async function silent(server, checks) {
  const mute = opened(server, "");
  const idle = opened(server, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  await until(() => mute.closed && idle.closed, 40_000);
  checks.ok(`who says nothing at all is given up (after ${seconds(mute)} s)`, mute.closed);
  checks.ok(
    `a connection kept for the next request ends (after ${seconds(idle)} s, allowed were 4)`,
    idle.closed && idle.answer.includes("200 OK"),
  );
}

async function tooMany(server, checks) {
  const many = Array.from({ length: 600 }, () => opened(server, ""));
  const closed = () => many.filter((each) => each.closed).length;
  const cut = await until(() => closed() >= 100, 2_000, 50);
  checks.ok(`of 600 connections those beyond 500 are closed at once (${closed()})`, cut && closed() <= 110);
  for (const { socket } of many) socket.destroy();
  await pause(300);
  checks.ok("others are served when they are gone", (await http("GET", `${server.base}/healthz`)).status === 200);
}

/** Twenty clients that ask for all of a large calendar and read none of it. */
async function slowReaders(server, account, checks) {
  const many = Array.from({ length: EVENTS }, (_, i) =>
    component(
      "VEVENT",
      `big${i}@slow`,
      `DTSTART:${at(1 + (i % 300), 6)}Z`,
      `SUMMARY:Event ${i} ${"long ".repeat(180)}`,
    ),
  ).flat();
  server.cli(["import", "-", "--to", "~sue/Calendar"], calendar(many.join("\r\n")));
  const whole = await http("GET", `${server.base}/CalendarData/~sue/Calendar.ics`, account);
  const size = whole.text.length / 1024 / 1024;
  checks.ok(`a calendar of ${size.toFixed(1)} MiB is there`, whole.status === 200 && size > 13, whole.status);
  const auth = Buffer.from(`${account.user}:${account.password}`).toString("base64");
  const sync = `<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/><C:calendar-data/></D:prop></D:sync-collection>`;
  const kinds = {
    "a file": "GET /CalendarData/~sue/Calendar.ics HTTP/1.1\r\n",
    "a listing": `REPORT /CalDAV/~sue/Calendar/ HTTP/1.1\r\nDepth: 0\r\nContent-Type: application/xml\r\nContent-Length: ${sync.length}\r\n`,
  };
  for (const [what, start] of Object.entries(kinds)) {
    const before = memory(server);
    const readers = [];
    for (let i = 0; i < READERS; i++) {
      const text = `${start}Host: a\r\nAuthorization: Basic ${auth}\r\n\r\n${start.startsWith("REPORT") ? sync : ""}`;
      const reader = opened(server, text);
      reader.socket.pause();
      readers.push(reader);
      await pause(20);
    }
    await pause(3_000);
    const held = memory(server) - before;
    const begun = performance.now();
    const other = await http("PROPFIND", `${server.base}/CalDAV/~sue/`, { ...account, headers: { Depth: "0" } });
    const took = Math.round(performance.now() - begun);
    checks.ok(
      `${READERS} who ask for ${what} of ${size.toFixed(0)} MiB and read nothing hold ${held} MiB together`,
      held < READERS * EACH,
    );
    checks.ok(`others are answered meanwhile (${took} ms)`, other.status === 207, other.status);
    await pause(20_000);
    for (const { socket } of readers) socket.resume();
    const gone = await until(() => readers.every(({ closed }) => closed), 20_000);
    const cut = readers.filter(({ answer }) => answer.length < whole.text.length).length;
    checks.ok(
      "they are given up within 20 s, allowed were 8, without the rest",
      gone && cut === READERS,
      `${cut} of ${READERS}`,
    );
  }
}

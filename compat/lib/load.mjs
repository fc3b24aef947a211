// Two hundred requests a second of a calendar program's kinds, over connections that are kept, nothing repeated. What was
// acknowledged is remembered, and can be looked for afterwards.
import { Agent, request as openPlain } from "node:http";
import { Agent as TlsAgent, request as openTls } from "node:https";
import { http, ICS, trusted, XML } from "./http.mjs";
import { at, event } from "./ics.mjs";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const NAMES = 60;

/** `bases`: the servers, taken in turn. */
export function createLoad(bases, account, { perSecond = 200, connections = 16 } = {}) {
  const authorization = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString("base64")}`;
  const isTls = bases[0].startsWith("https:");
  const open = isTls ? openTls : openPlain;
  const agent = new (isTls ? TlsAgent : Agent)({ keepAlive: true, maxSockets: connections, ca: trusted.ca });
  const home = `/CalDAV/~${account.user}/Calendar/`;
  // What is written once lies apart, so that listings stay as long as they are.
  const apart = `/CalDAV/~${account.user}/Once/`;
  const written = new Map();
  const busy = new Set();
  let serial = 0;
  let fresh = 0;
  let inFlight = 0;
  let most = 0;

  const props = (...names) =>
    `<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>${names.map((name) => `<${name}/>`).join("")}</D:prop></D:propfind>`;
  const listing = props("D:getetag", "D:sync-token", "D:displayname");
  const sync =
    '<D:sync-collection xmlns:D="DAV:"><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>';
  const range = `<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="${at(0, 0)}Z" end="${at(3, 0)}Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
  const multiget = `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>${[1, 2, 3, 4].map((n) => `<D:href>${home}load-${n}.ics</D:href>`).join("")}</C:calendar-multiget>`;
  /** The names that are written, read and removed again and again, each kind in an order of its own. */
  const nameOf = (i, stride = 1) => `load-${(Math.floor(i / 10) * stride) % NAMES}.ics`;
  const textOf = (name, number) =>
    event(`${name}@load`, `DTSTART:${at(1)}`, "DURATION:PT1H", `SUMMARY:Number ${number}`);
  const once = (name) => ({ method: "PUT", path: apart + name, headers: ICS, writes: name, good: [201, 204] });
  const kinds = [
    () => ({ method: "PROPFIND", path: home, headers: { ...XML, Depth: "0" }, body: listing, good: [207] }),
    () => ({ method: "PROPFIND", path: home, headers: { ...XML, Depth: "1" }, body: listing, good: [207] }),
    // A name of its own, which nobody writes again: what is lost stays lost.
    () => once(`once-${++fresh}.ics`),
    (i) => ({ method: "GET", path: home + nameOf(i), headers: {}, good: [200, 404] }),
    () => ({ method: "OPTIONS", path: home, headers: {}, good: [200] }),
    () => ({ method: "REPORT", path: home, headers: { ...XML, Depth: "0" }, body: sync, good: [207] }),
    (i) => ({ method: "PUT", path: home + nameOf(i, 7), headers: ICS, writes: nameOf(i, 7), good: [201, 204] }),
    () => ({ method: "REPORT", path: home, headers: { ...XML, Depth: "1" }, body: range, good: [207] }),
    () => ({ method: "REPORT", path: home, headers: XML, body: multiget, good: [207] }),
    (i) => ({ method: "DELETE", path: home + nameOf(i, 11), headers: {}, writes: nameOf(i, 11), good: [204, 404] }),
  ];

  /** Each name is written by one request at a time, so that it is known which one was last. */
  function claim(kind) {
    if (!kind.writes) return kind;
    if (busy.has(kind.writes)) return { method: "GET", path: kind.path, headers: {}, good: [200, 404] };
    busy.add(kind.writes);
    const number = kind.method === "PUT" ? ++serial : null;
    const state = written.get(kind.writes) ?? { acknowledged: null, open: new Set() };
    written.set(kind.writes, state);
    state.open.add(number);
    return { ...kind, number, ...(number === null ? {} : { body: textOf(kind.writes, number) }) };
  }

  function settle({ writes, number, good }, status) {
    if (!writes) return;
    busy.delete(writes);
    const state = written.get(writes);
    // Refused for sure: nothing was written. Anything else that is no success leaves it open.
    if (good.includes(status)) Object.assign(state, { acknowledged: number, open: new Set() });
    else if (status !== undefined && status < 500) state.open.delete(number);
  }

  function ask(i) {
    const kind = claim(kinds[i % kinds.length](i));
    const begun = performance.now();
    // Requests wait for one of the connections; that time is not the server's.
    let sent = begun;
    most = Math.max(most, ++inFlight);
    return new Promise((resolve) => {
      const url = new URL(kind.path, bases[i % bases.length]);
      const done = (status, fault, headers = {}) => {
        inFlight--;
        settle(kind, fault ? undefined : status);
        const good = !fault && kind.good.includes(status);
        resolve({
          method: kind.method,
          status,
          fault,
          good,
          begun,
          sent,
          took: performance.now() - sent,
          wait: headers["retry-after"],
        });
      };
      const headers = { ...kind.headers, Authorization: authorization };
      const request = open(url, { method: kind.method, agent, headers }, (answer) => {
        answer.on("error", (error) => done(answer.statusCode, error.code));
        answer.on("end", () => done(answer.statusCode, undefined, answer.headers));
        answer.resume();
      });
      request.on("socket", () => (sent = performance.now()));
      request.on("error", (error) => done(undefined, error.code ?? error.message));
      request.end(kind.body);
    });
  }

  return {
    get inFlight() {
      return inFlight;
    },
    async warm() {
      await http("MKCALENDAR", bases[0] + apart, account);
      for (let i = 0; i < NAMES; i++) await ask(6 + 10 * i);
    },
    /** Goes on for as long as `work` takes, and a moment before and after; gives every answer, in the order of asking. */
    async during(work) {
      let on = true;
      most = 0;
      const all = [];
      const start = performance.now();
      const timer = (async () => {
        while (on) {
          const due = ((performance.now() - start) * perSecond) / 1000;
          while (all.length < due) all.push(ask(all.length));
          await pause(2);
        }
      })();
      await pause(500);
      await work();
      await pause(500);
      on = false;
      await timer;
      const seconds = (performance.now() - start) / 1000;
      const answers = await Promise.all(all);
      return { answers, failed: answers.filter(({ good }) => !good), most, rate: Math.round(answers.length / seconds) };
    },
    /** The names whose content is neither what was acknowledged last nor what was open since. */
    async lost() {
      const found = [];
      for (const [name, { acknowledged, open: pending }] of written) {
        const { status, text } = await http("GET", bases[0] + (name.startsWith("once") ? apart : home) + name, account);
        const number = status === 404 ? null : Number(/SUMMARY:Number (\d+)/.exec(text)?.[1] ?? Number.NaN);
        if (number !== acknowledged && !pending.has(number)) found.push(`${name}: ${number}, not ${acknowledged}`);
      }
      return found;
    },
    get writes() {
      return serial;
    },
    close: () => agent.destroy(),
  };
}

export const percentile = (answers, share) => {
  const times = answers.map(({ took }) => took).sort((a, b) => a - b);
  return Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
};

export const told = (answers) => {
  const counts = {};
  for (const { method, status, fault } of answers) {
    const key = `${method} ${fault ?? status}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return JSON.stringify(counts);
};

/** Whether an answer is a good one, or tells the client to come again. */
export const isPatient = ({ good, status, wait }) => good || (status === 503 && Number(wait) > 0);

// Fills calendars before anything is measured, in the quickest way a server has; filled ones are used again.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileOf } from "../data/event.mjs";
import { uidsIn } from "../wire/calendar-text.mjs";
import { connect } from "../wire/connection.mjs";
import { readMultistatus } from "../wire/multistatus.mjs";
import { ICS, multiget } from "../wire/requests.mjs";
import { listing, makeEmpty, remove, store } from "./collections.mjs";

const AT_ONCE = 4;
/** Events in one file; what is more comes one by one. */
const IN_FILE = 25_000;
const ASKED = 500;

/** A whole file to the address that stands for a calendar. */
export async function putFile(server, connection, calendar, text) {
  if (!server.wholeFile.creates) await makeEmpty(connection, calendar);
  const path = server.wholeFile.address(calendar);
  const answer = await connection.send({ method: "PUT", path, headers: ICS, body: text });
  return answer;
}

async function byFile(server, connection, calendar, events) {
  const answer = await putFile(server, connection, calendar, fileOf(events));
  if (answer.status >= 300) throw new Error(`PUT of ${events.length} events: status ${answer.status}`);
}

async function fromFolder(server, connection, calendar, events) {
  await makeEmpty(connection, calendar);
  const folder = mkdtempSync(join(tmpdir(), "kalends-load-"));
  try {
    for (const { uid, text } of events) writeFileSync(join(folder, `${uid}.ics`), text);
    server.fillFrom(folder, calendar);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function oneByOne(server, account, calendar, events, progress) {
  const waiting = [...events];
  const connections = Array.from({ length: AT_ONCE }, () => connect(server.base, account));
  const work = async (connection) => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      await store(connection, `${calendar}${next.uid}.ics`, next.text);
      progress?.(events.length - waiting.length, events.length);
    }
  };
  try {
    await Promise.all(connections.map(work));
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Makes a calendar hold exactly these events, unless it has as many already. */
export async function fill({ server, connection, account, calendar, events, progress }) {
  const there = await listing(connection, calendar);
  if (there?.size === events.length) return false;
  if (there !== null) await remove(connection, calendar);
  if (server.fillFrom && events.length > 1000) await fromFolder(server, connection, calendar, events);
  else if (server.wholeFile?.creates) {
    await byFile(server, connection, calendar, events.slice(0, IN_FILE));
    await oneByOne(server, account, calendar, events.slice(IN_FILE), progress);
  } else {
    await makeEmpty(connection, calendar);
    await oneByOne(server, account, calendar, events, progress);
  }
  return true;
}

/** Path of each event, in their order, whatever names the server gave them. */
export async function hrefsOf(connection, calendar, events) {
  const hrefs = new Map();
  const unknown = [];
  const names = new Map(events.map(({ uid }) => [`${calendar}${uid}.ics`, uid]));
  for (const href of (await listing(connection, calendar)).keys()) {
    if (names.has(href)) hrefs.set(names.get(href), href);
    else unknown.push(href);
  }
  for (let at = 0; at < unknown.length; at += ASKED) {
    const answer = await connection.send({ ...multiget(unknown.slice(at, at + ASKED)), path: calendar });
    for (const { href, props } of readMultistatus(answer.body).responses) {
      hrefs.set(uidsIn(props["calendar-data"] ?? "")[0], href);
    }
  }
  const lost = events.filter(({ uid }) => !hrefs.has(uid)).length;
  if (lost > 0) throw new Error(`${lost} of ${events.length} events are not there after filling ${calendar}`);
  return events.map(({ uid }) => hrefs.get(uid));
}

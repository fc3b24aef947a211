// Looking at collections and changing them, outside of what is measured.
import { readMultistatus } from "../wire/multistatus.mjs";
import { listEtags, makeCalendar, pollState, putEvent, syncSince } from "../wire/requests.mjs";
import { NotOffered } from "./verdicts.mjs";

const GONE = 404;

const short = ({ status, body }) => `status ${status} ${body.toString("utf8").slice(0, 200)}`;

/** ETags of the members by path; null when there is no such collection. */
export async function listing(connection, path) {
  const answer = await connection.send({ ...listEtags, path });
  if (answer.status === GONE) return null;
  if (answer.status !== 207) throw new Error(`PROPFIND ${path}: ${short(answer)}`);
  const { responses } = readMultistatus(answer.body);
  if (responses.length === 1 && responses[0].status === GONE) return null;
  const members = responses.filter(({ href }) => href !== path && !href.endsWith("/") && `${href}/` !== path);
  return new Map(members.map(({ href, props }) => [href, props.getetag]));
}

export async function tokenOf(connection, path) {
  const polled = await connection.send({ ...pollState, path });
  const told = polled.status === 207 ? readMultistatus(polled.body).responses[0]?.props["sync-token"]?.trim() : "";
  if (told) return told;
  const all = await connection.send({ ...syncSince(""), path });
  if (all.status !== 207) throw new NotOffered(`sync-collection: status ${all.status}`);
  return readMultistatus(all.body).token;
}

/** Stores an event; repeats what failed inside the server, which some do when two requests meet. */
export async function store(connection, path, text) {
  let answer;
  for (let tries = 0; tries < 3; tries++) {
    answer = await connection.send(putEvent(path, text));
    if (answer.status < 500) break;
  }
  if (answer.status >= 300) throw new Error(`PUT ${path}: ${short(answer)}`);
}

export async function remove(connection, path) {
  const answer = await connection.send({ method: "DELETE", path });
  if (answer.status >= 300 && answer.status !== GONE) throw new Error(`DELETE ${path}: ${short(answer)}`);
}

export async function makeEmpty(connection, path) {
  const answer = await connection.send({ ...makeCalendar("bench"), path });
  if (answer.status !== 201) throw new Error(`MKCALENDAR ${path}: ${short(answer)}`);
}

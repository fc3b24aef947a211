import { setImmediate } from "node:timers/promises";
import { addressBlock } from "@kalends/accounts";
import { createLinks, type Exchange, type Requester } from "@kalends/dav-core";
import { readXmlInSteps, rememberingReader, XML_LIMITS, type XmlElement } from "@kalends/dav-xml";
import type { Database } from "@kalends/store";
import type { IncomingMessage } from "node:http";
import type { House } from "../compose.js";
import { readBody, streamBody } from "./body.js";
import type { Call, CallState } from "./call.js";
import type { Deadline } from "./deadline.js";
import type { HostDomain } from "./hosts.js";
import type { Origin } from "./origin.js";

/** Wraps a Node request as an Exchange; nothing of the HTTP library goes further down. `db` counts its statements. */
export function openExchange(
  { request, path, state }: Pick<Call, "request" | "path" | "state">,
  about: {
    readonly house: House;
    readonly origin: Origin;
    readonly domain: HostDomain;
    readonly by: Requester | null;
    readonly deadline: Deadline;
    readonly db: Database;
  },
): Exchange {
  const { house, origin, domain, by, deadline, db } = about;
  let query: URLSearchParams | undefined;
  let parsed: Promise<XmlElement | null> | undefined;
  let read: Promise<Uint8Array> | undefined;
  return {
    services: { ...house.services, db },
    by,
    verb: request.method ?? "GET",
    path,
    get query() {
      query ??= new URLSearchParams(request.url?.slice(path.length + 1));
      return query;
    },
    headers: headersOf(request),
    domain,
    origin: origin.base,
    aliases: origin.aliases,
    mount: origin.mount,
    links: createLinks(domain.name),
    get client() {
      return addressBlock(origin.address);
    },
    get signal() {
      return deadline.signal;
    },
    // A request that is judged anew asks again, by the same limit.
    bytes: (limit) => (read ??= unhurried(readBody(request, limit), deadline)),
    body: () => streamBody(request, deadline),
    xml(limit = house.services.limits.xmlSize) {
      parsed ??= unhurried(readBody(request, limit, 400), deadline).then((body) => readElement(body, limit));
      if (request.method === "REPORT") noteReport(parsed, state);
      return parsed;
    },
  };
}

function noteReport(parsed: Promise<XmlElement | null>, state: CallState): void {
  parsed.then(
    (root) => {
      if (root) state.report = root.name;
    },
    () => undefined,
  );
}

/** The deadline is for our work: it stands still while the client sends. */
async function unhurried<T>(body: Promise<T>, deadline: Deadline): Promise<T> {
  deadline.pause();
  const read = await body;
  deadline.resume();
  return read;
}

function headersOf(request: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  const sent = request.headers;
  for (const name in sent) {
    const value = sent[name];
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return headers;
}

/** From this many octets on others get their turn while XML is read, and before something is done with it. */
const LARGE_XML = 64 * 1024;

const readSmall = rememberingReader();

/** Faults of the XML are told by the pipeline, which knows their statuses. */
async function readElement(body: Uint8Array, size: number): Promise<XmlElement | null> {
  if (body.length === 0) return null;
  const limits = { ...XML_LIMITS, size };
  if (body.length < LARGE_XML) return readSmall(body, limits);
  const steps = readXmlInSteps(body, limits);
  for (;;) {
    const { done, value } = steps.next();
    await setImmediate();
    if (done) return value;
  }
}

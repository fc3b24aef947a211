import type { IncomingMessage } from "node:http";
import { setImmediate } from "node:timers/promises";
import { addressBlock } from "@kalends/accounts";
import { createLinks, type Exchange, type Requester } from "@kalends/dav-core";
import { readXml, readXmlInSteps, XML_LIMITS, type XmlElement } from "@kalends/dav-xml";
import type { House } from "../compose.js";
import { readBody, streamBody } from "./body.js";
import type { Deadline } from "./deadline.js";
import type { HostDomain } from "./hosts.js";
import type { Origin } from "./origin.js";

/** Wraps a Node request as an Exchange; nothing of the HTTP library goes further down. */
export function openExchange(
  request: IncomingMessage,
  about: {
    readonly house: House;
    readonly origin: Origin;
    readonly domain: HostDomain;
    readonly by: Requester | null;
    readonly deadline: Deadline;
  },
): Exchange {
  const { house, origin, domain, by, deadline } = about;
  const url = request.url ?? "/";
  const cut = url.indexOf("?");
  const bytes = (limit: number) => readBody(request, limit);
  let parsed: Promise<XmlElement | null> | undefined;
  return {
    services: house.services,
    by,
    verb: request.method ?? "GET",
    path: cut < 0 ? url : url.slice(0, cut),
    query: new URLSearchParams(cut < 0 ? "" : url.slice(cut + 1)),
    headers: headersOf(request),
    domain,
    origin: origin.base,
    links: createLinks(domain.name),
    client: addressBlock(origin.address),
    signal: deadline.signal,
    bytes,
    body: () => streamBody(request, deadline),
    xml(limit = house.services.limits.xmlSize) {
      parsed ??= readBody(request, limit, 400).then((body) => readElement(body, limit));
      return parsed;
    },
  };
}

function headersOf(request: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return headers;
}

/** From this many octets on others get their turn while XML is read, and before something is done with it. */
const LARGE_XML = 64 * 1024;

/** Faults of the XML are told by the pipeline, which knows their statuses. */
async function readElement(body: Uint8Array, size: number): Promise<XmlElement | null> {
  if (body.length === 0) return null;
  const limits = { ...XML_LIMITS, size };
  if (body.length < LARGE_XML) return readXml(body, limits);
  const steps = readXmlInSteps(body, limits);
  for (;;) {
    const { done, value } = steps.next();
    await setImmediate();
    if (done) return value;
  }
}

import { createLinks, everybody, type Exchange, refuseStatus } from "@kalends/dav-core";
import type { DomainId } from "@kalends/store";
import type { House } from "./compose.js";

/** An exchange for work that no client asked for: no body, no end of patience; what is not said is a GET by nobody. */
export function quietExchange(
  { services, config }: Pick<House, "services" | "config">,
  request: Pick<Exchange, "path"> & Partial<Pick<Exchange, "by" | "verb" | "query" | "headers" | "domain" | "bytes">>,
): Exchange {
  return {
    services,
    by: null,
    verb: "GET",
    query: new URLSearchParams(),
    headers: new Map(),
    domain: { id: 0 as DomainId, name: config.domain },
    origin: config.publicUrl?.replace(/\/+$/, "") ?? "http://localhost",
    links: createLinks(request.domain?.name ?? config.domain),
    signal: new AbortController().signal,
    xml: async () => null,
    bytes: async () => refuseStatus(400, "an administrative action has no body"),
    body: () => refuseStatus(400, "an administrative action has no body"),
    ...request,
  };
}

/** The same for work of the server's administrator, from whom nothing is hidden. */
export const administratorExchange = (
  { services, config }: Pick<House, "services" | "config">,
  path: string,
): Exchange => quietExchange({ services: { ...services, entitled: everybody }, config }, { path });

import { principalNamed } from "@kalends/accounts";
import { mailboxCandidates, parseMailboxName } from "@kalends/acl";
import {
  type CollectionResource,
  createLinks,
  type Exchange,
  everybody,
  ownMailbox,
  refuseStatus,
} from "@kalends/dav-core";
import { type DomainId, homeSlugs } from "@kalends/store";
import type { House } from "../compose.js";
import { AdminError } from "./command.js";

/** Finds `~ann/Team` as its owner has it. Throws `AdminError` or `DirectoryError` saying what is wrong with the name. */
export async function mailboxNamed(house: House, text: string): Promise<CollectionResource> {
  const parsed = parseMailboxName(text);
  if (!parsed.ok) throw new AdminError(`"${text}" does not name a mailbox: ${parsed.reason}`);
  const { account, path } = parsed.name;
  if (account === null || path.length === 0) {
    throw new AdminError(`"${text}" does not name a mailbox: write it with its account, like ~ann/Calendar`);
  }
  const { db } = house.services;
  const name = account.domain === null ? account.login : `${account.login}@${account.domain}`;
  const owner = await principalNamed(db, name, house.config.domain);
  const slugs = mailboxCandidates(path).map((segments) => segments.join("/"));
  const found = await ownMailbox(owner.id, slugs, db);
  if (found) return found;
  const there = await db.rows<{ slug: string }>(homeSlugs(owner.id));
  const names = there.map(({ slug }) => slug).join(", ");
  throw new AdminError(`${name} has no mailbox "${path.join("/")}"; there are: ${names || "none"}`);
}

/** An exchange for work that no client asked for: no headers, no body, no end of patience, and nothing is hidden. */
export function adminExchange({ services, config }: House, { href }: CollectionResource): Exchange {
  return {
    services: { ...services, entitled: everybody },
    by: null,
    verb: "GET",
    path: href,
    query: new URLSearchParams(),
    headers: new Map(),
    domain: { id: 0 as DomainId, name: config.domain },
    origin: config.publicUrl ?? "http://localhost",
    links: createLinks(config.domain),
    signal: new AbortController().signal,
    xml: async () => null,
    bytes: async () => refuseStatus(400, "an administrative action has no body"),
  };
}

import { principalNamed } from "@kalends/accounts";
import { mailboxCandidates, parseMailboxName } from "@kalends/acl";
import { type CollectionResource, ownMailbox } from "@kalends/dav-core";
import { homeSlugs, type PrincipalRow, principalByLogin } from "@kalends/store";
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

/** The collection whose entries `rights` shows and sets: a mailbox, or with `~ann` alone the home around hers. */
export async function ruledNamed(
  house: House,
  text: string,
): Promise<Pick<CollectionResource["collection"], "id" | "owner">> {
  const parsed = parseMailboxName(text);
  const account = parsed.ok && parsed.name.path.length === 0 ? parsed.name.account : null;
  if (!account) return (await mailboxNamed(house, text)).collection;
  const { db } = house.services;
  const name = account.domain === null ? account.login : `${account.login}@${account.domain}`;
  const owner = await principalNamed(db, name, house.config.domain);
  const row = await db.one<PrincipalRow>(principalByLogin(owner.login, owner.domain));
  if (!row?.home) throw new AdminError(`${name} has no mailboxes`);
  return { id: row.home, owner };
}

import { type AccessLimit, ALL_RIGHTS, NO_RIGHTS, READING } from "@kalends/acl";
import type { CollectionId, CredentialScope } from "@kalends/store";
import { invalid } from "./names.js";
import { checkedNetwork } from "./networks.js";

const LONGEST_LIST = 50;

/** Checks how far a new app password may reach. Throws `DirectoryError`. */
export function checkedScope({ access, collections, networks }: CredentialScope): CredentialScope {
  if ((collections?.length ?? 0) > LONGEST_LIST || (networks?.length ?? 0) > LONGEST_LIST) {
    throw invalid(`An app password names at most ${LONGEST_LIST} calendars and ${LONGEST_LIST} networks.`);
  }
  if (access === "free-busy" && collections) {
    throw invalid("A password for free/busy files reaches no calendar: leave the calendars out.");
  }
  return {
    ...(access === undefined ? {} : { access }),
    ...(collections === undefined ? {} : { collections: [...new Set(collections)] }),
    ...(networks === undefined ? {} : { networks: [...new Set(networks.map(checkedNetwork))] }),
  };
}

/** What a credential of this scope leaves of its holder's rights; null = all. Networks are looked at when it is used. */
export function limitOf({ access, collections }: CredentialScope, home: CollectionId | null): AccessLimit | null {
  if (access === undefined && collections === undefined) return null;
  const freeBusyUpload = access === "free-busy";
  const rights = { read: READING, "free-busy": NO_RIGHTS, all: ALL_RIGHTS }[access ?? "all"];
  return Object.freeze({ rights, collections: collections ?? null, home, freeBusyUpload });
}

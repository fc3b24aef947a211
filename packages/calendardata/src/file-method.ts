import type { Authorized, Right } from "@kalends/acl";
import type { CollectionResource, Exchange, Registry, Reply } from "@kalends/dav-core";
import type { Realm } from "./realms.js";

/** What one verb does with a whole file, and the rights it takes on the mailbox, as data (CommuniGate Pro, mailbox rights). */
export interface FileMethod {
  readonly needs: (realm: Realm, query: URLSearchParams) => readonly Right[];
  readonly handle: (
    at: Authorized<CollectionResource>,
    realm: Realm,
    cx: Exchange,
    registry: Registry,
  ) => Promise<Reply>;
}

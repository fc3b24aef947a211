import type { Authorized, Right } from "@kalends/acl";
import {
  type CollectionResource,
  type Exchange,
  type Registry,
  type Reply,
  refuseStatus,
  type Target,
} from "@kalends/dav-core";
import type { Realm } from "./realms.js";

/** What one verb does with a whole file, and the rights it takes on the mailbox, as data (CommuniGate Pro, mailbox rights). */
export interface FileMethod {
  readonly needs: (realm: Realm, query: URLSearchParams) => readonly Right[];
  /** Only looks: whoever follows a publication may do it. */
  readonly reads?: true;
  /** Makes the mailbox where there is none. */
  readonly makes?: true;
  readonly handle: (at: Authorized<Target>, realm: Realm, cx: Exchange, registry: Registry) => Promise<Reply>;
}

/** The mailbox behind a file that is there. */
export function calendarIn(target: Target): CollectionResource {
  if (target.mapped && target.resource.rows === "collection") return target.resource;
  return refuseStatus(404, "There is no such calendar.");
}

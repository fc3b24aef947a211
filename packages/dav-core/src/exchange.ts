import type { AccessLimit } from "@kalends/acl";
import type { Clark, Octets, XmlElement, XmlOut } from "@kalends/dav-xml";
import type { Database, DomainId, PrincipalId } from "@kalends/store";
import type { Offload } from "./offload.js";
import type { Refusal } from "./refusal.js";
import type { CollectionRow, Kind, PrincipalName, Resource } from "./resource.js";

/** Who asks. `epoch` is the credential epoch of the sign-in: a newer one in the store makes the sign-in void. */
export interface Requester extends PrincipalName {
  readonly id: PrincipalId;
  readonly domainId: DomainId;
  readonly epoch: number;
  readonly isAdmin: boolean;
  /** What the credential leaves of the account's rights; null = all of them. */
  readonly limit: AccessLimit | null;
  /** Which of the account's credentials was used: the same text for the same one. Nothing secret. */
  readonly credential?: string;
}

/** Every limit a client can meet; all are settings. Sizes in octets, times in milliseconds. */
export interface Limits {
  readonly objectSize: number;
  readonly wholeFileSize: number;
  /** Of a whole file that somebody uploads without signing in. */
  readonly anonymousFileSize: number;
  /** Items that an empty whole file removes without being asked twice; 0 = any number. */
  readonly emptiedAtOnce: number;
  readonly xmlSize: number;
  readonly reportXmlSize: number;
  readonly multigetHrefs: number;
  /** Resources, and octets, of one bulk change. */
  readonly bulkResources: number;
  readonly bulkSize: number;
  readonly objectsPerCalendar: number;
  readonly calendarsPerHome: number;
  readonly attendeesPerObject: number;
  readonly instancesPerObject: number;
  readonly instancesPerRequest: number;
  readonly freeBusyDays: number;
  readonly deadPropertySize: number;
  /** Octets of one file, and of all files of an account. */
  readonly fileSize: number;
  readonly filesQuota: number;
  /** Files and folders of an account, and in one PROPFIND of infinite depth. */
  readonly filesPerAccount: number;
  readonly filesPerListing: number;
  readonly aclEntries: number;
  readonly syncPage: number;
  readonly requestDeadline: number;
}

/** hrefs as this request should see them: absolute paths, percent-encoded, collections with a final slash. */
export interface Links {
  readonly root: string;
  principals(kind?: PrincipalName["kind"]): string;
  principal(who: PrincipalName): string;
  home(who: PrincipalName): string;
  /** Somebody's file area. */
  files(who: PrincipalName): string;
  /** A mailbox in somebody's home, by its slug. */
  mailbox(who: PrincipalName, slug: string): string;
}

/** Gives the text of a member as those see it who may not see all of it; null = they see nothing. */
export type Reduce = (text: string) => string | null;

/** Decides who sees all of what a collection holds, also what is marked as private. */
export type Entitlement = (collection: Pick<CollectionRow, "owner" | "rights">, by: Requester | null) => boolean;

/** What exists, by name: for properties and headers that list it. */
export interface Catalogue {
  /** Tokens of the `DAV` header, in order. */
  readonly features: readonly string[];
  methods(kind: Kind): readonly string[];
  reports(kind: Kind): readonly Clark[];
  properties(kind: Kind): readonly Clark[];
  resourceTypes(resource: Resource): readonly Clark[];
  /** What GET would send, where the resource has a body (from the `contentType` of its kind). */
  contentType(resource: Resource): string | undefined;
  /** How members of this kind of collection are shown to those who may not see all of them; none = there is nothing to hide. */
  reduce?(collection: Kind): Reduce | undefined;
}

/** What the whole server shares; frozen at start. */
export interface Services {
  readonly db: Database;
  readonly catalogue: Catalogue;
  readonly limits: Limits;
  readonly offload: Offload;
  readonly clock: () => number;
  readonly newName: () => string;
  /** Who sees what is private; absent = the owner, and who administers the mailbox. */
  readonly entitled?: Entitlement;
  /** Tells the administrator, in the log, what nobody else would hear of; absent = nobody listens. */
  readonly warn?: (what: string, about: Readonly<Record<string, unknown>>) => void;
  /** Uploads that replace a published calendar are merged with what others changed since; absent = they are. */
  readonly mergesUploads?: boolean;
  /** A line in the server's log, for what its keeper may want to know of: never contents. */
  readonly remark?: (text: string, about: Readonly<Record<string, unknown>>) => void;
}

/** One request, without any HTTP library. Header names are lower case. */
export interface Exchange {
  readonly services: Services;
  readonly by: Requester | null;
  readonly verb: string;
  /** Raw path: percent-encoded, without query and without the proxy's prefix. */
  readonly path: string;
  /** The proxy's prefix, for example `/dav`, which stands before every path that the client sees; absent = none. */
  readonly mount?: string;
  readonly query: URLSearchParams;
  readonly headers: ReadonlyMap<string, string>;
  /** The domain chosen by `Host`, where names without domain belong. */
  readonly domain: { readonly id: DomainId; readonly name: string };
  /** Scheme, authority and the proxy's prefix as the client knows them, for `Destination` and absolute hrefs. */
  readonly origin: string;
  /** Under what else a request may name this server, in the same form. */
  readonly aliases?: readonly string[];
  readonly links: Links;
  /** The network block the request comes from, where that is known. */
  readonly client?: string;
  readonly signal: AbortSignal;
  /** The body as one XML element, null when empty; parsed once. Refuses with 400 what is not well-formed. */
  xml(limit?: number): Promise<XmlElement | null>;
  /** The whole body; refuses with 413 beyond `limit` octets. */
  bytes(limit: number): Promise<Uint8Array>;
  /** The body as it arrives, at the reader's pace; instead of the two above. */
  body(): AsyncIterable<Uint8Array>;
}

export interface PropStat {
  readonly status: number;
  readonly refusal?: Refusal;
  /** `write` fills the element; `markup` is the whole stored element, taken instead. Neither = an empty element. */
  readonly props: readonly { readonly name: Clark; readonly write?: (out: XmlOut) => void; readonly markup?: string }[];
}

/** One `DAV:response`: with propstats, or with a status of its own. */
export interface Item {
  readonly href: string;
  readonly propstats?: readonly PropStat[];
  readonly status?: number;
  readonly refusal?: Refusal;
}

/** A response as it is to be told, or written already: what stands below the root of a body, whole. */
export type Answer = Item | Octets;

export type Reply = { readonly status: number; readonly headers?: Readonly<Record<string, string>> } & (
  | {
      readonly kind: "multistatus";
      /** In batches, so that long listings give way to other requests in between. */
      readonly items: AsyncIterable<readonly Answer[]>;
      /** Last children of `DAV:multistatus`, for example `DAV:sync-token`. */
      readonly tail?: (out: XmlOut) => void;
    }
  | { readonly kind: "xml"; readonly root: Clark; readonly build: (out: XmlOut) => void }
  | {
      readonly kind: "body";
      readonly body: Uint8Array | string | AsyncIterable<Uint8Array | string>;
      readonly type: string;
    }
  | { readonly kind: "empty" }
);

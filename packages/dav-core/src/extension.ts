import type { Authorized, Right } from "@kalends/acl";
import type { Clark, XmlElement } from "@kalends/dav-xml";
import type { CollectionId } from "@kalends/store";
import type { Catalogue, Exchange, Reduce, Reply, Services } from "./exchange.js";
import type { AnyProperty } from "./property.js";
import type { Kind, Place, Resource, Rows, Target } from "./resource.js";

/** A right on the target itself or on the collection that holds it. */
export interface Need {
  readonly right: Right;
  readonly on: "self" | "parent";
}

export interface KindDef {
  readonly kind: Kind;
  readonly rows: Rows;
  readonly spec: string;
  /** `DAV:resourcetype`. */
  readonly types: readonly Clark[];
  /** Kind of the members, when it has any. */
  readonly members?: Kind;
  /** What MKCOL and MKCALENDAR may create in a home: the resource type asked for, besides `DAV:collection`. */
  readonly creatable?: { readonly type: Clark | null };
  /** `DAV:getcontenttype` and conditional PUT/DELETE apply: it has a body of its own. */
  readonly hasBody?: boolean;
  /** Media type of the body, from `name` and `component` of the row; without it there is no `DAV:getcontenttype`. */
  readonly contentType?: (resource: Resource) => string;
  /** What of a member is shown to those who may not see what is private; without it all see all. */
  readonly reduce?: Reduce;
}

/**
 * What a write touches, as locks see it: the state of the target itself; everything inside it; its entry in the
 * collection around it (RFC 4918 7, 7.4).
 */
export type WrittenPart = "self" | "members" | "parent";

export interface MethodDef {
  readonly verb: string;
  readonly on: readonly Place[] | "unmapped";
  /** For "unmapped": the kinds of collection it would be made in; absent = anywhere, even with no parent. */
  readonly inside?: readonly Place[];
  readonly spec: string;
  /** Rights needed, as data where possible; the pipeline checks them before `handle` runs. */
  readonly needs: (target: Target, cx: Exchange) => readonly Need[];
  /** A GET whose entity tag depends on the request, so that it evaluates the conditional headers of RFC 9110 13.1 itself. */
  readonly ownTags?: true;
  /** The body says which rights it takes: the method checks these, and the conditional headers after them. */
  readonly rightsInBody?: true;
  /** What it writes, as data: the pipeline checks the locks on it. Absent: the target itself, unless the verb only reads. */
  readonly writes?: (target: Target) => readonly WrittenPart[];
  /** Its statement finds out whether a `presumption` holds, and it throws `JudgedTooEarly` where it does not (decision 0054). */
  readonly confirms?: true;
  /** The method has a second place, from the `Destination` header; the pipeline finds it and checks the rights there. */
  readonly destination?: DestinationDef;
  /** `to` is the destination, where one is declared. */
  readonly handle: (
    at: Authorized<Target>,
    cx: Exchange,
    registry: Registry,
    to: Authorized<Target> | null,
  ) => Promise<Reply>;
}

/** What is at the destination is replaced, with all it holds: locks there are checked for that. */
export interface DestinationDef {
  /** Rights needed there (`on` speaks of the destination), as data where possible. */
  readonly needs: (to: Target, from: Target) => readonly Need[];
}

export interface ReportDef<Q> {
  readonly name: Clark;
  readonly spec: string;
  readonly on: readonly Place[];
  readonly needs: readonly Need[];
  /** XML to plain data; refuses what the standard refuses. */
  /** As with methods: `run` finds out whether a `presumption` holds. Others are never given one. */
  readonly confirms?: true;
  readonly decode: (root: XmlElement, cx: Exchange) => Q;
  readonly run: (query: Q, at: Authorized<Resource>, cx: Exchange, registry: Registry) => Promise<Reply>;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of differently typed declarations
export type AnyReport = ReportDef<any>;

/** What a POST means, by the root element of its body or by its media type. */
export interface PostDef {
  readonly root: Clark | "text/calendar";
  readonly on: readonly Place[];
  readonly spec: string;
  readonly needs: readonly Need[];
  readonly handle: (at: Authorized<Resource>, cx: Exchange, registry: Registry) => Promise<Reply>;
}

/** What somebody said about his time elsewhere than in his calendars, and the window it speaks of. UTC milliseconds. */
export interface BusyWord {
  readonly start: number;
  readonly end: number;
  /** In this window it counts instead of what the calendars hold. */
  readonly instead: boolean;
  readonly periods: readonly {
    readonly start: number;
    readonly end: number;
    readonly type: "BUSY" | "BUSY-TENTATIVE" | "BUSY-UNAVAILABLE";
  }[];
}

/** Gives what is said besides some calendars, wherever busy time is collected (RFC 4791 7.10). */
export type BusySource = (
  calendars: readonly CollectionId[],
  services: Pick<Services, "db" | "clock">,
) => Promise<readonly BusyWord[]>;

/** All declarations of all packages, assembled and frozen; the methods and reports find each other through it. */
export interface Registry extends Catalogue {
  kind(name: Kind): KindDef;
  method(verb: string, target: Target): MethodDef | undefined;
  /** Somebody offers this verb somewhere. */
  knowsVerb(verb: string): boolean;
  /** All verbs offered anywhere, in the order of the `Allow` header. */
  readonly verbs: readonly string[];
  /** Verbs where nothing is mapped, by the kind of the collection around it. */
  unmappedMethods(parent: Kind | null): readonly string[];
  report(name: Clark): AnyReport | undefined;
  post(root: Clark | "text/calendar", kind: Kind): PostDef | undefined;
  property(name: Clark, kind: Kind): AnyProperty | undefined;
  /** All properties of a kind, in order of declaration. */
  propertiesOf(kind: Kind): readonly AnyProperty[];
  /** Kind that MKCOL or MKCALENDAR makes for this resource type (null = plain collection). */
  creatable(type: Clark | null): KindDef | undefined;
  readonly mailboxRoots: readonly string[];
  /** Path prefixes of file areas. */
  readonly areaRoots: readonly string[];
  readonly reservedSlugs: ReadonlySet<string>;
  readonly busySources: readonly BusySource[];
}

/** Everything a package contributes; assembled once at start. */
export interface Extension {
  readonly name: string;
  /** Tokens of the `DAV` header. */
  readonly features?: readonly string[];
  readonly kinds?: readonly KindDef[];
  readonly properties?: readonly AnyProperty[];
  readonly reports?: readonly AnyReport[];
  readonly methods?: readonly MethodDef[];
  readonly posts?: readonly PostDef[];
  /** Further elements in `DAV:resourcetype` of a kind, decided by the row. */
  readonly types?: readonly {
    readonly add: Clark;
    readonly on: Kind;
    readonly when: (resource: Resource) => boolean;
  }[];
  /** Path prefixes under which homes are found, for example "/CalDAV/". */
  readonly mailboxRoots?: readonly string[];
  /** Path prefixes under which file areas are found, for example "/WebDAV/". */
  readonly areaRoots?: readonly string[];
  /** Slugs nobody may create in a home, for example "inbox". */
  readonly reservedSlugs?: readonly string[];
  /** Busy time besides that of the calendars. */
  readonly busySources?: readonly BusySource[];
}

export const defineExtension = (extension: Extension): Extension => Object.freeze(extension);

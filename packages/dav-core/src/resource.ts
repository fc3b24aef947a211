import type { RightsMask } from "@kalends/acl";
import type { Octets } from "@kalends/dav-xml";
import type { CollectionId, LockRow, Presumption, PrincipalId, Revision } from "@kalends/store";

/** Open set: packages add their own ("calendar", "schedule-inbox", …). */
export type Kind = "root" | "principals" | "principal" | "home" | (string & {});

/** Where a declaration applies: a kind by name, every kind ("*"), or every kind of one sort ("*collection", "*member", …). */
export type Place = Kind;

/** Sort of a kind: what stands behind its resources. Homes and plain collections are "collection". */
export type Rows = "virtual" | "principal" | "collection" | "member" | "file";

/** True when a declaration made for these places applies to a kind of this sort. */
export const appliesTo = (on: readonly Place[], kind: Kind, rows: Rows): boolean =>
  on.includes(kind) || on.includes("*") || on.includes(`*${rows}`);

export type PrincipalKind = "user" | "group" | "resource" | "location";

/** Who a principal is, enough to write its hrefs and addresses. */
export interface PrincipalName {
  readonly kind: PrincipalKind;
  readonly login: string;
  readonly domain: string;
}

export interface PrincipalRow extends PrincipalName {
  readonly id: PrincipalId;
  readonly uuid: string;
  readonly displayName: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** Slugs of the calendars with the main roles, in the principal's own home. */
  readonly defaultCalendar: string | null;
  readonly defaultTasks: string | null;
  readonly hasHome: boolean;
}

/** A lock in force; `name` is that of a member, or empty where the collection itself is locked. */
export type Lock = LockRow;

/** A collection as one person reaches it: the collection, the binding it was found through, and the rights held. */
export interface CollectionRow {
  readonly id: CollectionId;
  readonly uuid: string;
  readonly kind: Kind;
  readonly revision: Revision;
  readonly components: readonly string[];
  readonly displayName: string | null;
  readonly description: string | null;
  readonly timezone: string | null;
  /** Stored properties by Clark name, each as a self-contained XML element. */
  readonly props: Readonly<Record<string, string>>;
  readonly owner: PrincipalName & { readonly id: PrincipalId };
  /** Absent for a home, which is not bound anywhere. */
  readonly binding: {
    readonly home: CollectionId;
    readonly slug: string;
    readonly how: "own" | "share" | "delegate" | "subscription";
    readonly overlay: Readonly<Record<string, string>>;
  } | null;
  readonly rights: RightsMask;
  /** Grows with every lock given here; 0 = there never was one. */
  readonly lockEpoch?: number;
  /** The row is not from now: the write has to find that this holds. What it says of a member is its tag, "" = whatever it is. */
  readonly presumption?: Presumption;
  /** The locks that matter to the request, of the collection and of what is in it; absent where it only reads. */
  readonly locks?: readonly Lock[];
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** What is known of a member without its body. Columns beyond name and etag are there when the plan asked for them. */
export interface MemberRow {
  readonly name: string;
  readonly etag: string;
  readonly uid: string;
  readonly component: string;
  readonly size: number;
  readonly revision: Revision;
  readonly scheduleTag: string | null;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** The text, only where the request asked for bodies: as it is stored where a listing found it so. */
  readonly data?: string;
  readonly stored?: Octets;
  /** Seen in part: tag, size and text are those of what is shown. */
  readonly reduced?: true;
  /** Whoever asked for it by a condition need not look whether it is what was sought. */
  readonly sure?: true;
}

/** A file or folder of a file area. A folder has no body: its content is null. */
export interface FileRow {
  readonly isFolder: boolean;
  readonly content: number | null;
  readonly size: number;
  readonly type: string;
  readonly etag: string;
  readonly revision: Revision;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** A resource carries no behaviour: methods, properties and reports are chosen by its kind. */
export type Resource =
  | { readonly rows: "virtual"; readonly kind: Kind; readonly href: string }
  | { readonly rows: "principal"; readonly kind: Kind; readonly href: string; readonly principal: PrincipalRow }
  | { readonly rows: "collection"; readonly kind: Kind; readonly href: string; readonly collection: CollectionRow }
  | {
      readonly rows: "member";
      readonly kind: Kind;
      readonly href: string;
      readonly collection: CollectionRow;
      readonly name: string;
      readonly member: MemberRow;
    }
  | {
      readonly rows: "file";
      readonly kind: Kind;
      readonly href: string;
      /** The area it belongs to, and the href of that. */
      readonly collection: CollectionRow;
      readonly root: string;
      /** Names joined by slashes; empty for the area itself. */
      readonly path: string;
      readonly file: FileRow;
    };

/** What holds other resources by name: a collection, or a folder of a file area. */
export type Container = Extract<Resource, { rows: "collection" | "file" }>;

/** A mapped resource, or the place in an existing parent where one may be created. */
export type Target =
  | { readonly mapped: true; readonly resource: Resource }
  | {
      readonly mapped: false;
      readonly href: string;
      /** The collection that would hold it; null when there is none (409 for what creates, 404 for all else). */
      readonly parent: Container | null;
      readonly name: string;
    };

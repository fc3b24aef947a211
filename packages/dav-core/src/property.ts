import type { Right } from "@kalends/acl";
import type { Clark, Codec, XmlElement } from "@kalends/dav-xml";
import type { ReadTx, Sql, WriteTx } from "@kalends/store";
import type { Exchange } from "./exchange.js";
import type { Kind, MemberRow, Place, Resource } from "./resource.js";

/** Columns of a member that a listing reads only when a property needs them. */
export type MemberColumn = Exclude<keyof MemberRow, "name" | "stored" | "reduced" | "sure">;

/** Where a property's value comes from; undefined = 404 in the propstat. There is no per-row loader on purpose. */
export type PropertySource<V> =
  | {
      readonly from: "row";
      /** Member columns read; ignored for collections and principals, whose rows are always whole. */
      readonly columns?: readonly MemberColumn[];
      readonly value: (resource: Resource, cx: Exchange) => V | undefined;
      /** Of a member it is this column as the database prints it, between quotes or not. */
      readonly printed?: { readonly column: MemberColumn; readonly quote: '"' | "" };
    }
  | {
      /** The element stored in the collection's `props`, or in the overlay of the binding; `otherwise` when there is none. */
      readonly from: "stored";
      readonly otherwise?: (resource: Resource, cx: Exchange) => V | undefined;
    }
  | {
      /** One extra statement for all resources of the listing together. Keys are hrefs. */
      readonly from: "batch";
      /** Member columns that `load` looks at. */
      readonly columns?: readonly MemberColumn[];
      readonly load: (resources: readonly Resource[], tx: ReadTx, cx: Exchange) => Promise<ReadonlyMap<string, V>>;
    };

export type OwnWrite = Sql | ((tx: WriteTx) => Promise<void>);

/** When and how a client may set a property. Without it the property is protected. */
export interface PropertyWrite {
  readonly when: "set" | "create" | "both";
  /** Refuses a value (null = remove), with the exact condition. */
  readonly check?: (value: XmlElement | null, on: Kind, cx: Exchange) => void;
  readonly store:
    | { readonly column: "display_name" | "description" | "timezone"; readonly text: (value: XmlElement) => string }
    | { readonly column: "components"; readonly list: (value: XmlElement) => readonly string[] }
    /** Kept as XML in `props`; `perPerson` = a sharee's value goes to the overlay of his binding. */
    | { readonly column: "props"; readonly perPerson?: boolean }
    /** Accepted and without effect (clients insist on setting it). */
    | { readonly column: "none" }
    /** Anything else, as a statement of its own in the same transaction, or several; a refusal there is the property's. */
    | { readonly column: "own"; readonly apply: (value: XmlElement | null, on: Resource, cx: Exchange) => OwnWrite };
}

export interface PropertyDef<V> {
  readonly name: Clark;
  readonly spec: string;
  readonly on: readonly Place[];
  /** In the answer to allprop? */
  readonly allprop: boolean;
  /** The right that reading it takes; "r" unless given. "l" marks the few name-like properties. */
  readonly needs?: Right;
  readonly source: PropertySource<V>;
  readonly codec: Codec<V>;
  readonly write?: PropertyWrite;
}

// The registry holds properties of every value type; each keeps its own type where it is declared.
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of differently typed declarations
export type AnyProperty = PropertyDef<any>;

export const property = <V>(def: PropertyDef<V>): PropertyDef<V> => Object.freeze(def);

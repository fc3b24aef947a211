import type { Sequence } from "./catalog.js";

/** What a copy begins with. */
export interface CopyHeader {
  /** The migrations of the database, in order: what the rows are made for. */
  readonly schema: readonly { readonly id: string; readonly checksum: string }[];
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** About how many octets of rows follow. */
  readonly octets: number;
}

/** Rows of one table in COPY's text form, a megabyte or one row. */
export interface CopySegment {
  readonly table: string;
  readonly rows: number;
  readonly octets: Uint8Array;
}

/** All rows of a table, in whatever order. */
export interface TableProof {
  readonly rows: number;
  /** Sum of the first 60 bits of the MD5 of each row. */
  readonly sum: string;
}

/** What clients have seen of a collection: as long as it is the same, nobody has anything to sync. */
export interface CollectionProof {
  /** `~ann@mail.example/Calendar`. */
  readonly name: string;
  readonly kind: string;
  readonly uuid: string;
  readonly revision: number;
  readonly members: number;
  readonly removed: number;
  /** SHA-256 over the SHA-256 of each member and tombstone: name, UID, entity tag, revision and text. */
  readonly sha256: string;
}

/** What a copy ends with, reckoned by the database it came from on the same snapshot; whoever takes it reckons again. */
export interface CopyEnd {
  readonly sequences: readonly Sequence[];
  readonly tables: Readonly<Record<string, TableProof>>;
  readonly collections: readonly CollectionProof[];
}

/** Takes a copy of a database piece by piece; a promise that is slow slows the giver. */
export interface CopySink {
  begin(header: CopyHeader): Promise<void>;
  segment(segment: CopySegment): Promise<void>;
  end(end: CopyEnd): Promise<void>;
}

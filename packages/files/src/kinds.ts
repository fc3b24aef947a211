import { FILE, FILE_AREA, FOLDER, type KindDef, type Resource } from "@kalends/dav-core";
import { dav } from "@kalends/dav-xml";

/** What other resources hang in: the area itself, and the folders in it. */
export const HOLDERS = [FILE_AREA, FOLDER] as const;

/** What can be copied, moved and deleted; the area itself stays. */
export const MOVABLE = [FILE, FOLDER] as const;

const COLLECTION = dav("collection");

const contentType = (at: Resource): string => (at.rows === "file" ? at.file.type : "");

export const kinds: readonly KindDef[] = [
  { kind: FILE_AREA, rows: "file", spec: "RFC 4918 5.2", types: [COLLECTION] },
  { kind: FOLDER, rows: "file", spec: "RFC 4918 5.2", types: [COLLECTION] },
  { kind: FILE, rows: "file", spec: "RFC 4918 5.1", types: [], hasBody: true, contentType },
];

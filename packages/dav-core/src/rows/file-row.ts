import { type Revision, raw, type Sql } from "@kalends/store";
import type { FileRow } from "../resource.js";

const milliseconds = (column: string): string => `floor(extract(epoch from f.${column}) * 1000)::bigint`;

/** `file f` as a JSON array, for `fileRow`; the path comes first. */
export const fileJson: Sql = raw(`json_build_array(f.path, f.content_id, f.size, f.type, f.etag, f.revision,
  ${milliseconds("created_at")}, ${milliseconds("modified_at")})`);

export type FileCells = readonly [
  path: string,
  content: number | null,
  size: number,
  type: string,
  etag: string,
  revision: Revision,
  createdAt: number,
  modifiedAt: number,
];

/** Makes the row out of what `fileJson` gave. */
export function fileRow([, content, size, type, etag, revision, createdAt, modifiedAt]: FileCells): FileRow {
  return { isFolder: content === null, content, size, type, etag, revision, createdAt, modifiedAt };
}

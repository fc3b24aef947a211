import { type Database, deleteContent, looseContents, shedChunks } from "@kalends/store";

export interface SweepOptions {
  /** How long a content may lie there without a file: uploads under way, downloads of what was just replaced. */
  readonly graceSeconds?: number;
}

const GRACE_SECONDS = 3600;
/** Contents looked for at once, and chunks removed by one statement: other requests get their turn in between. */
const BATCH = 100;
const CHUNKS = 64;

/** Removes a content that no file points at, a few chunks at a time. */
export async function removeContent(db: Database, content: number): Promise<void> {
  for (let left = 1; left > 0;) left = (await db.one<{ left: number }>(shedChunks(content, CHUNKS)))?.left ?? 0;
  await db.rows(deleteContent(content));
}

/** Removes what uploads that broke off, and files that are gone, have left behind; gives how many contents it was. */
export async function sweepContents(
  db: Database,
  { graceSeconds = GRACE_SECONDS }: SweepOptions = {},
): Promise<number> {
  let swept = 0;
  for (;;) {
    const loose = await db.rows<{ id: number }>(looseContents(graceSeconds, BATCH));
    for (const { id } of loose) await removeContent(db, id);
    swept += loose.length;
    if (loose.length < BATCH) return swept;
  }
}

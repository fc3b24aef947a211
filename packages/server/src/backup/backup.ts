import { type CopyEnd, type Database, giveCopy } from "@kalends/store";
import type { Output, Progress } from "../admin/command.js";
import { backupWriter } from "./write.js";

/** Writes a backup of a database as it is at one moment to `out`; gives what is in it. `now` in epoch milliseconds; `aside`: while a server is at work on it. */
export async function backUp(
  db: Database,
  out: Output,
  progress: Progress,
  options: { readonly now: number; readonly aside: boolean },
): Promise<CopyEnd> {
  const writer = backupWriter(out, options.now);
  let told: CopyEnd | undefined;
  const sink = {
    ...writer,
    async end(end: CopyEnd) {
      told = end;
      await writer.end(end);
    },
  };
  await giveCopy(db, sink, progress, options);
  if (!told) throw new Error("a copy without an end");
  return told;
}

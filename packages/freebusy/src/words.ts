import type { BusySource, BusyWord } from "@kalends/dav-core";
import { sql } from "@kalends/store";
import type { StoredFile } from "./person.js";

/** What counts where somebody uploads and keeps calendars too. */
export type Policy = "union" | "upload" | "computed";

export const POLICIES: readonly Policy[] = Object.freeze(["union", "upload", "computed"]);

/**
 * What an upload says at this moment. Nothing when its time is over: what is later than the end of its window nobody
 * knows from it.
 */
export function wordOf(
  file: Pick<StoredFile, "start" | "end" | "periods">,
  policy: Policy,
  now: number,
): BusyWord | null {
  if (policy === "computed" || file.end <= now) return null;
  const { start, end } = file;
  return {
    start,
    end,
    instead: policy === "upload",
    periods: file.periods.map(([from, to, type]) => ({ start: from, end: to, type })),
  };
}

/** Uploads count as if they stood in the default calendars of those who made them, for whoever may ask about these. */
export const uploads =
  (policy: Policy): BusySource =>
  async (calendars, { db, clock }) => {
    if (policy === "computed" || calendars.length === 0) return [];
    const files = await db.rows<Pick<StoredFile, "start" | "end" | "periods">>(sql`
      select f.first_start as start, f.last_end as "end", f.periods
      from free_busy f join principal p on p.id = f.principal_id
      where p.default_calendar_id = any(${calendars}::bigint[]) and f.data is not null`);
    return files.flatMap((file) => wordOf(file, policy, clock()) ?? []);
  };

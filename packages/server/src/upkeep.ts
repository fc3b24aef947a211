import { renewSomeIndexes } from "@kalends/caldav";
import { sweepContents } from "@kalends/files";
import { dropAuditBefore, dropOldBases, dropOldFailures, dropRemovedBefore, dropTrashBefore } from "@kalends/store";
import type { House } from "./compose.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Removes what has served its time: old entries of the audit log, failed sign-ins that no longer count, removed events
 * that no follower is told of any more, what whole files removed, what programs had fetched long ago, contents that no file
 * has.
 */
export async function tidy({ services, config }: House): Promise<void> {
  const now = services.clock();
  await services.db.rows(dropOldFailures(now));
  await services.db.rows(dropAuditBefore(now - config.audit.days * DAY));
  await services.db.rows(dropRemovedBefore(now - 30 * DAY));
  await services.db.rows(dropTrashBefore(now - config.trash.days * DAY));
  await services.db.rows(dropOldBases(now - config.publishing.baseDays * DAY));
  await sweepContents(services.db);
}

/** Most of the time is for the others. */
const REST = 50;

/** Makes indexes anew that were made by rules of before, a few at a time, until none is left or nobody wants it any more. */
async function renewIndexes({ services }: House, isOver: () => boolean): Promise<void> {
  while (!isOver() && (await renewSomeIndexes(services.db)) > 0) {
    await new Promise((resolve) => {
      setTimeout(resolve, REST).unref();
    });
  }
}

/** Tidies at once and every hour; the result ends it. */
export function startTidying(house: House): () => void {
  let isOver = false;
  const round = (): void => {
    tidy(house)
      .then(() => renewIndexes(house, () => isOver))
      .catch((error: unknown) => house.log.warn({ err: error }, "tidying failed"));
  };
  round();
  const timer = setInterval(round, HOUR);
  timer.unref();
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

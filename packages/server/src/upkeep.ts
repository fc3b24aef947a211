import { reckonOccurrences, renewSomeIndexes } from "@kalends/caldav";
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

/** Between two rounds of reckoning: others come first. */
const PAUSE = 50;

/** Reckons what is to be reckoned anew of some objects: indexes made by earlier rules, then occurrences. True = there is more. */
async function reckonSome(services: House["services"]): Promise<boolean> {
  return (await renewSomeIndexes(services.db)) > 0 || reckonOccurrences(services);
}

/** Tidies at once and every hour, and reckons indexes as long as there are some to reckon; the result ends it. */
export function startTidying(house: House): () => void {
  const { log, services } = house;
  let reckoning: NodeJS.Timeout | undefined;
  let isOver = false;
  const reckonLater = (delay: number): void => {
    if (!isOver) reckoning = setTimeout(reckon, delay).unref();
  };
  const reckon = (): void => {
    reckonSome(services).then(
      (more) => reckonLater(more ? PAUSE : HOUR),
      (error: unknown) => {
        log.warn({ err: error }, "reckoning of indexes failed");
        reckonLater(HOUR);
      },
    );
  };
  const round = (): void => {
    tidy(house).catch((error: unknown) => log.warn({ err: error }, "tidying failed"));
  };
  round();
  reckonLater(PAUSE);
  const timer = setInterval(round, HOUR);
  timer.unref();
  return () => {
    isOver = true;
    clearInterval(timer);
    clearTimeout(reckoning);
  };
}

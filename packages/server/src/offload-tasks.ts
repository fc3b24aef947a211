import { analyseTask, readPartsTask } from "@kalends/caldav";
import { distancesTask, mergeTask, readFileTask } from "@kalends/calendardata";
import type { OffloadTask } from "@kalends/dav-core";

/** Every function that may run in a worker thread; both sides know it by its name. */
export const offloadTasks: readonly OffloadTask<unknown, unknown>[] = [
  analyseTask as OffloadTask<unknown, unknown>,
  readPartsTask as OffloadTask<unknown, unknown>,
  readFileTask as OffloadTask<unknown, unknown>,
  distancesTask as OffloadTask<unknown, unknown>,
  mergeTask as OffloadTask<unknown, unknown>,
];

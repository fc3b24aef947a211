import type { Services } from "@kalends/dav-core";
import { extractIndex, leastCoverage, occurrencesOf, TRUSTED } from "@kalends/icalendar";
import {
  holdPass,
  nextInPass,
  NOT_COVERED,
  notePass,
  type PassPosition,
  passPosition,
  type Reckoned,
  runningOut,
  storeReckoned,
  unreckoned,
  type UnreckonedEvent,
  type WriteTx,
} from "@kalends/store";
import { storedObject } from "../read/stored-object.js";

/** Objects looked at, and events read, in one round. */
const PAGE = 500;
const MOST_READ = 50;
/** Milliseconds of reckoning in one round, so that nobody waits for it. */
const STRETCH = 15;

const [, BASIS] = TRUSTED;

export type ReckonServices = Pick<Services, "db" | "clock">;

/**
 * One short round of upkeep of the occurrences: events that an older program or one with other time zone data wrote, then series
 * whose coverage comes to its end. Gives whether there may be more to do. Goes on where the last round ended, whichever
 * process made it; while another one is at it, nothing is done.
 */
export function reckonOccurrences({ db, clock }: ReckonServices): Promise<boolean> {
  return db.write(async (tx) => {
    const held = await tx.one<{ free: boolean }>(holdPass());
    if (!held?.free) return false;
    const at = await tx.one<PassPosition>(passPosition(BASIS));
    if (at) {
      await tx.rows(notePass(BASIS, await visit(at, tx, clock)));
      return true;
    }
    const events = await tx.rows<UnreckonedEvent>(runningOut(leastCoverage(clock()), TRUSTED, MOST_READ));
    await reckon(events, tx, clock);
    return events.length > 0;
  });
}

/** Visits the next objects; gives where it came to, null at the end. */
async function visit(at: PassPosition, tx: WriteTx, clock: () => number): Promise<PassPosition | null> {
  const page = await tx.rows<PassPosition & { readonly isStale: boolean }>(nextInPass(at, TRUSTED, PAGE));
  const stale = page.filter(({ isStale }) => isStale);
  const chosen = stale.slice(0, MOST_READ);
  const done = await reckon(await tx.rows<UnreckonedEvent>(unreckoned(chosen)), tx, clock);
  if (done !== null) return done;
  return (stale.length > chosen.length ? chosen.at(-1) : page.at(-1)) ?? null;
}

/** Reckons events in their order as long as the stretch lasts; gives the last one when some are left. */
async function reckon(
  events: readonly UnreckonedEvent[],
  tx: WriteTx,
  clock: () => number,
): Promise<PassPosition | null> {
  const now = clock();
  const found = new Map<PassPosition["collection"], Reckoned[]>();
  let last: PassPosition | null = null;
  for (const event of events) {
    const list = found.get(event.collection) ?? [];
    found.set(event.collection, [...list, reckoned(event, now)]);
    last = event;
    if (clock() - now >= STRETCH) break;
  }
  for (const [collection, list] of [...found].sort(([a], [b]) => a - b)) {
    await tx.rows(storeReckoned(collection, list));
  }
  return last === events.at(-1) ? null : last;
}

const unknown = { firstStart: null, lastEnd: null, busy: null };

/** What cannot be read is covered never, so that every question about it reads it again. */
function reckoned({ name, revision, data }: UnreckonedEvent, now: number): Reckoned {
  const object = storedObject(data);
  if (!object.ok) return { name, revision, ...unknown, occurrences: { ...NOT_COVERED, basis: BASIS } };
  const index = extractIndex(object.value);
  const { firstStart, lastEnd, busy } = index;
  return { name, revision, firstStart, lastEnd, busy, occurrences: occurrencesOf(object.value, index, now) };
}

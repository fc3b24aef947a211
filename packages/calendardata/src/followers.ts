import { createHash } from "node:crypto";
import { authorize, maskOf, NO_RIGHTS } from "@kalends/acl";
import { objectTexts, type ShownText } from "@kalends/caldav";
import { type CollectionResource, type Exchange, mailboxesById, type Registry } from "@kalends/dav-core";
import type { JoinHeader } from "@kalends/icalendar";
import { type CollectionId, type RemovedObject, removedObjects, type Sql, sql } from "@kalends/store";
import { cancelledText } from "./cancelled.js";
import { type ShownLevel, shownAt } from "./shown.js";
import type { Validators } from "./state.js";

const DAY = 24 * 60 * 60_000;
/** How long followers are told that something is cancelled. */
const TOLD_FOR = 14 * DAY;

/** What followers have on what they follow, whoever they are. */
export const FOLLOWING = maskOf("l", "r");
const HELD = Object.freeze({ self: FOLLOWING, parent: NO_RIGHTS });

/** How much followers are shown, of a link or of a published calendar. */
export interface View {
  readonly level: ShownLevel;
  readonly components: readonly string[];
  readonly alarms: boolean;
  /** Whole days around today, UTC; null = without bound. */
  readonly pastDays: number | null;
  readonly futureDays: number | null;
}

/** Calendars as followers are shown them at this moment. */
export interface Followed {
  readonly view: View;
  readonly calendars: readonly CollectionResource[];
  readonly removed: readonly RemovedObject[];
  /** Midnight (UTC), from which the window of days counts. */
  readonly today: number;
  /** Since when just so much is shown; epoch milliseconds. */
  readonly since: number;
}

/** The days a view is limited to, for the columns of a row. */
function windowOf({ pastDays, futureDays }: View, today: number, start: Sql, end: Sql): Sql {
  const from = pastDays === null ? null : today - pastDays * DAY;
  const to = futureDays === null ? null : today + (futureDays + 1) * DAY;
  return sql`(${from}::bigint is null or ${end} is null or ${end} >= ${from}::bigint)
    and (${to}::bigint is null or ${start} is null or ${start} < ${to}::bigint)`;
}

/**
 * What followers are shown of calendars. What went before `since` was never theirs to see and is not told; `since` null
 * tells nothing of what is gone.
 */
export async function follow(
  ids: readonly CollectionId[],
  view: View,
  since: number | null,
  cx: Exchange,
): Promise<Followed> {
  const { db, clock } = cx.services;
  const now = clock();
  const today = now - (now % DAY);
  const calendars = (await mailboxesById(ids, FOLLOWING, db)).map(
    (each) => authorize(each, null, HELD, [{ right: "r", on: "self" }]).target,
  );
  const asked = {
    calendars: calendars.map(({ collection }) => collection.id),
    components: view.components,
    since: Math.max(since ?? now, now - TOLD_FOR),
    within: windowOf(view, today, sql`r.first_start`, sql`r.last_end`),
  };
  const removed = since === null ? [] : await db.rows<RemovedObject>(removedObjects(asked));
  return { view, calendars, removed, today, since: since ?? 0 };
}

/** All pages of all calendars, and what is told as cancelled; a UID that is in two calendars counts once. */
export async function* followedTexts(
  { view, calendars, removed, today }: Followed,
  cx: Exchange,
  registry: Registry,
): AsyncGenerator<readonly ShownText[]> {
  const seen = new Set<string>();
  const show = (text: string, uid: string): string | null => {
    if (seen.has(uid)) return null;
    const shown = shownAt(view.level, text, view.alarms);
    if (calendars.length > 1 && shown !== null) seen.add(uid);
    return shown;
  };
  const where = windowOf(view, today, sql`o.first_start`, sql`o.last_end`);
  for (const calendar of calendars) {
    yield* objectTexts(calendar, cx, registry, { components: view.components, where, show });
  }
  yield removed.flatMap((each) => {
    const text = cancelledText(each, view.level);
    return text === null ? [] : [{ text, layout: null }];
  });
}

/**
 * Another tag with everything that another text may come from: how much is shown, calendars, what is told as cancelled, the
 * day where days count. `revision` stands for that of the one calendar when it has just been written.
 */
export function validatorsOf(followed: Followed, header: JoinHeader, revision?: number): Validators {
  const { view, calendars, removed, today, since } = followed;
  const { level, components, alarms, pastDays, futureDays } = view;
  const isMoving = pastDays !== null || futureDays !== null;
  const state = calendars.map(({ collection }) => [collection.uuid, revision ?? collection.revision]);
  const gone = removed.map(({ uid, removedAt }) => [uid, removedAt]);
  const parts = [level, components, alarms, pastDays, futureDays, header, state, gone, isMoving ? today : null];
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
  const dates = [...calendars.map(({ collection }) => collection.modifiedAt), since];
  // What is told as cancelled ends some day without any change.
  if (isMoving || removed.length > 0) dates.push(today);
  return { etag: `"${digest.slice(0, 32)}"`, modifiedAt: Math.max(...dates) };
}

import { createHash } from "node:crypto";
import { authorize, maskOf, NO_RIGHTS } from "@kalends/acl";
import { joinedCalendar, joinHeader, objectTexts } from "@kalends/caldav";
import {
  type CollectionResource,
  type Exchange,
  evaluate,
  mailboxesById,
  type Registry,
  type Reply,
  refusalFrom,
  refuseStatus,
} from "@kalends/dav-core";
import { formatHttpDate } from "@kalends/dav-xml";
import type { JoinHeader } from "@kalends/icalendar";
import { type FollowedLink, linkByHash, type RemovedObject, removedObjects, type Sql, sql } from "@kalends/store";
import { coded, codedTag, codingOf } from "../coding.js";
import { FEED_TYPE, REFRESH } from "../representation.js";
import { shownAt } from "../shown.js";
import { cancelledText } from "./cancelled.js";
import { secretHash } from "./secret.js";

const DAY = 24 * 60 * 60_000;
/** How long followers are told that something is cancelled. */
const TOLD_FOR = 14 * DAY;

/** What a link gives: reading what it names, to whoever has it. */
const LINK_RIGHTS = maskOf("l", "r");

/** A link with what it shows at this moment. */
interface Shown {
  readonly link: FollowedLink;
  readonly calendars: readonly CollectionResource[];
  readonly removed: readonly RemovedObject[];
  /** Midnight (UTC), from which the window of days counts. */
  readonly today: number;
}

async function follow(secret: string | null, cx: Exchange): Promise<Shown> {
  const { db, clock } = cx.services;
  const link = secret === null ? undefined : await db.one<FollowedLink>(linkByHash(secretHash(secret)));
  if (!link) return refuseStatus(404, "There is no such feed.");
  const now = clock();
  if (link.revokedAt !== null || (link.expiresAt !== null && link.expiresAt <= now)) {
    return refuseStatus(410, "This feed has ended.");
  }
  if (!link.open) return refuseStatus(403, "The calendar service of the owner is switched off.");
  const found = await mailboxesById(link.calendars, LINK_RIGHTS, db);
  const calendars = found.map(
    (each) => authorize(each, null, { self: LINK_RIGHTS, parent: NO_RIGHTS }, [{ right: "r", on: "self" }]).target,
  );
  const ids = calendars.map(({ collection }) => collection.id);
  const removed = await db.rows<RemovedObject>(removedObjects(ids, link.components, now - TOLD_FOR));
  return { link, calendars, removed, today: now - (now % DAY) };
}

function headerOf({ link, calendars }: Shown): JoinHeader {
  const [first, ...more] = calendars;
  const head: JoinHeader = first ? joinHeader(first) : { prodid: "-//Kalends//Kalends//EN" };
  const names = [first, ...more].flatMap(
    (each) => each?.collection.displayName ?? each?.collection.binding?.slug ?? [],
  );
  const { prodid, color } = head;
  const name = link.label || names.join(", ") || "Calendar";
  return { prodid, name, method: "PUBLISH", refresh: REFRESH, ...(color && more.length === 0 ? { color } : {}) };
}

/** Objects of which an instance may lie in the window. */
function inWindow({ link: { pastDays, futureDays }, today }: Shown): Sql {
  const from = pastDays === null ? null : today - pastDays * DAY;
  const to = futureDays === null ? null : today + (futureDays + 1) * DAY;
  return sql`(${from}::bigint is null or o.last_end is null or o.last_end >= ${from}::bigint)
    and (${to}::bigint is null or o.first_start is null or o.first_start < ${to}::bigint)`;
}

/** All pages of all calendars; a UID that is in two of them counts once. */
async function* pages(shown: Shown, cx: Exchange, registry: Registry): AsyncGenerator<readonly string[]> {
  const { link, calendars, removed } = shown;
  const seen = new Set<string>();
  const show = (text: string, uid: string): string | null => {
    if (calendars.length > 1 && seen.has(uid)) return null;
    if (calendars.length > 1) seen.add(uid);
    return shownAt(link.level, text, link.alarms);
  };
  for (const calendar of calendars) {
    yield* objectTexts(calendar, cx, registry, { components: link.components, where: inWindow(shown), show });
  }
  yield removed.flatMap((each) => cancelledText(each, link.level) ?? []);
}

/** Another tag with everything that another text may come from: calendars, what is told as cancelled, the day. */
function validatorsOf(shown: Shown, header: JoinHeader) {
  const { link, calendars, removed, today } = shown;
  const isMoving = link.pastDays !== null || link.futureDays !== null;
  const state = calendars.map(({ collection: { uuid, revision } }) => [uuid, revision]);
  const gone = removed.map(({ uid, removedAt }) => [uid, removedAt]);
  const parts = [link.id, header, state, gone, isMoving ? today : null];
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
  const dates = [...calendars.map(({ collection }) => collection.modifiedAt), link.createdAt];
  if (isMoving || removed.length > 0) dates.push(today);
  return { etag: `"${digest.slice(0, 32)}"`, modifiedAt: Math.max(...dates) };
}

const SECRET_HEADERS = Object.freeze({
  "Cache-Control": "private, no-cache",
  "Referrer-Policy": "no-referrer",
  "X-Robots-Tag": "noindex",
  Vary: "Accept-Encoding",
});

async function answer(secret: string | null, cx: Exchange, registry: Registry, used: (id: number) => Promise<void>) {
  const shown = await follow(secret, cx);
  await used(shown.link.id);
  const header = headerOf(shown);
  const state = validatorsOf(shown, header);
  const { encoding, headers: asked } = codingOf(true, cx.headers);
  const headers = {
    ...SECRET_HEADERS,
    ETag: codedTag(state.etag, encoding),
    "Last-Modified": formatHttpDate(state.modifiedAt),
  };
  const outcome = evaluate(asked, state, true);
  if (outcome === "not-modified") return { kind: "empty", status: 304, headers } as const;
  if (outcome === "failed") return refuseStatus(412, "The feed has changed since the version you name.");
  const body = joinedCalendar(pages(shown, cx, registry), header, cx);
  return coded({ kind: "body", status: 200, headers, body, type: FEED_TYPE }, encoding);
}

/**
 * GET and HEAD of a capability link: its calendars as one PUBLISH message, as much of them as the link shows. Unknown
 * secrets are 404, ended ones 410 (DSC-43, DSC-45). `used` hears which link was followed.
 */
export async function answerFeed(
  secret: string | null,
  cx: Exchange,
  registry: Registry,
  used: (id: number) => Promise<void>,
): Promise<Reply> {
  try {
    return await answer(secret, cx, registry, used);
  } catch (error) {
    // The place is not named: it is the secret.
    const refusal = refusalFrom(error, { href: "/feeds/", mapped: true });
    if (refusal === null) throw error;
    const { status, note = "This cannot be done.", headers = {} } = refusal;
    const type = "text/plain; charset=utf-8";
    return { kind: "body", status, headers: { ...SECRET_HEADERS, ...headers }, body: `${note}\n`, type };
  }
}

import { inOctets, joinedCalendar, joinHeader } from "@kalends/caldav";
import { type Exchange, evaluate, type Registry, type Reply, refusalFrom, refuseStatus } from "@kalends/dav-core";
import { formatHttpDate } from "@kalends/dav-xml";
import type { JoinHeader } from "@kalends/icalendar";
import { type FollowedLink, linkByHash } from "@kalends/store";
import { coded, codedTag, codingOf } from "../coding.js";
import { type Followed, follow, followedTexts, validatorsOf } from "../followers.js";
import { FEED_TYPE, REFRESH } from "../representation.js";
import { secretHash } from "./secret.js";

async function followLink(
  secret: string | null,
  cx: Exchange,
): Promise<{ readonly link: FollowedLink; readonly shown: Followed }> {
  const { db, clock } = cx.services;
  const link = secret === null ? undefined : await db.one<FollowedLink>(linkByHash(secretHash(secret)));
  if (!link) return refuseStatus(404, "There is no such feed.");
  if (link.revokedAt !== null || (link.expiresAt !== null && link.expiresAt <= clock())) {
    return refuseStatus(410, "This feed has ended.");
  }
  if (!link.open) return refuseStatus(403, "The calendar service of the owner is switched off.");
  const shown = await follow(link.calendars, link, link.createdAt, cx);
  return { link, shown };
}

/** A name for followers, without what else the owner says of his calendar. */
function headerOf({ label }: FollowedLink, { calendars }: Followed): JoinHeader {
  const [first, ...more] = calendars;
  const names = calendars.flatMap((each) => each.collection.displayName ?? each.collection.binding?.slug ?? []);
  const { prodid, color } = first ? joinHeader(first) : { prodid: "-//Kalends//Kalends//EN", color: undefined };
  const name = label || names.join(", ") || "Calendar";
  return { prodid, name, method: "PUBLISH", refresh: REFRESH, ...(color && more.length === 0 ? { color } : {}) };
}

const SECRET_HEADERS = Object.freeze({
  "Cache-Control": "private, no-cache",
  "Referrer-Policy": "no-referrer",
  "X-Robots-Tag": "noindex",
  Vary: "Accept-Encoding",
});

async function answer(secret: string | null, cx: Exchange, registry: Registry, used: (id: number) => Promise<void>) {
  const { link, shown } = await followLink(secret, cx);
  await used(link.id);
  const header = headerOf(link, shown);
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
  const body = inOctets(joinedCalendar(followedTexts(shown, cx, registry), header, cx));
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

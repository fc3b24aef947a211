import { createHash } from "node:crypto";
import { has } from "@kalends/acl";
import { joinedCalendar, joinHeader, objectTexts, wholeCalendar, wholeCalendarTag } from "@kalends/caldav";
import type { CollectionResource, Exchange, Registry } from "@kalends/dav-core";
import type { JoinHeader } from "@kalends/icalendar";
import { keepUpload, type PublicationRow, publicationOf, type Revision, uploadOf } from "@kalends/store";
import { type Realm, realms } from "./realms.js";
import { shownAt } from "./shown.js";
import type { Validators } from "./state.js";

/** What GET of a whole file gives to this person. */
export interface Representation extends Validators {
  readonly type: string;
  readonly body: () => Promise<Uint8Array | AsyncIterable<string>>;
}

const PLAIN = "text/calendar; charset=utf-8";
/** The parameter is there exactly where the text has METHOD, with the same value (RFC 5545 8.1, DSC-42). */
export const FEED_TYPE = "text/calendar; charset=UTF-8; method=PUBLISH";
/** How often followers are asked to come (RFC 7986 5.7). */
export const REFRESH = "PT1H";

/** Longer uploads are not kept as they were sent; they are written anew from their objects. */
const LARGEST_UPLOAD = 4 * 1024 * 1024;

const isOwner = ({ collection }: CollectionResource, { by }: Exchange): boolean => by?.id === collection.owner.id;

/** The head of a feed: subscribers need a name (RFC 7986 5.1). */
export function feedHeader(calendar: CollectionResource): JoinHeader {
  const head = joinHeader(calendar);
  const name = head.name ?? calendar.collection.binding?.slug;
  return { ...head, ...(name === undefined ? {} : { name }), method: "PUBLISH", refresh: REFRESH };
}

/** Who may send a file back gets it as it is. */
export const isEditor = (calendar: CollectionResource, cx: Exchange): boolean =>
  isOwner(calendar, cx) || (cx.by !== null && has(calendar.collection.rights, "d"));

/**
 * How a feed shows what its reader may see at all: followers get nothing private and nobody's reminders.
 */
export function feedView(calendar: CollectionResource, cx: Exchange): (text: string) => string | null {
  return isEditor(calendar, cx) ? (text) => text : (text) => shownAt("full", text);
}

function feed(calendar: CollectionResource, realm: Realm, cx: Exchange, registry: Registry): AsyncIterable<string> {
  const show = feedView(calendar, cx);
  const texts = objectTexts(calendar, cx, registry, { components: realm.components, show });
  return joinedCalendar(texts, feedHeader(calendar), cx);
}

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64url");
const tagWith = (tag: string, mark: string): string => `${tag.slice(0, -1)}-${mark}"`;
const uploadTag = (tag: string, hash: string): string => tagWith(tag, hash.slice(0, 16));

/** The last upload, for its owner and while nobody else has written; METHOD in it goes into the type. */
async function uploaded(calendar: CollectionResource, hash: string, cx: Exchange): Promise<Uint8Array | undefined> {
  const row = await cx.services.db.one<{ upload: Uint8Array | null }>(uploadOf(calendar.collection.id, hash));
  return row?.upload ?? undefined;
}

/** How a whole file is given in a realm to whoever asks. */
export async function representationOf(
  calendar: CollectionResource,
  realm: Realm,
  cx: Exchange,
  registry: Registry,
): Promise<Representation> {
  const { collection } = calendar;
  const { modifiedAt } = collection;
  const etag = wholeCalendarTag(calendar, cx);
  if (!realm.publishes) {
    const body = async () => wholeCalendar(calendar, cx, registry, realm.components);
    return { etag, modifiedAt, type: PLAIN, body };
  }
  const row = await cx.services.db.one<PublicationRow>(publicationOf(collection.id));
  const stream = async () => feed(calendar, realm, cx, registry);
  if (!isOwner(calendar, cx) || !row?.uploadHash || row.uploadRevision !== collection.revision) {
    const mine = isOwner(calendar, cx) ? etag : tagWith(etag, "public");
    return { etag: mine, modifiedAt, type: FEED_TYPE, body: stream };
  }
  const upload = await uploaded(calendar, row.uploadHash, cx);
  if (!upload) return { etag, modifiedAt, type: FEED_TYPE, body: stream };
  const isFeed = /^METHOD[:;]/im.test(Buffer.from(upload).toString("latin1"));
  const type = isFeed ? FEED_TYPE : PLAIN;
  return { etag: uploadTag(etag, row.uploadHash), modifiedAt, type, body: async () => upload };
}

/** What any realm shows of published calendars. */
const PUBLISHED = new Set(realms.flatMap(({ publishes, components }) => (publishes ? components : [])));

/** No other realm could show more of the calendar than this one. */
const isAllShown = ({ collection }: CollectionResource, realm: Realm): boolean =>
  [...PUBLISHED].every(
    (name) =>
      realm.components.includes(name) || (collection.components.length > 0 && !collection.components.includes(name)),
  );

/** Keeps what the owner of a published calendar sent; gives the tag that the next GET will have. */
export async function keepAndTag(
  calendar: CollectionResource,
  realm: Realm,
  source: Uint8Array,
  revision: Revision,
  cx: Exchange,
): Promise<string> {
  const tag = wholeCalendarTag(calendar, cx, revision);
  if (!realm.publishes) return tag;
  if (!isOwner(calendar, cx)) return tagWith(tag, "public");
  const { id } = calendar.collection;
  const { db } = cx.services;
  if (source.byteLength > LARGEST_UPLOAD || !isAllShown(calendar, realm) || !(await db.one(publicationOf(id))))
    return tag;
  const hash = hashOf(source);
  await db.rows(keepUpload(id, source, hash, revision));
  return uploadTag(tag, hash);
}

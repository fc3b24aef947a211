import { createHash } from "node:crypto";
import { has } from "@kalends/acl";
import { joinedCalendar, joinHeader, objectTexts, wholeCalendar, wholeCalendarTag } from "@kalends/caldav";
import type { CollectionResource, Exchange, Registry } from "@kalends/dav-core";
import type { Damaged, JoinHeader } from "@kalends/icalendar";
import { keepUpload, type PublicationRow, publicationOf, type Revision, uploadOf } from "@kalends/store";
import { type Followed, follow, followedTexts, type View, validatorsOf } from "./followers.js";
import { type Realm, realms } from "./realms.js";
import { shownAt } from "./shown.js";
import type { Validators } from "./state.js";

/** What GET of a whole file gives to this person. */
export interface Representation extends Validators {
  readonly type: string;
  /** `damaged` hears of items that cannot be read and are left out. */
  readonly body: (damaged?: Damaged) => Promise<Uint8Array | AsyncIterable<string>>;
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
function feedHeader(calendar: CollectionResource): JoinHeader {
  const head = joinHeader(calendar);
  const name = head.name ?? calendar.collection.binding?.slug;
  return { ...head, ...(name === undefined ? {} : { name }), method: "PUBLISH", refresh: REFRESH };
}

/** Who may send the file back gets all that he may see; without signing in nobody is shown what is private. */
export const isWriter = (calendar: CollectionResource, cx: Exchange): boolean =>
  isOwner(calendar, cx) || (cx.by !== null && has(calendar.collection.rights, "d"));

const viewOf = (realm: Realm, row: PublicationRow | undefined): View => ({
  level: row?.level ?? "full",
  components: realm.components,
  alarms: row?.alarms ?? false,
  pastDays: row?.pastDays ?? null,
  futureDays: row?.futureDays ?? null,
});

/**
 * What followers of a published calendar are shown. Who may upload (everybody, at the level `full`) is not told what is gone:
 * he would put it back.
 */
async function toFollowers(
  calendar: CollectionResource,
  realm: Realm,
  row: PublicationRow | undefined,
  cx: Exchange,
): Promise<{ readonly followed: Followed; readonly header: JoinHeader }> {
  const { id, rights } = calendar.collection;
  const view = viewOf(realm, row);
  const followed = await follow([id], view, row && !has(rights, "d") ? row.settledAt : null, cx);
  const { description, ...header } = feedHeader(calendar);
  return { followed, header: description && view.level === "full" ? { ...header, description } : header };
}

/**
 * What of an item is taken as known to whoever sends a file back: followers have nothing private and nobody's reminders. That
 * some are shown reminders does no harm: what is taken as new to the calendar is kept.
 */
export function feedView(calendar: CollectionResource, cx: Exchange): (text: string) => string | null {
  return isWriter(calendar, cx) ? (text) => text : (text) => shownAt("full", text);
}

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64url");
const uploadTag = (tag: string, hash: string): string => `${tag.slice(0, -1)}-${hash.slice(0, 16)}"`;

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
    const body = async (damaged?: Damaged) => wholeCalendar(calendar, cx, registry, realm.components, damaged);
    return { etag, modifiedAt, type: PLAIN, body };
  }
  const row = await cx.services.db.one<PublicationRow>(publicationOf(collection.id));
  if (!isWriter(calendar, cx)) {
    const { followed, header } = await toFollowers(calendar, realm, row, cx);
    const body = async (damaged?: Damaged) =>
      joinedCalendar(followedTexts(followed, cx, registry), header, cx, damaged);
    return { ...validatorsOf(followed, header), type: FEED_TYPE, body };
  }
  const texts = () => objectTexts(calendar, cx, registry, { components: realm.components });
  const all = async (damaged?: Damaged) => joinedCalendar(texts(), feedHeader(calendar), cx, damaged);
  const plain = { etag, modifiedAt, type: FEED_TYPE, body: all };
  if (!isOwner(calendar, cx) || !row?.uploadHash || row.uploadRevision !== collection.revision) return plain;
  const upload = await uploaded(calendar, row.uploadHash, cx);
  if (!upload) return plain;
  const type = /^METHOD[:;]/im.test(Buffer.from(upload).toString("latin1")) ? FEED_TYPE : PLAIN;
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
  const { id } = calendar.collection;
  const { db } = cx.services;
  const row = await db.one<PublicationRow>(publicationOf(id));
  if (!isWriter(calendar, cx)) {
    const { followed, header } = await toFollowers(calendar, realm, row, cx);
    return validatorsOf(followed, header, revision).etag;
  }
  if (!isOwner(calendar, cx) || source.byteLength > LARGEST_UPLOAD || !row || !isAllShown(calendar, realm)) return tag;
  const hash = hashOf(source);
  await db.rows(keepUpload(id, source, hash, revision));
  return uploadTag(tag, hash);
}

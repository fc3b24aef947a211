import { has } from "@kalends/acl";
import { joinedCalendar, joinHeader, objectTexts, wholeCalendar, wholeCalendarTag } from "@kalends/caldav";
import type { CollectionResource, Exchange, Registry } from "@kalends/dav-core";
import type { JoinHeader } from "@kalends/icalendar";
import { type PublicationRow, publicationOf, type Revision } from "@kalends/store";
import { hasMethod, keep, keptUpload } from "./kept-upload.js";
import type { Realm } from "./realms.js";
import type { Upload } from "./same-upload.js";
import { shownAt } from "./shown.js";
import type { Validators } from "./state.js";

/** What GET of a whole file gives to this person. */
export interface Representation extends Validators {
  readonly content: () => Promise<Content>;
}

interface Content {
  readonly type: string;
  readonly body: Uint8Array | AsyncIterable<string>;
}

const PLAIN = "text/calendar; charset=utf-8";
/** The parameter is there exactly where the text has METHOD, with the same value (RFC 5545 8.1, DSC-42). */
export const FEED_TYPE = "text/calendar; charset=UTF-8; method=PUBLISH";
/** How often followers are asked to come (RFC 7986 5.7). */
export const REFRESH = "PT1H";

const isOwner = ({ collection }: CollectionResource, { by }: Exchange): boolean => by?.id === collection.owner.id;

/** The head of a feed: subscribers need a name (RFC 7986 5.1). */
export function feedHeader(calendar: CollectionResource): JoinHeader {
  const head = joinHeader(calendar);
  const name = head.name ?? calendar.collection.binding?.slug;
  return { ...head, ...(name === undefined ? {} : { name }), method: "PUBLISH", refresh: REFRESH };
}

function feed(calendar: CollectionResource, realm: Realm, cx: Exchange, registry: Registry): AsyncIterable<string> {
  // Followers get nothing private and nobody's reminders; who may send the file back gets all that he may see.
  const isEditor = isOwner(calendar, cx) || (cx.by !== null && has(calendar.collection.rights, "d"));
  const show = isEditor ? (text: string) => text : (text: string) => shownAt("full", text);
  const texts = objectTexts(calendar, cx, registry, { components: realm.components, show });
  return joinedCalendar(texts, feedHeader(calendar), cx);
}

const tagWith = (tag: string, mark: string): string => `${tag.slice(0, -1)}-${mark}"`;
const uploadTag = (tag: string, hash: string): string => tagWith(tag, hash.slice(0, 16));

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
    const whole = async () => ({ type: PLAIN, body: wholeCalendar(calendar, cx, registry, realm.components) });
    return { etag, modifiedAt, content: whole };
  }
  const followed = async () => ({ type: FEED_TYPE, body: feed(calendar, realm, cx, registry) });
  if (!isOwner(calendar, cx)) return { etag: tagWith(etag, "public"), modifiedAt, content: followed };
  const row = await cx.services.db.one<PublicationRow>(publicationOf(collection.id));
  if (!row?.uploadHash || row.uploadRevision !== collection.revision) return { etag, modifiedAt, content: followed };
  const { uploadHash } = row;
  // The last upload, for its owner and while nobody else has written; METHOD in it goes into the type.
  const content = async () => {
    const upload = await keptUpload(calendar, uploadHash, cx);
    return upload ? { type: hasMethod(upload) ? FEED_TYPE : PLAIN, body: upload } : followed();
  };
  return { etag: uploadTag(etag, uploadHash), modifiedAt, content };
}

/** Keeps what the owner of a published calendar sent; gives the tag that the next GET will have. */
export async function keepAndTag(
  calendar: CollectionResource,
  realm: Realm,
  upload: Upload,
  revision: Revision,
  cx: Exchange,
): Promise<string> {
  const tag = wholeCalendarTag(calendar, cx, revision);
  if (!realm.publishes) return tag;
  if (!isOwner(calendar, cx)) return tagWith(tag, "public");
  return (await keep(calendar, upload, revision, cx)) ? uploadTag(tag, upload.hash) : tag;
}

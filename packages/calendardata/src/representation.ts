import { has } from "@kalends/acl";
import { inOctets, joinedCalendar, joinHeader, objectTexts, wholeCalendar, wholeCalendarTag } from "@kalends/caldav";
import type { CollectionResource, Exchange, Registry } from "@kalends/dav-core";
import type { Damaged, JoinHeader } from "@kalends/icalendar";
import { type PublicationRow, publicationOf, type Revision } from "@kalends/store";
import { type Followed, follow, followedTexts, type View, validatorsOf } from "./followers.js";
import { hasMethod, keep, keptUpload } from "./kept-upload.js";
import { type Realm, realms } from "./realms.js";
import type { Upload } from "./same-upload.js";
import { shownAt } from "./shown.js";
import type { Validators } from "./state.js";

/** What GET of a whole file gives to this person. */
export interface Representation extends Validators {
  /** `damaged` hears of items that cannot be read and are left out. */
  readonly content: (damaged?: Damaged) => Promise<Content>;
}

interface Content {
  readonly type: string;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

const PLAIN = "text/calendar; charset=utf-8";
/** The parameter is there exactly where the text has METHOD, with the same value (RFC 5545 8.1, DSC-42). */
export const FEED_TYPE = "text/calendar; charset=UTF-8; method=PUBLISH";
/** How often followers are asked to come (RFC 7986 5.7). */
export const REFRESH = "PT1H";

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

const uploadTag = (tag: string, hash: string): string => `${tag.slice(0, -1)}-${hash.slice(0, 16)}"`;

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
    const whole = async (damaged?: Damaged) => ({
      type: PLAIN,
      body: inOctets(wholeCalendar(calendar, cx, registry, realm.components, damaged)),
    });
    return { etag, modifiedAt, content: whole };
  }
  const row = await cx.services.db.one<PublicationRow>(publicationOf(collection.id));
  if (!isWriter(calendar, cx)) {
    const { followed, header } = await toFollowers(calendar, realm, row, cx);
    const content = async (damaged?: Damaged) => ({
      type: FEED_TYPE,
      body: inOctets(joinedCalendar(followedTexts(followed, cx, registry), header, cx, damaged)),
    });
    return { ...validatorsOf(followed, header), content };
  }
  const all = async (damaged?: Damaged) => {
    const texts = objectTexts(calendar, cx, registry, { components: realm.components });
    return { type: FEED_TYPE, body: inOctets(joinedCalendar(texts, feedHeader(calendar), cx, damaged)) };
  };
  if (!isOwner(calendar, cx) || !row?.uploadHash || row.uploadRevision !== collection.revision) {
    return { etag, modifiedAt, content: all };
  }
  const { uploadHash } = row;
  // The last upload, for its owner and while nobody else has written; METHOD in it goes into the type.
  const content = async (damaged?: Damaged) => {
    const upload = await keptUpload(calendar, uploadHash, cx);
    return upload ? { type: hasMethod(upload) ? FEED_TYPE : PLAIN, body: upload } : all(damaged);
  };
  return { etag: uploadTag(etag, uploadHash), modifiedAt, content };
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
  upload: Upload,
  revision: Revision,
  cx: Exchange,
): Promise<string> {
  const tag = wholeCalendarTag(calendar, cx, revision);
  if (!realm.publishes) return tag;
  if (!isWriter(calendar, cx)) {
    const row = await cx.services.db.one<PublicationRow>(publicationOf(calendar.collection.id));
    const { followed, header } = await toFollowers(calendar, realm, row, cx);
    return validatorsOf(followed, header, revision).etag;
  }
  if (!isOwner(calendar, cx) || !isAllShown(calendar, realm)) return tag;
  return (await keep(calendar, upload, revision, cx)) ? uploadTag(tag, upload.hash) : tag;
}

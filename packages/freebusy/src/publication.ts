import { createHash } from "node:crypto";
import { CALENDAR, collectBusy, floatingZone, inboxAvailability, layWords, SCHEDULE_INBOX } from "@kalends/caldav";
import { type CollectionResource, type Exchange, ownMailboxes, type Registry, storedElement } from "@kalends/dav-core";
import { cal, readFragment } from "@kalends/dav-xml";
import { freeBusyText, mergeBusy, type Range } from "@kalends/icalendar";
import type { Cache } from "./cache.js";
import type { Person } from "./person.js";
import { headOf } from "./upload.js";
import { askedWindow, DAY, usualWindow } from "./window.js";
import { type Policy, wordOf } from "./words.js";

/** A calendar with one VFREEBUSY, and the tag it keeps as long as nothing changes that it is made of. */
export interface Publication {
  readonly etag: string;
  /** Makes the text; the same for the same tag. */
  readonly text: () => Promise<string>;
}

export interface PublicationOptions {
  readonly policy: Policy;
  readonly cache: Cache;
}

const TRANSP = cal("schedule-calendar-transp");

/** A calendar that its owner declared transparent does not make him busy (RFC 6638 9.1; CAL-127). */
function counts({ collection }: CollectionResource): boolean {
  const element = storedElement(collection, TRANSP);
  return element === undefined || !readFragment(element).children.some(({ name }) => name === cal("transparent"));
}

/** Nothing was ever written to it: it says nothing about anybody's time. */
const isUntouched = ({ collection }: CollectionResource): boolean => collection.revision <= 1;

/** The part of a window an upload speaks of. */
function within(window: Range, { start, end }: Range): Range | null {
  const cut = { start: Math.max(window.start, start), end: Math.min(window.end, end) };
  return cut.start < cut.end ? cut : null;
}

/**
 * What is published for somebody: his calendars that count, his availability, and what he uploaded (RFC 5546 3.3.1; DSC-80,
 * DSC-82, DSC-87). Null where nothing is known: an upload whose time is over and calendars that were never used.
 */
export async function publicationFor(
  person: Person,
  cx: Exchange,
  registry: Registry,
  { policy, cache }: PublicationOptions,
): Promise<Publication | null> {
  const { db, clock, limits } = cx.services;
  const now = clock();
  const calendars = (await ownMailboxes(person.id, [CALENDAR, SCHEDULE_INBOX], db)).filter(counts);
  const counted = calendars.filter(({ kind }) => kind === CALENDAR);
  const word = person.file && wordOf(person.file, policy, now);
  const asked = askedWindow(cx.query, now, limits.freeBusyDays) ?? usualWindow(now, word);
  const speaksAlone = person.file !== null && policy !== "computed" && counted.every(isUntouched);
  const window = speaksAlone ? word && within(asked, word) : asked;
  if (window === null) return null;

  const state = calendars.map(({ collection: c }) => [c.id, c.revision, c.props, c.timezone, c.binding?.overlay]);
  const made = [
    person.uuid,
    person.login,
    person.domain,
    cx.path,
    cx.origin,
    policy,
    window,
    word && person.file?.etag,
    state,
  ];
  const key = createHash("sha256").update(JSON.stringify(made)).digest("base64url").slice(0, 32);
  const inDefault = counted.some(({ collection }) => collection.id === person.defaultCalendar);
  const text = async (): Promise<string> => {
    const inboxes = calendars.filter(({ kind }) => kind === SCHEDULE_INBOX);
    const available = inboxes.flatMap((inbox) =>
      inboxAvailability(inbox, floatingZone(undefined, inbox.collection), cx),
    );
    const busy = await collectBusy(counted, window, cx, registry, available);
    const periods = mergeBusy(layWords(busy, word && !inDefault ? [word] : []), window);
    const stamp = Math.max(
      Math.floor(now / DAY) * DAY,
      person.file?.uploadedAt ?? 0,
      ...calendars.map(({ collection }) => collection.modifiedAt),
    );
    return freeBusyText({ ...headOf(person), ...window, stamp, url: cx.origin + cx.path }, periods);
  };
  return { etag: `"${key}"`, text: () => cache.get(key, text) };
}

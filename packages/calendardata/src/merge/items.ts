import type { OffloadTask } from "@kalends/dav-core";
import {
  analyseObject,
  type CalendarObject,
  isOlder,
  mergeObjects,
  type ObjectAnalysis,
  objectDistance,
  type ObjectLimits,
  organizersOf,
  parseCalendar,
  printCalendar,
  readObject,
} from "@kalends/icalendar";

/** An item as somebody had it. */
export interface BaseState {
  /** Null = he did not have it. */
  readonly text: string | null;
  /** Nobody has changed it since. */
  readonly isCurrent: boolean;
}

/** One item of a calendar and of a file; null = it is not there. */
export interface MergeItem {
  readonly uid: string;
  readonly current: string | null;
  readonly upload: string | null;
  /** As the sender may have had it, one for each state he may have before him. */
  readonly bases: readonly BaseState[];
}

export interface Judged {
  readonly uid: string;
  readonly take: "current" | "upload" | "both";
  /** What was made of both. */
  readonly object: ObjectAnalysis | null;
  readonly isAsSent: boolean;
  readonly conflicts: number;
  readonly isIgnored: boolean;
}

export interface MergeArgument {
  readonly items: readonly MergeItem[];
  /** Which of the bases it is; null = none is known: what was sent is taken. */
  readonly base: number | null;
  /** The file is a message by which its sender publishes: older versions are ignored (RFC 5546 3.2.1). */
  readonly isPublished: boolean;
  /** What these people organise is not overwritten. */
  readonly organizers: readonly string[];
  readonly limits: ObjectLimits;
  /** Epoch milliseconds. */
  readonly now: number;
}

function read(text: string | null): CalendarObject | null {
  if (text === null) return null;
  const calendar = parseCalendar(text);
  const object = calendar.ok ? readObject(calendar.value) : calendar;
  return object.ok ? object.value : null;
}

/** Two texts stand for the same object, but for its remarks on itself. */
export const isSameObject = (a: string | null, b: string | null): boolean => objectDistance(read(a), read(b)) === 0;

const weightOf = (items: readonly MergeItem[]): number =>
  items.reduce((sum, { current, upload }) => sum + (current?.length ?? 0) + (upload?.length ?? 0), 0);

/** For each state the sender may have had: in how many places the items sent differ from it. */
export const distancesTask: OffloadTask<readonly MergeItem[], readonly number[]> = Object.freeze({
  name: "calendardata.distances",
  weigh: weightOf,
  inline: (items: readonly MergeItem[]) => {
    const sums: number[] = [];
    for (const { upload, bases } of items) {
      const sent = read(upload);
      for (const [n, { text }] of bases.entries()) sums[n] = (sums[n] ?? 0) + objectDistance(read(text), sent);
    }
    return sums;
  },
});

/** Judges items that a file would change: takes what stands, what was sent, or both merged. */
export const mergeTask: OffloadTask<MergeArgument, readonly Judged[]> = Object.freeze({
  name: "calendardata.merge",
  weigh: ({ items }: MergeArgument) => weightOf(items),
  inline: (argument: MergeArgument) => argument.items.map((item) => judge(item, argument)),
});

const AS_SENT = Object.freeze({
  take: "upload",
  object: null,
  isAsSent: true,
  conflicts: 0,
  isIgnored: false,
} as const);
const IGNORED = Object.freeze({ ...AS_SENT, take: "current", isAsSent: false, isIgnored: true } as const);

function judge(item: MergeItem, argument: MergeArgument): Judged {
  const { uid, upload } = item;
  const had = argument.base === null ? undefined : item.bases[argument.base];
  const [base, current, sent] = [read(had?.text ?? null), read(item.current), read(upload)];
  if (argument.isPublished && isNotTaken({ base, current, sent }, argument)) return { uid, ...IGNORED };
  // A removal of what nobody else changed holds, also where the sender was shown a part of it only.
  if (had === undefined || (upload === null && had.isCurrent && had.text !== null)) return { uid, ...AS_SENT };
  if (item.current !== null && current === null) return { uid, ...AS_SENT };
  const merge = mergeObjects({ base, current, upload: sent });
  const { take, isAsSent, conflicts, calendar } = merge;
  if (calendar === null) return { uid, take, object: null, isAsSent, conflicts, isIgnored: false };
  const made = analyseObject(new TextEncoder().encode(printCalendar(calendar)), argument.limits, argument.now);
  // What cannot be put together holds as it was sent.
  if (!made.ok) return { uid, ...AS_SENT, conflicts: conflicts + 1 };
  return { uid, take, object: made.value, isAsSent, conflicts, isIgnored: false };
}

/**
 * Of a message: what is not newer than what the sender had, or than what stands where that is not known, and what an
 * organizer it protects has made.
 */
function isNotTaken(
  { base, current, sent }: Readonly<Record<"base" | "current" | "sent", CalendarObject | null>>,
  { organizers }: MergeArgument,
): boolean {
  if (current && organizersOf(current).some((address) => organizers.includes(address))) return true;
  const known = base ?? current;
  return sent !== null && known !== null && isOlder(sent, known);
}

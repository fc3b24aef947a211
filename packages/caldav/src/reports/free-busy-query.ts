import { type Authorized, has } from "@kalends/acl";
import {
  bodyOf,
  type BusyWord,
  type CollectionResource,
  type Exchange,
  listHome,
  listMembers,
  type MemberSelection,
  NumberOfMatchesWithinLimits,
  plan,
  type Registry,
  type ReportDef,
  type Resource,
  refuse,
  refuseStatus,
} from "@kalends/dav-core";
import { cal, children, type XmlElement } from "@kalends/dav-xml";
import {
  type Availability,
  availabilityBusy,
  availabilityOf,
  type BusyPeriod,
  busyPeriods,
  freeBusyText,
  mergeBusy,
  type Range,
} from "@kalends/icalendar";
import { CALENDAR, SCHEDULE_INBOX } from "../kinds.js";
import { inboxAvailability } from "../properties/inbox.js";
import { breathing } from "../query/breathe.js";
import { type BusyQuestion, busyByIndex, busyToRead, busyWrittenSince } from "../query/busy-index.js";
import { floatingZone } from "../query/floating.js";
import { readRange } from "../query/range.js";
import { storedObject } from "../read/stored-object.js";

const DAY = 86_400_000;

/** The window asked about; both ends are needed (RFC 4791 9.11; CAL-120). */
export function decodeFreeBusyQuery(root: XmlElement, cx: Exchange): Range {
  const [el, another] = children(root, cal("time-range"));
  if (!el || another) return refuseStatus(400, "A free-busy-query holds one time-range.");
  const range = readRange(el, "both");
  if (typeof range === "string") return refuseStatus(400, `time-range: ${range}`);
  const days = cx.services.limits.freeBusyDays;
  if (range.end - range.start <= days * DAY) return range;
  return refuse(NumberOfMatchesWithinLimits, undefined, `A free-busy-query spans at most ${days} days.`);
}

/** Free-busy works on what cannot be looked up; reading, which contains it, does not (RFC 4791 6.1.1). */
const mayAsk = ({ collection: { rights } }: CollectionResource): boolean =>
  has(rights, "9") || (has(rights, "r") && has(rights, "l"));

interface BusySources {
  readonly calendars: readonly CollectionResource[];
  readonly availabilities: readonly Availability[];
}

/** A calendar by itself; a home with its calendars and what its inbox says of the owner's availability. */
async function sourcesIn(at: Resource, cx: Exchange): Promise<BusySources> {
  if (at.rows !== "collection") return { calendars: [], availabilities: [] };
  if (at.kind === CALENDAR)
    return mayAsk(at) ? { calendars: [at], availabilities: [] } : refuseStatus(404, "There is nothing here.");
  const children = await listHome(at, cx);
  const inboxes = children.filter(({ kind }) => kind === SCHEDULE_INBOX);
  return {
    calendars: children.filter((child) => child.kind === CALENDAR && mayAsk(child)),
    availabilities: inboxes.flatMap((inbox) => inboxAvailability(inbox, floatingZone(undefined, inbox.collection), cx)),
  };
}

/** A piece of what is known of the busy time of a calendar. */
interface Piece {
  /** Objects that have to be read: the index cannot tell their busy time. */
  readonly texts: readonly string[];
  readonly periods: readonly BusyPeriod[];
}

/** Who may ask is told when, also of what is private; nothing else goes into the answer. */
async function* textsIn(at: CollectionResource, selection: MemberSelection, cx: Exchange, registry: Registry) {
  const nothing = plan({ form: "prop", names: [] }, registry);
  const seen = { ...selection, columns: ["data"] as const, busyTime: true as const };
  for await (const batch of listMembers(at, nothing, cx, registry, seen))
    yield batch.map(({ member }) => bodyOf(member));
}

/**
 * What is to be read comes before what the index tells, which meanwhile can only learn: that is found twice, and not missed. What
 * was written since the request began is read in the end.
 */
async function* busyIn(at: CollectionResource, question: BusyQuestion, cx: Exchange, registry: Registry) {
  for await (const texts of textsIn(at, busyToRead(question), cx, registry)) yield { texts, periods: [] };
  const { periods, revision } = await busyByIndex(question, cx.services.db);
  yield { texts: [], periods };
  if (revision === at.collection.revision) return;
  const written = busyWrittenSince(at.collection.id, at.collection.revision);
  for await (const texts of textsIn(at, written, cx, registry)) yield { texts, periods: [] };
}

/**
 * Busy time of some calendars in a window, merged (RFC 4791 7.10; CAL-122 to CAL-126). Availabilities are weighed against each other
 * by priority wherever they are, those of an inbox (`availabilities`) too, then events come on top (RFC 7953 5; CAL-132). Ends with 507 when it would cost too much.
 */
export async function collectBusy(
  calendars: readonly CollectionResource[],
  range: Range,
  cx: Exchange,
  registry: Registry,
  availabilities: readonly Availability[] = [],
): Promise<readonly BusyPeriod[]> {
  const breathe = breathing(cx);
  const { instancesPerObject, instancesPerRequest } = cx.services.limits;
  const available = [...availabilities];
  let found: BusyPeriod[] = [];
  let counted = 0;
  const count = (more: number): void => {
    counted += more;
    if (counted > instancesPerRequest)
      refuse(NumberOfMatchesWithinLimits, undefined, "The window holds too many events.");
  };
  for (const calendar of calendars) {
    const { id, owner } = calendar.collection;
    const zone = floatingZone(undefined, calendar.collection);
    const options = {
      owner: [`mailto:${owner.login}@${owner.domain}`, cx.links.principal(owner)],
      instances: instancesPerObject,
    };
    const pieces: AsyncGenerator<Piece> = busyIn(
      calendar,
      { collection: id, range, owner: options.owner },
      cx,
      registry,
    );
    for await (const { texts, periods } of pieces) {
      count(periods.length);
      found.push(...periods);
      for (const text of texts) {
        const object = storedObject(text);
        if (!object.ok) continue;
        const isAvailability = object.value.component === "VAVAILABILITY";
        const busy = isAvailability ? [] : busyPeriods(object.value, range, zone, options);
        if (isAvailability) available.push(availabilityOf(object.value, zone));
        count(busy.length + (isAvailability ? 1 : 0));
        found.push(...busy);
        await breathe();
      }
      found = mergeBusy(found, range);
    }
  }
  const unavailable = availabilityBusy(available, range, instancesPerObject);
  count(unavailable.length);
  const ids = calendars.map(({ collection }) => collection.id);
  const words = await Promise.all(registry.busySources.map((source) => source(ids, cx.services)));
  return mergeBusy([...layWords(found, words.flat()), ...unavailable], range);
}

/** Adds what was said elsewhere to busy time; a word that counts instead takes away what it speaks of first. */
export function layWords(found: readonly BusyPeriod[], words: readonly BusyWord[]): readonly BusyPeriod[] {
  const outside = words.filter(({ instead }) => instead).reduce(without, found);
  return [...outside, ...words.flatMap(({ periods }) => periods)];
}

const without = (periods: readonly BusyPeriod[], { start, end }: Range): readonly BusyPeriod[] =>
  periods.flatMap((each) =>
    [
      { ...each, end: Math.min(each.end, start) },
      { ...each, start: Math.max(each.start, end) },
    ].filter((part) => part.start < part.end),
  );

/** C:free-busy-query: when a calendar's owner is busy, for those who may know that and no more (RFC 4791 7.10; CAL-120 to CAL-127). */
export const freeBusyQuery: ReportDef<Range> = {
  name: cal("free-busy-query"),
  spec: "RFC 4791 7.10",
  on: [CALENDAR, "home"],
  // Reading includes knowing when; whoever may do neither is told that there is nothing (RFC 4791 7.10).
  needs: [],
  decode: decodeFreeBusyQuery,
  async run(range, at: Authorized<Resource>, cx, registry) {
    const { calendars, availabilities } = await sourcesIn(at.target, cx);
    const periods = await collectBusy(calendars, range, cx, registry, availabilities);
    const body = freeBusyText({ ...range, stamp: cx.services.clock() }, periods);
    return { kind: "body", status: 200, body, type: "text/calendar; charset=utf-8" };
  },
};

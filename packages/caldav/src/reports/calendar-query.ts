import {
  type Answer,
  bodyOf,
  type CollectionResource,
  decodeReportProps,
  type Exchange,
  listMembers,
  type MemberResource,
  type MemberSelection,
  parseDepth,
  type Registry,
  type ReportDef,
  refuse,
  sightOf,
} from "@kalends/dav-core";
import { cal, child, children, type XmlElement } from "@kalends/dav-xml";
import { type CalendarFilter, type CalendarObject, matches, neededFor, type Zone } from "@kalends/icalendar";
import { type CollectionId, raw, sql } from "@kalends/store";
import { decodeCalendarData } from "../calendar-data.js";
import { ValidFilter } from "../conditions.js";
import { CALENDAR, CALENDAR_OBJECT, SCHEDULE_INBOX } from "../kinds.js";
import { breathing } from "../query/breathe.js";
import { decodeFilter } from "../query/decode-filter.js";
import { decodeZone, floatingZone } from "../query/floating.js";
import { prefilter } from "../query/prefilter.js";
import { storedObject } from "../read/stored-object.js";
import { type Rendering, rendering, type Wanted } from "./rendering.js";
import { reach } from "./scope.js";

export interface CalendarQuery extends Wanted {
  readonly filter: CalendarFilter;
  readonly zone: Zone | undefined;
}

/** The body of a calendar-query as data; refuses what RFC 4791 7.8 refuses. */
export function decodeCalendarQuery(root: XmlElement): CalendarQuery {
  const [filter, another] = children(root, cal("filter"));
  if (!filter || another) return refuse(ValidFilter, undefined, "A calendar-query holds one filter.");
  return {
    props: decodeReportProps(root),
    data: decodeCalendarData(root),
    filter: decodeFilter(filter),
    zone: child(root, cal("timezone")) || child(root, cal("timezone-id")) ? decodeZone(root) : undefined,
  };
}

interface Found {
  readonly selection: MemberSelection;
  /** Whether what is not sure has to be matched. */
  readonly isJudged: boolean;
}

/**
 * What is read, in one statement, lest it escapes because it was written between two. What the index is sure of is not parsed;
 * of the rest the text is read and matched. The index speaks of what is stored: of what is shown `inPart` it is sure of the
 * component alone, or a match would tell what is hidden.
 */
function lookFor(filter: CalendarFilter, collection: CollectionId, only: string | undefined, inPart: boolean): Found {
  const all = prefilter(filter, collection);
  const named = only === undefined ? all.named : { ...all, marked: sql`select ${only}::text as name, false as sure` };
  const { where, certain } = named ?? all;
  const marked = named ? { marked: named.marked } : {};
  if (all.exact) return { selection: { ...marked, where }, isJudged: false };
  const selection = inPart ? withHidden({ ...marked, where }, collection, only) : { ...marked, where };
  if (certain === null) return { selection: { ...selection, columns: ["data"] }, isJudged: true };
  return {
    selection: { ...selection, sure: inPart ? sql`(${certain}) and o.class = 'public'` : certain },
    isJudged: true,
  };
}

/** Adds all whose text is shown in part. */
function withHidden(
  { marked, where = raw("true") }: MemberSelection,
  collection: CollectionId,
  only: string | undefined,
): MemberSelection {
  const hidden = sql`select h.name, false from object h where h.collection_id = ${collection}::bigint and h.class <> 'public'`;
  return {
    ...(marked ? { marked: only === undefined ? sql`${marked} union all ${hidden}` : marked } : {}),
    where: sql`(${where}) or o.class <> 'public'`,
  };
}

interface Judged {
  readonly members: readonly MemberResource[];
  readonly parsed: ReadonlyMap<string, CalendarObject>;
}

async function judge(
  batch: readonly MemberResource[],
  { filter, data }: CalendarQuery,
  zone: Zone,
  cx: Exchange,
): Promise<Judged> {
  const needed = neededFor(filter, data);
  const parsed = new Map<string, CalendarObject>();
  const limits = { instances: cx.services.limits.instancesPerObject };
  const breathe = breathing(cx);
  const members: MemberResource[] = [];
  for (const member of batch) {
    if (member.member.sure) {
      members.push(member);
      continue;
    }
    const object = storedObject(bodyOf(member.member), needed);
    if (object.ok && matches(object.value, filter, zone, limits)) {
      members.push(member);
      parsed.set(member.href, object.value);
    }
    await breathe();
  }
  return { members, parsed };
}

async function* search(
  query: CalendarQuery,
  collection: CollectionResource,
  only: string | undefined,
  answer: Rendering,
  cx: Exchange,
  registry: Registry,
): AsyncGenerator<readonly Answer[], void, undefined> {
  const zone = floatingZone(query.zone, collection.collection);
  const inPart = sightOf(collection.collection, cx) !== null;
  const { selection, isJudged } = lookFor(query.filter, collection.collection.id, only, inPart);
  for await (const batch of listMembers(collection, answer.plan, cx, registry, selection)) {
    const { members, parsed } = isJudged ? await judge(batch, query, zone, cx) : { members: batch, parsed: undefined };
    yield await answer.items(members, zone, parsed);
  }
}

interface Reached {
  readonly collections: readonly CollectionResource[];
  readonly only?: string;
}

async function* items(query: CalendarQuery, { collections, only }: Reached, cx: Exchange, registry: Registry) {
  const answer = rendering(query, cx, registry);
  for (const collection of collections) yield* search(query, collection, only, answer, cx, registry);
}

/** C:calendar-query: the objects that match a filter (RFC 4791 7.8; CAL-60 to CAL-83). */
export const calendarQuery: ReportDef<CalendarQuery> = {
  name: cal("calendar-query"),
  spec: "RFC 4791 7.8",
  on: [CALENDAR, CALENDAR_OBJECT, SCHEDULE_INBOX, "home"],
  needs: [{ right: "r", on: "self" }],
  decode: decodeCalendarQuery,
  // What can refuse the whole request comes before the first octet of the answer.
  async run(query, at, cx, registry) {
    const { depth } = parseDepth(cx.headers.get("depth"), 0);
    const reached = await reach(at.target, depth, cx);
    return { kind: "multistatus", status: 207, items: items(query, reached, cx, registry) };
  },
};

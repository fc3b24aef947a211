import {
  type Answer,
  bodyOf,
  type CollectionResource,
  decodeReportProps,
  type Exchange,
  listMembers,
  type MemberResource,
  parseDepth,
  type Registry,
  type ReportDef,
  refuse,
  sightOf,
} from "@kalends/dav-core";
import { cal, child, children, type XmlElement } from "@kalends/dav-xml";
import { type CalendarFilter, type CalendarObject, matches, neededFor, type Zone } from "@kalends/icalendar";
import { type CollectionId, raw, type Sql, sql } from "@kalends/store";
import { decodeCalendarData } from "../calendar-data.js";
import { ValidFilter } from "../conditions.js";
import { CALENDAR, CALENDAR_OBJECT, SCHEDULE_INBOX } from "../kinds.js";
import { breathing } from "../query/breathe.js";
import { decodeFilter } from "../query/decode-filter.js";
import { decodeZone, floatingZone } from "../query/floating.js";
import { prefilter } from "../query/prefilter.js";
import { allOf, anyOf, conditionOf, EVERY, type Sought } from "../query/sought.js";
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

/** One pass over a collection: which rows, and whether their bodies must be read to judge them. */
interface Pass {
  readonly sought: Sought;
  readonly judge: boolean;
  /** Of these it is known already. */
  readonly sure?: Sql;
}

/**
 * What the index is sure of is listed without being parsed; only the rest is read and matched. Where bodies are read anyway
 * one pass can do both. Of several, those that judge come first: what the index learns meanwhile is then found twice, and
 * not missed. The index speaks of what is stored: of what is shown `inPart` it is sure of the component alone, or a match would
 * tell what is hidden.
 */
function passes(
  { filter, data }: CalendarQuery,
  collection: CollectionId,
  only: string | undefined,
  inPart: boolean,
): readonly Pass[] {
  const { where, certain, rest, exact, perRow } = prefilter(filter, collection);
  const member: Sought = only === undefined ? EVERY : { names: sql`array[${only}::text]`, where: raw("true") };
  const named = (sought: Sought): Sought => allOf([member, sought]);
  const open = (sought: Sought): Sought => (inPart ? allOf([sought, PUBLIC]) : sought);
  const whole = inPart && !exact ? anyOf([where, HIDDEN]) : where;
  if (exact) return [{ sought: named(whole), judge: false }];
  if (certain === null) return [{ sought: named(whole), judge: true }];
  if (perRow && data) return [{ sought: named(whole), judge: true, sure: conditionOf(open(certain)) }];
  return [
    ...(inPart ? [{ sought: named(HIDDEN), judge: true }] : []),
    { sought: named(open(rest)), judge: true },
    { sought: named(open(certain)), judge: false },
  ];
}

const PUBLIC: Sought = { where: raw("o.class = 'public'") };
const HIDDEN: Sought = { where: raw("o.class <> 'public'") };

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
  const given = new Set<string>();
  for (const { sought, judge: isJudged, sure } of passes(query, collection.collection.id, only, inPart)) {
    const selection = { ...sought, columns: isJudged ? (["data"] as const) : [], ...(sure ? { sure } : {}) };
    for await (const batch of listMembers(collection, answer.plan, cx, registry, selection)) {
      const more = given.size === 0 ? batch : batch.filter(({ href }) => !given.has(href));
      const found = isJudged ? await judge(more, query, zone, cx) : { members: more, parsed: new Map() };
      if (isJudged && !sure) for (const { href } of found.members) given.add(href);
      yield await answer.items(found.members, zone, found.parsed);
    }
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

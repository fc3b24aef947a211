import {
  type Answer,
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
  readonly where: Sql;
  readonly judge: boolean;
}

/**
 * What the index is sure of is listed without being parsed; only the rest is read and matched. The index speaks of what is
 * stored: of what is shown `inPart` it is sure of the component alone, or a match would tell what is hidden.
 */
function passes(
  filter: CalendarFilter,
  collection: CollectionId,
  only: string | undefined,
  inPart: boolean,
): readonly Pass[] {
  const { where, certain, rest, exact } = prefilter(filter, collection);
  const named = (condition: Sql): Sql => (only === undefined ? condition : sql`o.name = ${only} and ${condition}`);
  if (exact) return [{ where: named(where), judge: false }];
  const judged: Pass[] = [
    ...(certain === null ? [] : [{ where: certain, judge: false }]),
    { where: rest, judge: true },
  ];
  if (!inPart) return judged.map((pass) => ({ ...pass, where: named(pass.where) }));
  return [
    ...judged.map((pass) => ({ ...pass, where: named(sql`(${pass.where} and o.class = 'public')`) })),
    { where: named(raw("o.class <> 'public'")), judge: true },
  ];
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
    const object = storedObject(member.member.data ?? "", needed);
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
  for (const pass of passes(query.filter, collection.collection.id, only, inPart)) {
    const columns = pass.judge ? (["data"] as const) : [];
    for await (const batch of listMembers(collection, answer.plan, cx, registry, { where: pass.where, columns })) {
      const found = pass.judge ? await judge(batch, query, zone, cx) : { members: batch, parsed: new Map() };
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

import {
  type Answer,
  type CollectionResource,
  decodeReportProps,
  type Exchange,
  type Item,
  listMembers,
  type Registry,
  type ReportDef,
  type Resource,
  refuseStatus,
  unmounted,
} from "@kalends/dav-core";
import { cal, children, dav, type XmlElement } from "@kalends/dav-xml";
import type { Zone } from "@kalends/icalendar";
import { sql } from "@kalends/store";
import { decodeCalendarData } from "../calendar-data.js";
import { CALENDAR, CALENDAR_OBJECT, SCHEDULE_INBOX } from "../kinds.js";
import { breathing } from "../query/breathe.js";
import { decodeZone, floatingZone } from "../query/floating.js";
import { memberBelow, pathsOf, plainNameBelow, readHref, type Segments } from "./hrefs.js";
import { type Rendering, rendering, type Wanted } from "./rendering.js";
import { calendarsBelow, collectionAround } from "./scope.js";

export interface CalendarMultiget extends Wanted {
  readonly hrefs: readonly string[];
  readonly zone: Zone | undefined;
}

/** The body of a calendar-multiget as data (RFC 4791 9.10). */
export function decodeCalendarMultiget(root: XmlElement, cx: Exchange): CalendarMultiget {
  const hrefs = children(root, dav("href")).map((href) => unmounted(href.text.trim(), cx.mount));
  const most = cx.services.limits.multigetHrefs;
  if (hrefs.length > most) return refuseStatus(413, `A multiget takes at most ${most} hrefs.`);
  return {
    props: decodeReportProps(root),
    data: decodeCalendarData(root),
    zone: decodeZone(root),
    hrefs: [...new Set(hrefs)],
  };
}

/** What was asked of one collection: names of members, each with the href it was asked by. */
type Asked = ReadonlyMap<string, string>;

interface Sorted {
  readonly asked: ReadonlyMap<CollectionResource, Asked>;
  /** hrefs that lead nowhere or beyond the Request-URI. */
  readonly lost: readonly string[];
}

/** Looks among every collection that may be named, with the paths it goes by: as requested, and in canonical form. */
async function sort(
  hrefs: readonly string[],
  scope: readonly CollectionResource[],
  only: string | undefined,
  cx: Exchange,
): Promise<Sorted> {
  const places = scope.map((collection) => ({ collection, paths: pathsOf(collection, cx) }));
  const asked = new Map<CollectionResource, Map<string, string>>();
  const lost: string[] = [];
  const breathe = breathing(cx);
  for (const text of hrefs) {
    const found = find(places, text, cx);
    if (!found || (only !== undefined && found.name !== only)) lost.push(text);
    else {
      const names = asked.get(found.collection) ?? new Map<string, string>();
      if (!names.has(found.name)) names.set(found.name, text);
      asked.set(found.collection, names);
    }
    const pause = breathe();
    if (pause) await pause;
  }
  return { asked, lost };
}

type Place = { readonly collection: CollectionResource; readonly paths: readonly Segments[] };

function find(places: readonly Place[], text: string, cx: Exchange) {
  for (const { collection } of places) {
    const name = plainNameBelow(collection, text);
    if (name !== undefined) return { collection, name };
  }
  const { path } = readHref(text, cx);
  return path ? findPath(places, path) : undefined;
}

function findPath(places: readonly Place[], path: Segments) {
  for (const { collection, paths } of places) {
    for (const prefix of paths) {
      const name = memberBelow(prefix, path);
      if (name !== undefined) return { collection, name };
    }
  }
  return undefined;
}

/** Responses made at once; between two such batches other requests get their turn. */
const BATCH = 200;

function* batches<T>(all: readonly T[]): Generator<readonly T[], void, undefined> {
  for (let from = 0; from < all.length; from += BATCH) yield all.slice(from, from + BATCH);
}

function* notFound(hrefs: readonly string[]): Generator<readonly Item[], void, undefined> {
  for (const batch of batches(hrefs)) yield batch.map((href) => ({ href, status: 404 }));
}

async function* membersOf(
  collection: CollectionResource,
  asked: Asked,
  zone: Zone,
  answer: Rendering,
  cx: Exchange,
  registry: Registry,
): AsyncGenerator<readonly Answer[], void, undefined> {
  const missing = new Map(asked);
  const names = sql`${[...asked.keys()]}::text[]`;
  for await (const page of listMembers(collection, answer.plan, cx, registry, { names })) {
    for (const { name } of page) missing.delete(name);
    for (const batch of batches(page)) yield await answer.items(batch, zone);
  }
  yield* notFound([...missing.values()]);
}

async function scopeOf(at: Resource, cx: Exchange): Promise<readonly CollectionResource[]> {
  if (at.rows === "member") return [collectionAround(at)];
  if (at.rows !== "collection") return [];
  return at.kind === "home" ? calendarsBelow(at, cx) : [at];
}

async function* items(query: CalendarMultiget, { asked, lost }: Sorted, cx: Exchange, registry: Registry) {
  const answer = rendering(query, cx, registry);
  for (const [collection, names] of asked) {
    yield* membersOf(collection, names, floatingZone(query.zone, collection.collection), answer, cx, registry);
  }
  yield* notFound(lost);
}

/** C:calendar-multiget: objects by their hrefs, one response for each (RFC 4791 7.9; CAL-110 to CAL-114). */
export const calendarMultiget: ReportDef<CalendarMultiget> = {
  name: cal("calendar-multiget"),
  spec: "RFC 4791 7.9",
  on: [CALENDAR, CALENDAR_OBJECT, SCHEDULE_INBOX, "home"],
  needs: [{ right: "r", on: "self" }],
  decode: decodeCalendarMultiget,
  async run(query, { target }, cx, registry) {
    const only = target.rows === "member" ? target.name : undefined;
    const sorted = await sort(query.hrefs, await scopeOf(target, cx), only, cx);
    return { kind: "multistatus", status: 207, items: items(query, sorted, cx, registry) };
  },
};

import { createHash } from "node:crypto";
import {
  type CollectionResource,
  type Exchange,
  evaluate,
  indexPage,
  type MethodDef,
  type Registry,
  type Reply,
  refuseStatus,
  sightOf,
  storedText,
} from "@kalends/dav-core";
import { ical } from "@kalends/dav-xml";
import { type Damaged, type JoinHeader, openJoin } from "@kalends/icalendar";
import { CALENDAR } from "../kinds.js";
import { breathing } from "../query/breathe.js";
import { VARY } from "./by-timezones.js";
import { formatFor, prefersHtml, tagIn } from "./formats.js";
import type { Piece } from "./in-octets.js";
import { objectTexts, type ShownText } from "./object-pages.js";

const PRODID = "-//Kalends//Kalends//EN";

/** Name, description and colour as this person sees them, for the head of the whole calendar (RFC 7986 5). */
export function joinHeader({ collection }: CollectionResource): JoinHeader {
  const color = storedText(collection, ical("calendar-color"))?.trim();
  return {
    prodid: PRODID,
    ...(collection.displayName ? { name: collection.displayName } : {}),
    ...(collection.description ? { description: collection.description } : {}),
    ...(color ? { color: color.slice(0, 7) } : {}),
  };
}

/**
 * The entity tag of the whole calendar as this person sees it: another with every change of an object (`revision`) and of
 * what its head tells, and another for whoever sees a part only. A PROPPATCH moves no date (RFC 4918 15.7), so the head
 * counts by its content.
 */
export function wholeCalendarTag(
  calendar: CollectionResource,
  cx: Pick<Exchange, "services" | "by">,
  revision: number = calendar.collection.revision,
): string {
  const head = createHash("sha256")
    .update(JSON.stringify(joinHeader(calendar)))
    .digest("base64url")
    .slice(0, 16);
  const view = sightOf(calendar.collection, cx) === null ? "" : "-part";
  return `"${calendar.collection.uuid}-${revision}-${head}${view}"`;
}

/** A whole calendar page by page: the pieces of its text, the head first, then one for each object, the end. */
export const wholeCalendar = (
  calendar: CollectionResource,
  cx: Exchange,
  registry: Registry,
  components: readonly string[] | null = null,
  damaged?: Damaged,
): AsyncGenerator<readonly Piece[], void, undefined> =>
  joinedCalendar(objectTexts(calendar, cx, registry, { components }), joinHeader(calendar), cx, damaged);

/**
 * Pages of objects joined into one calendar under a head; others get their turn in between. `damaged` hears of those that
 * cannot be taken apart and are left out.
 */
export async function* joinedCalendar(
  pages: AsyncIterable<readonly ShownText[]>,
  header: JoinHeader,
  cx: Exchange,
  damaged?: Damaged,
): AsyncGenerator<readonly Piece[], void, undefined> {
  const breathe = breathing(cx);
  const { head, add, end } = openJoin(header, damaged);
  yield [head];
  for await (const page of pages) {
    const pieces: Piece[] = [];
    for (const { text, layout } of page) {
      pieces.push(add(text, layout));
      const pause = breathe();
      if (pause) await pause;
    }
    yield pieces;
  }
  yield [end];
}

async function answer(calendar: CollectionResource, cx: Exchange, registry: Registry): Promise<Reply> {
  const accept = cx.headers.get("accept");
  if (prefersHtml(accept)) return indexPage(calendar, cx, registry);
  const format = formatFor(accept);
  const { modifiedAt } = calendar.collection;
  const etag = tagIn(format, wholeCalendarTag(calendar, cx));
  const headers = { ETag: etag, "Cache-Control": "private, no-cache", Vary: VARY };
  const outcome = evaluate(cx.headers, { etag, modifiedAt }, true);
  if (outcome === "not-modified") return { kind: "empty", status: 304, headers };
  if (outcome === "failed") return refuseStatus(412, "The calendar has another version than the one asked for.");
  const body = format.stream(wholeCalendar(calendar, cx, registry));
  return { kind: "body", status: 200, headers, body, type: format.contentType };
}

/** GET (and with it HEAD) on a calendar: all its objects as one VCALENDAR, also as jCal or xCal; a list of links for browsers. */
export const getCalendar: MethodDef = {
  verb: "GET",
  on: [CALENDAR],
  spec: "RFC 4918 9.4, RFC 5545 3.4, RFC 6321, RFC 7265",
  needs: () => [{ right: "r", on: "self" }],
  async handle(at, cx, registry) {
    const { target } = at;
    if (!target.mapped || target.resource.rows !== "collection") return refuseStatus(404, "There is nothing here.");
    return answer(target.resource, cx, registry);
  },
};

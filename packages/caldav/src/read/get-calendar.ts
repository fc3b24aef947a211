import { createHash } from "node:crypto";
import {
  type CollectionResource,
  type Exchange,
  evaluate,
  indexPage,
  listMembers,
  type MethodDef,
  plan,
  type Registry,
  type Reply,
  refuseStatus,
  sightOf,
  storedText,
} from "@kalends/dav-core";
import { ical } from "@kalends/dav-xml";
import { type Damaged, type JoinHeader, joinCalendar } from "@kalends/icalendar";
import { raw, type Sql, sql } from "@kalends/store";
import { CALENDAR } from "../kinds.js";
import { breathing } from "../query/breathe.js";
import { byTimezones, VARY } from "./by-timezones.js";
import { formatFor, prefersHtml, tagIn } from "./formats.js";

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

/** Texts that are there already, taken by a consumer that cannot wait; running dry before the end is an error. */
function shelf() {
  const texts: string[] = [];
  let isLast = false;
  function* take(): Generator<string> {
    for (;;) {
      const text = texts.shift();
      if (text !== undefined) yield text;
      else if (isLast) return;
      else throw new Error("a stored object could not be joined into the whole calendar");
    }
  }
  return {
    taken: take(),
    put: (more: readonly string[]) => texts.push(...more),
    isFilled: () => texts.length > 0,
    close: () => {
      isLast = true;
    },
  };
}

/** What of its objects a whole calendar shows, and how. */
export interface WholeOptions {
  /** Types of components that belong in it; absent or null = all. */
  readonly components?: readonly string[] | null;
  /** More that must hold for `object o`. */
  readonly where?: Sql;
  /** The text shown for a stored one; null leaves it out. */
  readonly show?: (text: string, uid: string) => string | null;
}

/**
 * A whole calendar as one stream of iCalendar text, read page by page; no transaction is open in between.
 */
export const wholeCalendar = (
  calendar: CollectionResource,
  cx: Exchange,
  registry: Registry,
  components: readonly string[] | null = null,
  damaged?: Damaged,
): AsyncGenerator<string, void, undefined> =>
  joinedCalendar(objectTexts(calendar, cx, registry, { components }), joinHeader(calendar), cx, damaged);

/** The texts of a calendar's objects, page by page, in order of name. */
export async function* objectTexts(
  calendar: CollectionResource,
  cx: Exchange,
  registry: Registry,
  { components = null, where = raw("true"), show = (text) => text }: WholeOptions = {},
): AsyncGenerator<readonly string[], void, undefined> {
  const zoned = byTimezones(cx);
  const nothing = plan({ form: "prop", names: [] }, registry);
  const ofType = components === null ? raw("true") : sql`o.component = any(${components}::text[])`;
  const selection = { where: sql`${ofType} and (${where})`, columns: ["data", "uid"] as const };
  for await (const batch of listMembers(calendar, nothing, cx, registry, selection)) {
    yield batch.flatMap(({ member }) => {
      const shown = show(member.data ?? "", member.uid);
      return shown === null ? [] : [zoned(shown)];
    });
  }
}

/**
 * Pages of objects joined into one calendar under a head; others get their turn in between. `damaged` hears of those that
 * cannot be taken apart and are left out.
 */
export async function* joinedCalendar(
  pages: AsyncIterable<readonly string[]>,
  header: JoinHeader,
  cx: Exchange,
  damaged?: Damaged,
): AsyncGenerator<string, void, undefined> {
  const { taken, put, isFilled, close } = shelf();
  const breathe = breathing(cx);
  const joined = joinCalendar(taken, header, damaged);
  const head = joined.next();
  if (!head.done) yield head.value;
  for await (const page of pages) {
    put(page);
    while (isFilled()) {
      yield joined.next().value ?? "";
      await breathe();
    }
  }
  close();
  yield* joined;
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

import { evaluate } from "@kalends/dav-core";
import { ianaNames, parseCalendar, vtimezoneOf } from "@kalends/icalendar";
import { formatFor, MEDIA_TYPES } from "../read/formats.js";
import { isAcceptable } from "../read/negotiate.js";
import { LEAP_SECONDS_TAG, leapSeconds } from "./leap-seconds.js";
import { capabilities, findZones, TZ_PATH, zoneList, zoneObservances } from "./tz-documents.js";
import { type TzReply, tzProblem } from "./tz-problem.js";

/** A GET of the time zone service. Header names are lower case. */
export interface TzRequest {
  /** Percent-encoded, beginning with {@link TZ_PATH}. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: ReadonlyMap<string, string>;
}

/** Years for which offsets are told; beyond them it is guesswork. */
const FIRST = Date.UTC(1900, 0);
const LAST = Date.UTC(2101, 0);
const UTC_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const RELEASE = /^\d{4}[a-z]+$/;

const names: ReadonlySet<string> = new Set(ianaNames());

/** Whether a path (percent-encoded) belongs to the service. */
export const isTzPath = (path: string): boolean => path === TZ_PATH || path.startsWith(`${TZ_PATH}/`);

/**
 * The time zone service (RFC 7808): capabilities, list, find, get, expand, leapseconds. Everybody may ask. `release` names the IANA
 * data, which entity tags stand for: nothing but the leap seconds changes without it.
 */
export function timezoneService({ path, query, headers }: TzRequest, release: string): TzReply {
  const [action, name, more] = segments(path);
  if (action === "capabilities" && name === undefined) return json(capabilities(release), headers, release);
  if (action === "leapseconds" && name === undefined) return json(leapSeconds, headers, LEAP_SECONDS_TAG);
  if (action !== "zones") return tzProblem("invalid-action");
  if (name === undefined) return list(query, headers, release);
  if (!names.has(name)) return tzProblem("tzid-not-found");
  if (more === "observances") return expand(name, query, headers, release);
  if (query.has("start")) return tzProblem("invalid-start");
  return query.has("end") ? tzProblem("invalid-end") : zone(name, headers, release);
}

/** Action, zone and what is asked of it; the slash in a zone's name may be percent-encoded or not. */
function segments(path: string): readonly (string | undefined)[] {
  const found = /^\/([^/]+)(?:\/(.+?)(?:\/(observances))?)?\/?$/.exec(path.slice(TZ_PATH.length));
  return found ? [found[1], found[2] === undefined ? undefined : decoded(found[2]), found[3]] : [];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The value of a parameter that must not come twice (RFC 7808 5): null without it, undefined for several. */
function single(query: URLSearchParams, name: string): string | null | undefined {
  const [value = null, ...more] = query.getAll(name);
  return more.length > 0 ? undefined : value;
}

function list(query: URLSearchParams, headers: TzRequest["headers"], release: string): TzReply {
  const pattern = single(query, "pattern");
  const since = single(query, "changedsince");
  if (pattern !== null) {
    const found = pattern === undefined ? undefined : findZones(pattern);
    return found ? json(zoneList(found, release), headers, release) : tzProblem("invalid-pattern");
  }
  if (since === undefined || (since !== null && since !== release && !RELEASE.test(since)))
    return tzProblem("invalid-changedsince");
  return json(zoneList(since === release ? [] : ianaNames(), release), headers, release);
}

function expand(tzid: string, query: URLSearchParams, headers: TzRequest["headers"], release: string): TzReply {
  const start = instant(single(query, "start"));
  const end = instant(single(query, "end"));
  if (start === undefined) return tzProblem("invalid-start");
  if (end === undefined || end <= start) return tzProblem("invalid-end");
  return json(zoneObservances(tzid, start, end), headers, release);
}

function instant(text: string | null | undefined): number | undefined {
  const time = typeof text === "string" && UTC_TIME.test(text) ? Date.parse(text) : Number.NaN;
  return time >= FIRST && time <= LAST ? time : undefined;
}

function zone(tzid: string, headers: TzRequest["headers"], release: string): TzReply {
  const accept = headers.get("accept");
  if (!MEDIA_TYPES.some((type) => isAcceptable(accept, type))) return tzProblem("invalid-format");
  const format = formatFor(accept);
  const vtimezone = vtimezoneOf(tzid) ?? "";
  const text = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//Kalends//EN\r\n${vtimezone}END:VCALENDAR\r\n`;
  const parsed = format.write ? parseCalendar(text) : undefined;
  const body = parsed?.ok && format.write ? format.write(parsed.value) : text;
  return fresh(body, { "Content-Type": format.contentType, Vary: "Accept" }, headers, `"${release}${format.suffix}"`);
}

const json = (document: object, headers: TzRequest["headers"], release: string): TzReply =>
  fresh(JSON.stringify(document), { "Content-Type": "application/json" }, headers, `"${release}"`);

/** The document, or 304 and 412 (RFC 9110 13). */
function fresh(body: string, own: TzReply["headers"], asked: TzRequest["headers"], etag: string): TzReply {
  const headers = { ...own, ETag: etag, "Cache-Control": "public, max-age=86400" };
  const outcome = evaluate(asked, { etag, modifiedAt: null }, true);
  if (outcome === "proceed") return { status: 200, headers, body };
  return { status: outcome === "failed" ? 412 : 304, headers: outcome === "failed" ? {} : headers, body: "" };
}

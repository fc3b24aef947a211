import {
  bodyReply,
  type Exchange,
  evaluate,
  type MethodDef,
  type Registry,
  type Reply,
  type Resource,
  readMember,
  refuseStatus,
  stateHeaders,
} from "@kalends/dav-core";
import { parseCalendar } from "@kalends/icalendar";
import { CALENDAR_OBJECT, SCHEDULE_ITEM } from "../kinds.js";
import { byTimezones, VARY } from "./by-timezones.js";
import { type Format, formatFor, tagIn } from "./formats.js";

type Member = Extract<Resource, { rows: "member" }>;

const vary = (reply: Reply): Reply => ({ ...reply, headers: { ...reply.headers, Vary: VARY } });

/** The stored text, or what it says in another format; what cannot be read stays text. */
function represent(text: string, format: Format): string {
  const parsed = format.write ? parseCalendar(text) : undefined;
  return parsed?.ok && format.write ? format.write(parsed.value) : text;
}

function typeOf(member: Member, format: Format, registry: Registry): string {
  const own = registry.contentType(member) ?? format.contentType;
  return format.write ? own.replace(/^text\/calendar; charset=utf-8/, format.contentType) : own;
}

async function answer(member: Member, cx: Exchange, registry: Registry): Promise<Reply> {
  const stored = await readMember(member, cx);
  const format = formatFor(cx.headers.get("accept"));
  const etag = tagIn(format, `"${stored.etag}"`);
  const state = { etag: etag.slice(1, -1), modifiedAt: stored.modifiedAt };
  const outcome = evaluate(cx.headers, { etag, modifiedAt: stored.modifiedAt }, true);
  if (outcome === "not-modified") return { kind: "empty", status: 304, headers: stateHeaders(state) };
  if (outcome === "failed") return refuseStatus(412, "A condition in the request does not hold any more.");
  return bodyReply(represent(byTimezones(cx)(stored.data), format), typeOf(member, format, registry), state, cx);
}

/**
 * GET (and with it HEAD) on a calendar object: the stored octets, zones by `CalDAV-Timezones` (RFC 7809 3.1.3), or the same as jCal or xCal by `Accept`, each format with
 * an entity tag of its own (RFC 4791 5.3.4, RFC 6321, RFC 7265).
 */
export const getObject: MethodDef = {
  verb: "GET",
  on: [CALENDAR_OBJECT, SCHEDULE_ITEM],
  spec: "RFC 9110 9.3.1, RFC 6321, RFC 7265",
  ownTags: true,
  needs: () => [{ right: "r", on: "self" }],
  async handle({ target }, cx, registry) {
    if (!target.mapped || target.resource.rows !== "member") return refuseStatus(404, "There is nothing here.");
    return vary(await answer(target.resource, cx, registry));
  },
};

import { type Authorized, authorize, has, type NeededRight, type Right } from "@kalends/acl";
import { objectLimits, wholeCalendar, wholeCalendarTag, writeMembers } from "@kalends/caldav";
import {
  type CollectionResource,
  type CollectionRow,
  checkLocks,
  type Exchange,
  mediaType,
  type Registry,
  type Reply,
  refusePart,
  refuseStatus,
  sightOf,
  WHOLE,
} from "@kalends/dav-core";
import { formatHttpDate } from "@kalends/dav-xml";
import { memberNames, type ObjectRow } from "@kalends/store";
import type { FoundMailbox } from "./address.js";
import { appendObjects } from "./append.js";
import { type ReadFile, readFile, sentenceOf } from "./file.js";
import type { Realm } from "./realms.js";
import { checkConditions } from "./state.js";

type Method = (mailbox: FoundMailbox, realm: Realm, cx: Exchange, registry: Registry) => Promise<Reply>;

const proof = <R extends Right>(
  { calendar, held }: FoundMailbox,
  cx: Exchange,
  right: R,
): Authorized<CollectionResource, R> => {
  const needs: readonly NeededRight<R>[] = [{ right, on: "self" }];
  return authorize(calendar, cx.by?.id ?? null, held, needs);
};

const headersOf = (calendar: CollectionResource, cx: Exchange) => ({
  ETag: wholeCalendarTag(calendar, cx),
  "Last-Modified": formatHttpDate(calendar.collection.modifiedAt),
  "Cache-Control": "private, no-cache",
});

/** All events and tasks of the mailbox as one calendar. */
const get: Method = async (mailbox, { components }, cx, registry) => {
  const { target: calendar } = proof(mailbox, cx, "r");
  const headers = headersOf(calendar, cx);
  if (await checkConditions(calendar, cx)) return { kind: "empty", status: 304, headers };
  const body = wholeCalendar(calendar, cx, registry, components);
  return { kind: "body", status: 200, headers, body, type: "text/calendar; charset=utf-8" };
};

/** Adds every item of the body; parsed whole first, so a broken file changes nothing. */
const put: Method = async (mailbox, realm, cx) => {
  const at = proof(mailbox, cx, "i");
  const calendar = at.target;
  refusePart(cx);
  await checkConditions(calendar, cx);
  checkLocks({ mapped: true, resource: calendar }, WHOLE, cx);
  const file = await readUpload(calendar, realm, cx);
  const mayReplace = has(calendar.collection.rights, "d");
  const { added, replaced, unchanged, revision } = await appendObjects(calendar.collection, file.objects, at, cx, {
    mayReplace,
  });
  const headers = {
    ETag: wholeCalendarTag(calendar, cx, revision),
    "Kalends-Result": `added=${added}, replaced=${replaced}, unchanged=${unchanged}, removed=0`,
  };
  return { kind: "empty", status: 204, headers };
};

const acceptedTypes = new Set(["text/calendar", "application/octet-stream", ""]);

async function readUpload(calendar: CollectionResource, { components }: Realm, cx: Exchange): Promise<ReadFile> {
  if (!acceptedTypes.has(mediaType(cx) ?? "")) {
    refuseStatus(
      415,
      'A calendar is uploaded as text/calendar: curl -H "Content-Type: text/calendar" --data-binary @FILE -X PUT',
    );
  }
  const { limits, clock } = cx.services;
  const source = await cx.bytes(limits.wholeFileSize);
  const own = { ...objectLimits(limits, calendar.collection), components };
  const file = await readFile({ source, limits: own, now: clock(), tolerant: false }, cx);
  if (!file.ok) return refuseStatus(400, file.findings.slice(0, 1).map(sentenceOf).join(""));
  const { method } = file.value;
  if (method !== undefined && method !== "PUBLISH") {
    refuseStatus(
      403,
      `METHOD:${method} is a message to somebody; this address stores calendars. Send it by mail or put it without METHOD.`,
    );
  }
  return file.value;
}

/** Removes every item; the mailbox stays, and so does what is hidden from the asker. */
const remove: Method = async (mailbox, { components }, cx) => {
  const at = proof(mailbox, cx, "d");
  await checkConditions(at.target, cx);
  checkLocks({ mapped: true, resource: at.target }, WHOLE, cx);
  const { collection } = at.target;
  const removals = await removable(collection, components, cx);
  if (removals.length > 0) {
    const outcome = await writeMembers({ collection, members: [], removals, via: "calendardata" }, at, cx);
    if (outcome.kind === "changed") {
      refuseStatus(503, "Others are writing the same calendar; try again.", { "Retry-After": "1" });
    }
  }
  return { kind: "empty", status: 204 };
};

async function removable(collection: CollectionRow, components: readonly string[], cx: Exchange) {
  const rows = await cx.services.db.rows<Pick<ObjectRow, "name" | "class">>(memberNames(collection.id, components));
  const seen = sightOf(collection, cx) === null ? rows : rows.filter((row) => row.class !== "private");
  if (seen !== rows && seen.some((row) => row.class !== "public")) {
    refuseStatus(403, "Of some items you see only when they are; those cannot be removed by you.");
  }
  return seen.map(({ name }) => ({ name, expect: "none" as const }));
}

/** What can be done with a whole file. HEAD is GET whose body the server leaves out. */
export const methods: ReadonlyMap<string, Method> = new Map([
  ["GET", get],
  ["HEAD", get],
  ["PUT", put],
  ["DELETE", remove],
]);

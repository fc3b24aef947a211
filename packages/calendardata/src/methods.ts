import { has } from "@kalends/acl";
import { objectLimits, wholeCalendar, wholeCalendarTag, writeMembers } from "@kalends/caldav";
import {
  type CollectionResource,
  checkLocks,
  type Exchange,
  mediaType,
  refusePart,
  refuseStatus,
  WHOLE,
} from "@kalends/dav-core";
import { formatHttpDate } from "@kalends/dav-xml";
import { propfind, toCalendar } from "./as-resource.js";
import type { FileMethod } from "./file-method.js";
import { type ReadFile, readFile, sentenceOf } from "./file.js";
import { type Realm, replaces } from "./realms.js";
import { removableItems } from "./removable.js";
import { checkConditions } from "./state.js";
import { storeFile } from "./store-file.js";

const headersOf = (calendar: CollectionResource, cx: Exchange) => ({
  ETag: wholeCalendarTag(calendar, cx),
  "Last-Modified": formatHttpDate(calendar.collection.modifiedAt),
  "Cache-Control": "private, no-cache",
});

/** All events and tasks of the mailbox as one calendar. */
const get: FileMethod["handle"] = async ({ target: calendar }, { components }, cx, registry) => {
  const headers = headersOf(calendar, cx);
  if (await checkConditions(calendar, cx)) return { kind: "empty", status: 304, headers };
  const body = wholeCalendar(calendar, cx, registry, components);
  return { kind: "body", status: 200, headers, body, type: "text/calendar; charset=utf-8" };
};

/** Writes every item of the body; parsed whole first, so a broken file changes nothing, also where it replaces all. */
const put: FileMethod["handle"] = async (at, realm, cx) => {
  const calendar = at.target;
  refusePart(cx);
  await checkConditions(calendar, cx);
  checkLocks({ mapped: true, resource: calendar }, WHOLE, cx);
  const file = await readUpload(calendar, realm, cx);
  const removes = replaces(realm, cx.query) ? realm.components : [];
  const mayReplace = has(calendar.collection.rights, "d");
  const counts = await storeFile(calendar.collection, file.objects, at, cx, { mayReplace, removes });
  const headers = {
    ETag: wholeCalendarTag(calendar, cx, counts.revision),
    "Kalends-Result": `added=${counts.added}, replaced=${counts.replaced}, unchanged=${counts.unchanged}, removed=${counts.removed}`,
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
const remove: FileMethod["handle"] = async (at, { components }, cx) => {
  await checkConditions(at.target, cx);
  checkLocks({ mapped: true, resource: at.target }, WHOLE, cx);
  const { collection } = at.target;
  const items = await removableItems(collection, components, cx);
  const removals = items.map(({ name }) => ({ name, expect: "none" as const }));
  if (removals.length > 0) {
    const outcome = await writeMembers({ collection, members: [], removals, via: "calendardata" }, at, cx);
    if (outcome.kind === "changed") {
      refuseStatus(503, "Others are writing the same calendar; try again.", { "Retry-After": "1" });
    }
  }
  return { kind: "empty", status: 204 };
};

const read: FileMethod = { needs: () => ["r"], handle: get };

/** What can be done with a whole file. HEAD is GET whose body the server leaves out. */
export const methods: ReadonlyMap<string, FileMethod> = new Map([
  ["GET", read],
  ["HEAD", read],
  [
    "PUT",
    { needs: (realm: Realm, query: URLSearchParams) => (replaces(realm, query) ? ["i", "d"] : ["i"]), handle: put },
  ],
  ["DELETE", { needs: () => ["d"], handle: remove }],
  ["PROPFIND", { needs: () => ["r"], handle: propfind }],
  ["PROPPATCH", { needs: () => ["w"], handle: toCalendar }],
  ["LOCK", { needs: () => ["i", "d"], handle: toCalendar }],
  ["UNLOCK", { needs: () => ["l"], handle: toCalendar }],
]);

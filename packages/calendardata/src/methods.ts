import { type Authorized, has } from "@kalends/acl";
import { objectLimits, refusalOfFinding, writeMembers } from "@kalends/caldav";
import {
  type CollectionResource,
  checkLocks,
  type Exchange,
  mediaType,
  Refused,
  type Reply,
  refuseChanged,
  refusePart,
  refuseStatus,
  WHOLE,
} from "@kalends/dav-core";
import { formatHttpDate } from "@kalends/dav-xml";
import type { Finding } from "@kalends/icalendar";
import { type PublicationRow, publicationOf, type Revision, type WriteTx } from "@kalends/store";
import { propfind, toCalendar } from "./as-resource.js";
import { coded, codedTag, codingOf } from "./coding.js";
import { doerOf } from "./doer.js";
import { checkEmptying } from "./emptying.js";
import { calendarIn, type FileMethod } from "./file-method.js";
import { type ReadFile, readFile, sentenceOf } from "./file.js";
import { inNewMailbox } from "./make-mailbox.js";
import { hasJustThis, revising, tellOutcome } from "./merge/merging.js";
import { forgotten, noted } from "./merge/publisher.js";
import { type Realm, replaces } from "./realms.js";
import { removableItems } from "./removable.js";
import { keepAndTag, representationOf } from "./representation.js";
import { nameUpload, rememberStored, storedAlready, type Upload } from "./same-upload.js";
import { checkAbsent, checkConditions, namesVersion } from "./state.js";
import { type Stored, storeFile } from "./store-file.js";
import { toTrash } from "./trash.js";
import { wholeReply } from "./whole-body.js";
import { withdraw } from "./withdraw.js";

/** All events and tasks of the mailbox as one calendar. */
const get: FileMethod["handle"] = async ({ target }, realm, cx, registry) => {
  const calendar = await noted(calendarIn(target), realm, cx);
  const { encoding, headers: plain } = codingOf(realm.publishes, cx.headers);
  const shown = await representationOf(calendar, realm, cx, registry);
  const headers = {
    ETag: codedTag(shown.etag, encoding),
    "Last-Modified": formatHttpDate(shown.modifiedAt),
    "Cache-Control": "private, no-cache",
    ...(realm.publishes ? { Vary: "Accept-Encoding, Authorization" } : {}),
  };
  if (await checkConditions(calendar, shown, { ...cx, headers: plain })) return { kind: "empty", status: 304, headers };
  const reply = await wholeReply(calendar, shown, headers, cx);
  return reply.kind === "body" ? coded(reply, encoding) : reply;
};

/** Counts of items; those of merging only where something was merged or ignored. */
function resultOf({ added, replaced, unchanged, removed, merge }: Stored): string {
  const plain = `added=${added}, replaced=${replaced}, unchanged=${unchanged}, removed=${removed}`;
  if (!merge) return plain;
  const { merged, conflicts, ignored } = merge;
  const others = merged + conflicts > 0 ? `, merged=${merged}, conflicts=${conflicts}` : "";
  return `${plain}${others}${ignored > 0 ? `, ignored=${ignored}` : ""}`;
}

/** Writes every item of the body; parsed whole first, so a broken file changes nothing, also where it replaces all. */
const put: FileMethod["handle"] = async (at, realm, cx, registry) => {
  refusePart(cx);
  const { target } = at;
  if (!target.mapped) {
    checkAbsent(cx);
    const upload = await readUpload(cx);
    const file = await readItems(null, upload, cx);
    const components = [...new Set(file.objects.map(({ component }) => component as string))];
    const fill = (made: Authorized<CollectionResource>) => store(made, upload, file, undefined, realm, cx);
    const wanted = components.length > 0 ? components : ["VEVENT"];
    return { ...(await inNewMailbox({ ...at, target }, realm, wanted, cx, registry, fill)), status: 201 };
  }
  const calendar = calendarIn(target);
  const { headers } = codingOf(realm.publishes, cx.headers);
  await checkConditions(calendar, await representationOf(calendar, realm, cx, registry), { ...cx, headers });
  checkLocks(target, WHOLE, cx);
  const upload = await readUpload(cx);
  const already = await storedAlready(calendar, upload, removedBy(realm, cx), cx);
  if (already && (await hasJustThis(calendar, realm, cx))) return done(calendar, upload, already, realm, cx);
  const expected = namesVersion(cx) ? calendar.collection.revision : undefined;
  return store({ ...at, target: calendar }, upload, await readItems(calendar, upload, cx), expected, realm, cx);
};

const removedBy = (realm: Realm, { query }: Exchange): readonly string[] =>
  replaces(realm, query) ? realm.components : [];

async function store(
  at: Authorized<CollectionResource>,
  upload: Upload,
  file: ReadFile,
  expected: Revision | undefined,
  realm: Realm,
  cx: Exchange,
): Promise<Reply> {
  const calendar = at.target;
  const removes = removedBy(realm, cx);
  await checkEmptying(calendar.collection, removes, file.objects.length, cx);
  const mayReplace = has(calendar.collection.rights, "d");
  const merging = { calendar, realm, method: file.method, components: UPLOADED };
  const revise = revising(merging, cx);
  const counts = await storeFile(calendar.collection, file.objects, at, cx, { mayReplace, removes, expected, revise });
  tellOutcome(counts, merging, cx);
  // Who is told a tag takes what he sent for what is stored (RFC 9110 9.3.4).
  if (counts.merge && !counts.merge.isAsSent) {
    return { kind: "empty", status: 204, headers: { "Kalends-Result": resultOf(counts) } };
  }
  await rememberStored(calendar, upload, removes, counts, cx);
  return done(calendar, upload, counts, realm, cx);
}

async function done(calendar: CollectionResource, upload: Upload, counts: Stored, realm: Realm, cx: Exchange) {
  const etag = await keepAndTag(calendar, realm, upload, counts.revision, cx);
  return { kind: "empty", status: 204, headers: { ETag: etag, "Kalends-Result": resultOf(counts) } } as const;
}

/** What a file may hold. */
const UPLOADED = Object.freeze(["VEVENT", "VTODO"]);
const NEW = Object.freeze({ components: UPLOADED });

const acceptedTypes = new Set(["text/calendar", "application/octet-stream", ""]);

async function readUpload(cx: Exchange): Promise<Upload> {
  if (!acceptedTypes.has(mediaType(cx) ?? "")) {
    refuseStatus(
      415,
      'A calendar is uploaded as text/calendar: curl -H "Content-Type: text/calendar" --data-binary @FILE -X PUT',
    );
  }
  const { limits } = cx.services;
  return nameUpload(await cx.bytes(cx.by ? limits.wholeFileSize : limits.anonymousFileSize), cx);
}

/** The first finding with its line and UID, as the precondition it breaks; malformed as the whole file is (RFC 4791 5.3.2.1). */
function refuseFile(findings: readonly Finding[]): never {
  const [first] = findings;
  const note = first ? sentenceOf(first) : "This is no calendar.";
  throw new Refused({ ...(first ? refusalOfFinding(first) : {}), status: 400, note });
}

async function readItems(calendar: CollectionResource | null, { source }: Upload, cx: Exchange): Promise<ReadFile> {
  const { limits, clock } = cx.services;
  const own = { ...objectLimits(limits, calendar?.collection ?? NEW), components: UPLOADED };
  const file = await readFile({ source, limits: own, now: clock(), tolerant: false }, cx);
  if (!file.ok) return refuseFile(file.findings);
  const { method } = file.value;
  if (method !== undefined && method !== "PUBLISH") {
    refuseStatus(
      403,
      `METHOD:${method} is a message to somebody; this address stores calendars. Send it by mail or put it without METHOD.`,
    );
  }
  return file.value;
}

/** Removes every item, and the mailbox stays; where files are published, one that an upload made goes altogether. */
const remove: FileMethod["handle"] = async (at, realm, cx, registry) => {
  const calendar = calendarIn(at.target);
  const { collection } = calendar;
  const { headers } = codingOf(realm.publishes, cx.headers);
  await checkConditions(calendar, await representationOf(calendar, realm, cx, registry), { ...cx, headers });
  checkLocks(at.target, WHOLE, cx);
  if (realm.publishes) {
    const row = await cx.services.db.one<PublicationRow>(publicationOf(collection.id));
    if (row?.hosted) {
      const isSame = (tx: WriteTx) => refuseChanged(tx, collection, collection.revision);
      await withdraw(calendar, cx.services.db, doerOf(cx), namesVersion(cx) ? isSame : undefined);
      return { kind: "empty", status: 204 };
    }
  }
  const { components } = realm;
  const items = await removableItems(collection, components, cx);
  const removals = items.map(({ name }) => ({ name, expect: "none" as const }));
  if (removals.length > 0) {
    const before = toTrash(collection, removals, cx);
    const outcome = await writeMembers({ collection, members: [], removals, via: "calendardata", before }, at, cx);
    if (outcome.kind === "changed") {
      refuseStatus(503, "Others are writing the same calendar; try again.", { "Retry-After": "1" });
    }
  }
  await forgotten(calendar, realm, cx);
  return { kind: "empty", status: 204 };
};

const read: FileMethod = { reads: true, needs: () => ["r"], handle: get };

/** What can be done with a whole file. HEAD is GET whose body the server leaves out. */
export const methods: ReadonlyMap<string, FileMethod> = new Map([
  ["GET", read],
  ["HEAD", read],
  [
    "PUT",
    {
      makes: true,
      needs: (realm: Realm, query: URLSearchParams) => (replaces(realm, query) ? ["i", "d"] : ["i"]),
      handle: put,
    },
  ],
  ["DELETE", { needs: () => ["d"], handle: remove }],
  ["PROPFIND", { reads: true, needs: () => ["r"], handle: propfind }],
  ["PROPPATCH", { needs: () => ["w"], handle: toCalendar }],
  ["LOCK", { needs: () => ["i", "d"], handle: toCalendar }],
  ["UNLOCK", { needs: () => ["l"], handle: toCalendar }],
]);

import { authorize, has, type NeededRight, NO_RIGHTS, rightsMask } from "@kalends/acl";
import {
  type Exchange,
  type Registry,
  type Reply,
  type Resolved,
  refusalFrom,
  refusalReply,
  refuseStatus,
} from "@kalends/dav-core";
import {
  type CollectionId,
  type PrincipalId,
  publicationOf,
  type PublicationRow,
  publicRightsOf,
} from "@kalends/store";
import { findMailbox, NOTHING } from "./address.js";
import type { FileMethod } from "./file-method.js";
import { FOLLOWING } from "./followers.js";
import { isFolder, listFolder } from "./folder.js";
import { isPart } from "./levels.js";
import { methods } from "./methods.js";
import { type Realm, realmOf } from "./realms.js";

const ALLOW = ["OPTIONS", ...methods.keys()].join(", ");
// Clients that lock before they put look for class 2 first (RFC 4918 18.2).
const OPTIONS = Object.freeze({ Allow: ALLOW, DAV: "1, 2" });

/** A calendar that somebody without account has written. */
export interface Written {
  readonly owner: PrincipalId;
  readonly calendar: CollectionId;
}

const PLAIN_VERBS: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE"]);

/** Clients that speak WebDAV here, or name XML as what they read and are no browsers, get `DAV:error` (RFC 4918 16). */
function readsXml({ verb, headers }: Exchange): boolean {
  const accept = headers.get("accept") ?? "";
  return !PLAIN_VERBS.has(verb) || (/\b(?:application|text)\/xml\b/i.test(accept) && !/\btext\/html\b/i.test(accept));
}

/**
 * Answers a request to a whole-file realm. Refusals are one line of text, for people with curl (RFC 9110 15.5), or the
 * broken precondition for WebDAV clients. `written` hears of writes without sign-in, which a publishing level of
 * `full` permits.
 */
export async function handle(
  cx: Exchange,
  registry: Registry,
  written: (what: Written) => Promise<void> = async () => undefined,
): Promise<Reply> {
  const realm = realmOf(cx.path);
  if (!realm) throw new TypeError(`${cx.path} lies in no whole-file realm`);
  try {
    return await answer(realm, cx, registry, written);
  } catch (error) {
    const refusal = refusalFrom(error, { verb: cx.verb, href: cx.path, mapped: true });
    if (refusal === null) throw error;
    const { status, note = "This cannot be done.", headers = {} } = refusal;
    if (readsXml(cx)) return refusalReply({ ...refusal, description: note });
    return { kind: "body", status, headers, body: `${note}\n`, type: "text/plain; charset=utf-8" };
  }
}

/** What a request to a realm is about, and which rights it takes. */
export interface FileRequest extends Resolved {
  readonly method: FileMethod;
  readonly realm: Realm;
  readonly needs: readonly NeededRight[];
}

/** What making a mailbox by putting its file takes: Create, and Insert, which it starts with like everything in that home. */
const MAKING: readonly NeededRight[] = [
  { right: "c", on: "parent" },
  { right: "i", on: "parent" },
];

/** Who does not sign in has, of his rights, those that the publishing level gives; entries for `anonymous` are for other realms. */
async function asPublished({ target, held }: Resolved, { services }: Exchange): Promise<Resolved> {
  if (!target.mapped || target.resource.rows !== "collection" || held.self === null) {
    return { target, held: { self: held.self === null ? null : NO_RIGHTS, parent: NO_RIGHTS } };
  }
  const entry = await services.db.one<{ rights: number }>(publicRightsOf(target.resource.collection.id));
  return { target, held: { self: rightsMask(held.self & (entry?.rights ?? 0)), parent: NO_RIGHTS } };
}

/**
 * A publication that shows a part has no entry for everybody, who could read all of the calendar by it: whoever may not read
 * otherwise follows it, and only that.
 */
async function asFollower({ target, held }: Resolved, { services }: Exchange): Promise<Resolved> {
  if (!target.mapped || target.resource.rows !== "collection" || has(held.self ?? NO_RIGHTS, "r")) {
    return { target, held };
  }
  const row = await services.db.one<PublicationRow>(publicationOf(target.resource.collection.id));
  return { target, held: row?.open && isPart(row) ? { ...held, self: FOLLOWING } : held };
}

/** Finds the mailbox and the method without doing anything. Refuses with 404 and 405. */
export async function locate(realm: Realm, cx: Exchange, registry: Registry): Promise<FileRequest> {
  const method = methods.get(cx.verb);
  if (!method) return refuseStatus(405, `${cx.verb} is not for whole calendars; there are ${ALLOW}.`, { Allow: ALLOW });
  const found = await findMailbox(realm, cx, registry);
  const inRealm = realm.publishes && cx.by === null ? await asPublished(found, cx) : found;
  const resolved = realm.publishes && method.reads ? await asFollower(inRealm, cx) : inRealm;
  if (!resolved.target.mapped && !method.makes) {
    return refuseStatus(404, NOTHING);
  }
  const own = method.needs(realm, cx.query).map((right): NeededRight => ({ right, on: "self" }));
  return { ...resolved, method, realm, needs: resolved.target.mapped ? own : MAKING };
}

async function answer(
  realm: Realm,
  cx: Exchange,
  registry: Registry,
  written: (what: Written) => Promise<void>,
): Promise<Reply> {
  if (cx.verb === "OPTIONS") return { kind: "empty", status: 204, headers: OPTIONS };
  if (cx.verb === "PROPFIND" && isFolder(realm, cx)) return listFolder(realm, cx, registry);
  const { method, target, held, needs } = await locate(realm, cx, registry);
  const at = authorize(target, cx.by?.id ?? null, held, needs);
  const reply = await method.handle(at, realm, cx, registry);
  if (cx.by === null && !method.reads && target.mapped && target.resource.rows === "collection") {
    const { id, owner } = target.resource.collection;
    await written({ owner: owner.id, calendar: id });
  }
  return reply;
}

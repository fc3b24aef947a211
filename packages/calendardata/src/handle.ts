import { authorize, type NeededRight } from "@kalends/acl";
import { type Exchange, type Registry, type Reply, refusalFrom, refuseStatus } from "@kalends/dav-core";
import { findMailbox, type FoundMailbox } from "./address.js";
import type { FileMethod } from "./file-method.js";
import { methods } from "./methods.js";
import { type Realm, realmOf } from "./realms.js";

const ALLOW = ["OPTIONS", ...methods.keys()].join(", ");
// Clients that lock before they put look for class 2 first (RFC 4918 18.2).
const OPTIONS = Object.freeze({ Allow: ALLOW, DAV: "1, 2" });

/** Answers a request to a whole-file realm. Refusals are one line of text, for people with curl (RFC 9110 15.5). */
export async function handle(cx: Exchange, registry: Registry): Promise<Reply> {
  const realm = realmOf(cx.path);
  if (!realm) throw new TypeError(`${cx.path} lies in no whole-file realm`);
  try {
    return await answer(realm, cx, registry);
  } catch (error) {
    const refusal = refusalFrom(error, { verb: cx.verb, href: cx.path, mapped: true });
    if (refusal === null) throw error;
    const { status, note = "This cannot be done.", headers = {} } = refusal;
    return { kind: "body", status, headers, body: `${note}\n`, type: "text/plain; charset=utf-8" };
  }
}

/** What a request to a realm is about, and which rights it takes. */
export interface FileRequest {
  readonly method: FileMethod;
  readonly realm: Realm;
  readonly mailbox: FoundMailbox;
  readonly needs: readonly NeededRight[];
}

/** Finds the mailbox and the method without doing anything. Refuses with 404 and 405. */
export async function locate(realm: Realm, cx: Exchange, registry: Registry): Promise<FileRequest> {
  const method = methods.get(cx.verb);
  if (!method) return refuseStatus(405, `${cx.verb} is not for whole calendars; there are ${ALLOW}.`, { Allow: ALLOW });
  const mailbox = await findMailbox(realm, cx, registry);
  const needs = method.needs(realm, cx.query).map((right): NeededRight => ({ right, on: "self" }));
  return { method, realm, mailbox, needs };
}

async function answer(realm: Realm, cx: Exchange, registry: Registry): Promise<Reply> {
  if (cx.verb === "OPTIONS") return { kind: "empty", status: 204, headers: OPTIONS };
  const { method, mailbox, needs } = await locate(realm, cx, registry);
  const at = authorize(mailbox.calendar, cx.by?.id ?? null, mailbox.held, needs);
  return method.handle(at, realm, cx, registry);
}

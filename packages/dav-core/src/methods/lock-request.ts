import { dav, type XmlElement, xmlToString } from "@kalends/dav-xml";
import type { Exchange } from "../exchange.js";
import { refuseStatus } from "../refusal.js";
import type { Lock } from "../resource.js";

/** What a LOCK with a body asks for. */
export interface LockWish {
  readonly scope: Lock["scope"];
  readonly ownerXml: string;
}

const child = (el: XmlElement | undefined, local: string): XmlElement | undefined =>
  el?.children.find(({ name }) => name === dav(local));

/** Reads `DAV:lockinfo`; refuses with 400 what is none, with 413 an owner beyond what a dead property may hold. */
export function lockWish(root: XmlElement, cx: Exchange): LockWish {
  if (root.name !== dav("lockinfo")) return refuseStatus(400, "The body of LOCK is a DAV:lockinfo.");
  const scopes = child(root, "lockscope");
  const scope = (["exclusive", "shared"] as const).find((each) => child(scopes, each));
  if (!scope) return refuseStatus(400, "The scope of a lock is exclusive or shared.");
  if (!child(child(root, "locktype"), "write")) return refuseStatus(400, "There are locks for writing only.");
  const owner = child(root, "owner");
  const ownerXml = owner ? xmlToString(owner) : "";
  if (Buffer.byteLength(ownerXml) > cx.services.limits.deadPropertySize) {
    return refuseStatus(413, "The owner of the lock is described at too great a length.");
  }
  return { scope, ownerXml };
}

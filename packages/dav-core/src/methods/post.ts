import { type Authorized, authorize } from "@kalends/acl";
import type { Exchange } from "../exchange.js";
import type { MethodDef, PostDef, Registry } from "../extension.js";
import { checkPreconditions } from "../pipeline/preconditions.js";
import { refuseStatus } from "../refusal.js";
import type { Resource, Target } from "../resource.js";
import { isXml, mediaType } from "./request-body.js";

/** By media type, then by the root of the body; 415 for another type, 400 for another root (DAV-146). */
async function meantBy(cx: Exchange, at: Resource, registry: Registry): Promise<PostDef> {
  const type = mediaType(cx);
  if (type === "text/calendar") {
    return registry.post("text/calendar", at.kind) ?? refuseStatus(415, "text/calendar cannot be posted here.");
  }
  if (!isXml(type))
    return refuseStatus(415, `${type === "" ? "A body without media type" : type} cannot be posted here.`);
  const most = Math.max(cx.services.limits.xmlSize, cx.services.limits.bulkSize);
  if (Number(cx.headers.get("content-length") ?? 0) > most)
    return refuseStatus(413, `A body has at most ${most} octets.`);
  const root = await cx.xml(most);
  if (root === null) return refuseStatus(400, "The body is empty.");
  return registry.post(root.name, at.kind) ?? refuseStatus(400, `The body ${root.name} means nothing here.`);
}

/** POST: the body says what is meant; the declaration of that says which rights it takes. */
export const post: MethodDef = {
  verb: "POST",
  on: ["*"],
  spec: "RFC 9110 9.3.3, RFC 5995 3.1",
  rightsInBody: true,
  needs: (target) => (target.mapped && target.resource.rows === "collection" ? [{ right: "l", on: "self" }] : []),
  async handle({ target, by, held }: Authorized<Target>, cx, registry) {
    if (!target.mapped) return refuseStatus(404, "There is nothing here.");
    const { resource } = target;
    const def = await meantBy(cx, resource, registry);
    const permitted = authorize(resource, by, held, def.needs);
    await checkPreconditions(cx, target, registry, post);
    return def.handle(permitted, cx, registry);
  },
};

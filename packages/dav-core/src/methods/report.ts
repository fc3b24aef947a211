import { AccessDenied, type Authorized, authorize, isKnown } from "@kalends/acl";
import { SupportedReport } from "../conditions.js";
import type { AnyReport, MethodDef, Need, Registry } from "../extension.js";
import { JudgedTooEarly } from "../pipeline/judged-too-early.js";
import { refuse, refuseStatus } from "../refusal.js";
import { appliesTo, type Resource, type Target } from "../resource.js";

/** Whoever may not know that the resource exists learns nothing from an answer. */
function assertVisible({ held }: Authorized<Target>): void {
  if (!isKnown(held.self ?? held.parent)) throw new AccessDenied([{ right: "l", on: "self" }], true);
}

const LOOKUP: readonly Need[] = [{ right: "l", on: "self" }];

const worksOn = (def: AnyReport, at: Resource, registry: Registry): boolean =>
  appliesTo(def.on, at.kind, registry.kind(at.kind).rows);

/** REPORT: the root of the body chooses what runs; its declaration says which rights it takes (RFC 3253 3.6). */
export const report: MethodDef = {
  verb: "REPORT",
  on: ["*"],
  spec: "RFC 3253 3.6",
  needs: () => [],
  confirms: true,
  async handle(at, cx, registry) {
    if (!at.target.mapped) return refuseStatus(404, "There is nothing here.");
    const { resource } = at.target;
    assertVisible(at);
    const root = await cx.xml(cx.services.limits.reportXmlSize);
    if (root === null) return refuseStatus(400, "A report needs a body.");
    const def = registry.report(root.name);
    if (resource.rows === "collection" && resource.collection.presumption && def?.confirms !== true)
      throw new JudgedTooEarly();
    const needs = def && worksOn(def, resource, registry) ? def.needs : LOOKUP;
    const proven = authorize(resource, at.by, at.held, needs);
    if (!def || !worksOn(def, resource, registry)) {
      return refuse(SupportedReport, undefined, "This report does not work here.");
    }
    return def.run(def.decode(root, cx), proven, cx, registry);
  },
};

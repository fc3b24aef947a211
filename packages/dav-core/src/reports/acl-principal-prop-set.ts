import { dav } from "@kalends/dav-xml";
import { sql } from "@kalends/store";
import type { ReportDef } from "../extension.js";
import { multistatus } from "../multistatus.js";
import { readItems } from "../properties/items.js";
import { listPrincipals } from "../properties/listing.js";
import { plan } from "../properties/plan.js";
import { decodeReportProps, type PropRequest } from "../properties/request.js";
import { refuseStatus } from "../refusal.js";
import { assertZeroDepth } from "./zero-depth.js";

/** Properties of the principals an access list names, the owner among them; each once (RFC 3744 9.2). */
export const aclPrincipalPropSet: ReportDef<PropRequest> = {
  name: dav("acl-principal-prop-set"),
  spec: "RFC 3744 9.2",
  on: ["*collection", "*member"],
  needs: [{ right: "a", on: "self" }],
  decode(root, cx) {
    assertZeroDepth(cx);
    return decodeReportProps(root);
  },
  async run(props, { target }, cx, registry) {
    if (target.rows !== "collection" && target.rows !== "member") return refuseStatus(403, "There is no access list.");
    const { id, owner } = target.collection;
    const named = await listPrincipals(
      sql`(p.id = ${owner.id}::bigint or p.id in (
        select substr(entry.subject, 3)::bigint from grant_entry entry
        where entry.collection_id = ${id}::bigint and entry.subject like 'p:%'))`,
      "named",
      cx,
    );
    return multistatus(await readItems(named, plan(props, registry), cx));
  },
};

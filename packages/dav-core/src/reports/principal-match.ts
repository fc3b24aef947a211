import { type Clark, child, dav, type XmlElement } from "@kalends/dav-xml";
import { sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import type { Registry, ReportDef } from "../extension.js";
import { multistatus } from "../multistatus.js";
import { readItems } from "../properties/items.js";
import { ownIdentities } from "../people.js";
import { listChildren, listPrincipals } from "../properties/listing.js";
import { type Plan, plan } from "../properties/plan.js";
import { decodeReportProps, type PropRequest } from "../properties/request.js";
import { foundIn, hrefsIn, valueElement } from "../properties/value-element.js";
import { refuseStatus } from "../refusal.js";
import type { Resource } from "../resource.js";
import { assertZeroDepth } from "./zero-depth.js";

export interface PrincipalMatch {
  /** The property that must name the asker; null = the member must be the asker or a group he is in. */
  readonly property: Clark | null;
  readonly props: PropRequest;
}

function decode(root: XmlElement, cx: Exchange): PrincipalMatch {
  assertZeroDepth(cx);
  const props = decodeReportProps(root);
  if (child(root, dav("self"))) return { property: null, props };
  const [named] = child(root, dav("principal-property"))?.children ?? [];
  return named ? { property: named.name, props } : refuseStatus(400, "principal-property or self is missing.");
}

/** The asker and every group he is in, at any depth; one statement. */
async function identities(cx: Exchange): Promise<readonly Resource[]> {
  return cx.by === null ? [] : listPrincipals(sql`p.id in ${ownIdentities(cx.by)}`, "listed", cx);
}

async function naming(
  property: Clark,
  at: Resource,
  known: ReadonlySet<string>,
  cx: Exchange,
  registry: Registry,
): Promise<readonly Resource[]> {
  const probe: Plan = plan({ form: "prop", names: [property] }, registry);
  const named: Resource[] = [];
  for await (const page of listChildren(at, probe, cx, registry)) {
    const items = await readItems(page, probe, cx);
    page.forEach((resource, i) => {
      const item = items[i];
      const shown = item && foundIn(item, property);
      if (shown && hrefsIn(valueElement(shown)).some((href) => known.has(href))) named.push(resource);
    });
  }
  return named;
}

/** Members that are the asker, or that name him in a property (RFC 3744 9.3). */
export const principalMatch: ReportDef<PrincipalMatch> = {
  name: dav("principal-match"),
  spec: "RFC 3744 9.3",
  on: ["*virtual", "*collection"],
  needs: [{ right: "r", on: "self" }],
  decode,
  async run({ property, props }, { target }, cx, registry) {
    const own = await identities(cx);
    const matched =
      property === null
        ? own.filter(({ href }) => href.startsWith(target.href))
        : await naming(property, target, new Set(own.map(({ href }) => href)), cx, registry);
    return multistatus(await readItems(matched, plan(props, registry), cx));
  },
};

import { type Clark, child, dav, type XmlElement } from "@kalends/dav-xml";
import { refuseStatus } from "../refusal.js";

/** Which properties are wanted: by name, the default set and more, or only what there is (RFC 4918 9.1). */
export type PropRequest =
  | { readonly form: "prop"; readonly names: readonly Clark[] }
  | { readonly form: "allprop"; readonly include: readonly Clark[] }
  | { readonly form: "propname" };

const namesIn = (el: XmlElement | undefined): readonly Clark[] => [...new Set(el?.children.map(({ name }) => name))];

/**
 * Reads `prop`, `allprop` (with `include`) or `propname` out of the element that holds it: `DAV:propfind`, or the root
 * of a report. A name asked twice counts once. Undefined when none of the three is there.
 */
export function findPropRequest(el: XmlElement): PropRequest | undefined {
  const prop = child(el, dav("prop"));
  if (prop) return { form: "prop", names: namesIn(prop) };
  if (child(el, dav("propname"))) return { form: "propname" };
  if (child(el, dav("allprop"))) return { form: "allprop", include: namesIn(child(el, dav("include"))) };
  return undefined;
}

/** The body of PROPFIND; without body it is `allprop` (RFC 4918 9.1). */
export function decodePropfind(root: XmlElement | null): PropRequest {
  if (root === null) return { form: "allprop", include: [] };
  if (root.name !== dav("propfind")) return refuseStatus(400, "the body of PROPFIND is DAV:propfind");
  return findPropRequest(root) ?? refuseStatus(400, "DAV:propfind holds prop, allprop or propname");
}

/** The properties a report asks for; none asked gives none. */
export const decodeReportProps = (root: XmlElement): PropRequest =>
  findPropRequest(root) ?? { form: "prop", names: [] };

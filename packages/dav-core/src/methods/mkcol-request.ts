import { type Clark, cal, dav, type XmlElement, XmlFault } from "@kalends/dav-xml";
import type { Exchange } from "../exchange.js";
import { decodeInstructions, type Instruction } from "../properties/instructions.js";
import { refuseStatus } from "../refusal.js";
import { isXml, mediaType } from "./request-body.js";

/** How the two verbs differ: the root of the body, of the answer, and what is made when the body does not say. */
export interface MakingVerb {
  readonly verb: "MKCOL" | "MKCALENDAR";
  readonly spec: string;
  readonly root: Clark;
  /** Resource type made without a `DAV:resourcetype`; null = a plain collection. */
  readonly preset: Clark | null;
}

export const MAKING_VERBS: readonly MakingVerb[] = Object.freeze([
  { verb: "MKCOL", spec: "RFC 4918 9.3, RFC 5689 3", root: dav("mkcol"), preset: null },
  { verb: "MKCALENDAR", spec: "RFC 4791 5.3.1", root: cal("mkcalendar"), preset: cal("calendar") },
]);

async function bodyOf(cx: Exchange): Promise<XmlElement | null> {
  try {
    return await cx.xml();
  } catch (error) {
    // A body of another type is not malformed XML but a type we do not know (RFC 4918 9.3).
    if (error instanceof XmlFault && !isXml(mediaType(cx))) return refuseStatus(415, "The body must be XML.");
    throw error;
  }
}

/** The properties to create with, in document order; none without a body. Refuses another body with 415. */
export async function requestedProperties(cx: Exchange, { root, verb }: MakingVerb): Promise<readonly Instruction[]> {
  const body = await bodyOf(cx);
  if (body === null) return [];
  if (body.name !== root) return refuseStatus(415, `The body of ${verb} must be ${root}.`);
  return decodeInstructions(body).filter(({ element }) => element !== null);
}

/** The resource type besides `DAV:collection`: null = none, undefined = more than one, or `DAV:collection` is missing. */
export function requestedType(
  properties: readonly Instruction[],
  { verb, preset }: MakingVerb,
): Clark | null | undefined {
  const element = properties.findLast(({ name }) => name === dav("resourcetype"))?.element;
  if (!element) return preset;
  const types = new Set(element.children.map(({ name }) => name));
  const isCollection = types.delete(dav("collection"));
  // MKCALENDAR says "collection" by its name; clients leave it out there.
  if (!isCollection && verb === "MKCOL") return undefined;
  const [first = preset, ...more] = types;
  // MKCALENDAR may name another type too: clients make subscriptions with it (DSC-46). What can be made, the kinds say.
  return more.length > 0 ? undefined : first;
}

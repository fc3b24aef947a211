import { type Clark, dav, type XmlElement } from "@kalends/dav-xml";
import { refuseStatus } from "../refusal.js";

/** One property to set, or, without element, to remove. */
export interface Instruction {
  readonly name: Clark;
  readonly element: XmlElement | null;
}

const SET = dav("set");
const REMOVE = dav("remove");
const PROP = dav("prop");

/** The instructions of PROPPATCH, MKCOL and MKCALENDAR in document order, set and remove mixed (RFC 4918 9.2, 14.26). */
export function decodeInstructions(root: XmlElement): readonly Instruction[] {
  return root.children
    .filter(({ name }) => name === SET || name === REMOVE)
    .flatMap(({ name, children }) =>
      children
        .filter((child) => child.name === PROP)
        .flatMap((prop) => prop.children)
        .map((element) => ({ name: element.name, element: name === SET ? element : null })),
    );
}

/** The body of PROPPATCH. Refuses with 400 what is none, or instructs nothing. */
export function decodePropertyUpdate(root: XmlElement | null): readonly Instruction[] {
  if (root?.name !== dav("propertyupdate")) return refuseStatus(400, "The body of PROPPATCH is DAV:propertyupdate.");
  const instructions = decodeInstructions(root);
  return instructions.length > 0 ? instructions : refuseStatus(400, "PROPPATCH names no property.");
}

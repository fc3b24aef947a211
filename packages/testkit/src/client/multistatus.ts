import { type Clark, child, children, dav, type XmlElement } from "@kalends/dav-xml";

/** One property of one resource as a multistatus tells it. */
export interface ToldProperty {
  readonly status: number;
  readonly text: string;
  readonly element: XmlElement;
  /** `DAV:error` of its propstat. */
  readonly error: XmlElement | undefined;
}

/** One `DAV:response`. */
export interface ToldResource {
  readonly href: string;
  /** The status of the whole response; null where properties have their own. */
  readonly status: number | null;
  readonly error: XmlElement | undefined;
  readonly props: ReadonlyMap<Clark, ToldProperty>;
  /** Text of a property that was found (200), else undefined. */
  found(name: Clark): string | undefined;
}

export interface Multistatus {
  readonly responses: readonly ToldResource[];
  readonly syncToken: string | undefined;
  /** The response for this href. Throws when there is none or more than one. */
  of(href: string): ToldResource;
}

const code = (el: XmlElement | undefined): number | null => {
  const [, digits] = /^HTTP\/1\.1 (\d{3}) .+$/.exec(el?.text ?? "") ?? [];
  return digits === undefined ? null : Number(digits);
};

function readResponse(el: XmlElement): ToldResource {
  const props = new Map<Clark, ToldProperty>();
  for (const propstat of children(el, dav("propstat"))) {
    const status = code(child(propstat, dav("status"))) ?? 0;
    const error = child(propstat, dav("error"));
    for (const element of child(propstat, dav("prop"))?.children ?? []) {
      if (props.has(element.name)) throw new Error(`${element.name} is told twice`);
      props.set(element.name, { status, text: element.text, element, error });
    }
  }
  return {
    href: child(el, dav("href"))?.text ?? "",
    status: code(child(el, dav("status"))),
    error: child(el, dav("error")),
    props,
    found(name) {
      const told = props.get(name);
      return told?.status === 200 ? told.text : undefined;
    },
  };
}

/** Reads a `DAV:multistatus` (RFC 4918 13). Throws when the element is another one. */
export function readMultistatus(root: XmlElement): Multistatus {
  if (root.name !== dav("multistatus")) throw new Error(`not a multistatus but ${root.name}`);
  const responses = children(root, dav("response")).map(readResponse);
  return {
    responses,
    syncToken: child(root, dav("sync-token"))?.text,
    of(href) {
      const [found, another] = responses.filter((response) => response.href === href);
      if (!found || another) {
        const told = responses.map((response) => response.href).join(" ");
        throw new Error(`${another ? "more than one response" : "no response"} for ${href} among: ${told}`);
      }
      return found;
    },
  };
}

import { type CollectionResource, decodePath, type Exchange, unmounted } from "@kalends/dav-core";

/** A path taken apart into decoded names. */
export type Segments = ReturnType<typeof decodePath>;

/** An href of a multiget as it was sent, and the names in its path; null when it names nothing on this server. */
export interface AskedHref {
  readonly text: string;
  readonly path: Segments | null;
}

/** Reads an absolute URI or an absolute path in any encoding (CAL-110). Never throws: one bad href is one bad answer. */
export function readHref(text: string, cx: Exchange): AskedHref {
  const path = pathOf(text, cx);
  if (path === undefined) return { text, path: null };
  try {
    return { text, path: decodePath(unmounted(path, cx.mount)) };
  } catch {
    return { text, path: null };
  }
}

function pathOf(text: string, cx: Exchange): string | undefined {
  const [, authority, path] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^?#]*)/i.exec(text) ?? [];
  if (authority === undefined) return text.startsWith("/") ? text.replace(/[?#].*$/s, "") : undefined;
  const ours = [cx.origin, ...(cx.aliases ?? [])].map((base) => base.replace(/^[a-z]+:\/\//i, "").split("/")[0]);
  return ours.some((host) => host?.toLowerCase() === authority.toLowerCase()) ? path || "/" : undefined;
}

/** The name of a member right below a collection with this href; undefined when the path leads elsewhere. */
export function memberBelow(collection: Segments, path: Segments): string | undefined {
  // Compared as one text: a nested mailbox is named with `%2F` or with a plain slash.
  const isBelow = path.names.slice(0, -1).join("/") === collection.names.join("/");
  return isBelow && !path.slash ? path.names.at(-1) : undefined;
}

// Names that stand in an href as they are.
const PLAIN = /^(?!\.\.?$)[\w.~@-]+$/;

/** The name in an href that is the collection's own with a plain name after it, as clients send what they were told. */
export function plainNameBelow({ href }: CollectionResource, text: string): string | undefined {
  const name = text.startsWith(href) ? text.slice(href.length) : "";
  return PLAIN.test(name) ? name : undefined;
}

/** The paths a collection goes by: as requested, and in canonical form. */
export function pathsOf({ href, collection }: CollectionResource, cx: Exchange): readonly Segments[] {
  const { binding, owner } = collection;
  const isOwn = binding?.how === "own";
  return [href, ...(isOwn ? [cx.links.mailbox(owner, binding.slug)] : [])].map(decodePath);
}

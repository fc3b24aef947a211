import { type Clark, readFragment } from "@kalends/dav-xml";
import type { CollectionRow, Resource } from "../resource.js";

/** The element stored on a collection: what this person sees differently first, then the collection's own. */
export const storedElement = ({ binding, props }: CollectionRow, name: Clark): string | undefined =>
  overlaid(binding, name) ?? own(props, name);

/** The text in a stored element; undefined when there is none. */
export function storedText(collection: CollectionRow, name: Clark): string | undefined {
  const element = storedElement(collection, name);
  return element === undefined ? undefined : readFragment(element).text;
}

/** What a person keeps in his binding in place of the collection's value. */
export const overlayElement = (resource: Resource, name: Clark): string | undefined =>
  resource.rows === "collection" ? overlaid(resource.collection.binding, name) : undefined;

const overlaid = (binding: CollectionRow["binding"], name: Clark): string | undefined =>
  binding === null ? undefined : own(binding.overlay, name);

const own = (elements: Readonly<Record<string, string>>, name: Clark): string | undefined =>
  Object.hasOwn(elements, name) ? elements[name] : undefined;

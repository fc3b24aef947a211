import { encodeSegment } from "./paths/segments.js";

/** href of what is bound under this slug in a home; it starts with the home's own href (DAV-11). */
export const collectionHref = (home: string, slug: string): string => `${home}${encodeSegment(slug)}/`;

/** href of a member, under the collection's own href. */
export const memberHref = (collection: string, name: string): string => `${collection}${encodeSegment(name)}`;

/** href of what has this path in a file area; without a final slash. */
export const pathHref = (root: string, path: string): string =>
  path === "" ? root : `${root}${path.split("/").map(encodeSegment).join("/")}`;

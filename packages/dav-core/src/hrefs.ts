import { encodeSegment } from "./paths/segments.js";

/** href of what is bound under this slug in a home; it starts with the home's own href (DAV-11). */
export const collectionHref = (home: string, slug: string): string => `${home}${encodeSegment(slug)}/`;

/** href of a member, under the collection's own href. */
export const memberHref = (collection: string, name: string): string => `${collection}${encodeSegment(name)}`;

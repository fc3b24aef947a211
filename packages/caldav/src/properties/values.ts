import type { CollectionRow, Resource } from "@kalends/dav-core";
import {
  attr,
  type Codec,
  cal,
  children,
  escapeOctets,
  type Octets,
  withLineFeeds,
  type XmlElement,
} from "@kalends/dav-xml";

/** The row behind a collection, or behind the collection a member is in. */
export const collectionOf = (resource: Resource): CollectionRow | undefined =>
  resource.rows === "collection" || resource.rows === "member" ? resource.collection : undefined;

const COMP = cal("comp");

/** The `name` of each `C:comp`, upper case, each once. */
export function componentNames(el: XmlElement): readonly string[] {
  const names = children(el, COMP).map((comp) => (attr(comp, "name") ?? "").trim().toUpperCase());
  return [...new Set(names)];
}

/** `C:comp` elements by name (RFC 4791 5.2.3). */
export const components: Codec<readonly string[]> = {
  write: (out, names) => {
    for (const name of names) out.leaf(COMP, undefined, { name });
  },
  read: componentNames,
};

/** Sets of components, each in an element of its own (caldav-extensions 4). */
export const componentSets: Codec<readonly (readonly string[])[]> = {
  write: (out, sets) => {
    for (const names of sets) {
      out.open(cal("supported-calendar-component-set"));
      components.write(out, names);
      out.close();
    }
  },
};

/** iCalendar text inside XML: line ends as LF, so that no client shows `&#13;` (CAL-98). */
export const calendarText: Codec<string> = {
  write: (out, value) => out.calendarText(value),
  print: withLineFeeds,
  read: (el) => el.text,
};

/** The same of what is octets. */
export const calendarOctets = (value: Octets): Octets => escapeOctets(withLineFeeds(value) as Octets);

/** The same where the value was made by that, or is yet to be. */
export const octetsBy = (print: (value: Octets) => Octets): Codec<Octets> => ({
  write: (out, value) => out.octets(print(value)),
  printOctets: print,
});

/** Epoch milliseconds as an iCalendar date and time in UTC: `20260131T100000Z`. */
export function utcDateTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

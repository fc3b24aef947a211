import { type Clark, cal, dav, split, writeXml, type XmlOut } from "@kalends/dav-xml";

/** A property to set: its text, or what stands inside it. */
export type PropertyValue = string | ((out: XmlOut) => void);
export type PropertyValues = Readonly<Record<Clark, PropertyValue>>;

const writeValues = (out: XmlOut, values: PropertyValues): void => {
  for (const [name, value] of Object.entries(values) as [Clark, PropertyValue][]) {
    out.open(name);
    if (typeof value === "string") out.text(value);
    else value(out);
    out.close();
  }
};

const writeNames = (out: XmlOut, names: readonly Clark[]): void => {
  out.open(dav("prop"));
  for (const name of names) out.leaf(name);
  out.close();
};

export const propfindBody = (names: readonly Clark[]): string =>
  writeXml(dav("propfind"), (out) => writeNames(out, names));

export const proppatchBody = (set: PropertyValues, remove: readonly Clark[] = []): string =>
  writeXml(dav("propertyupdate"), (out) => {
    if (Object.keys(set).length > 0) {
      out.open(dav("set"));
      out.open(dav("prop"));
      writeValues(out, set);
      out.close();
      out.close();
    }
    for (const name of remove) {
      out.open(dav("remove"));
      writeNames(out, [name]);
      out.close();
    }
  });

export const mkcalendarBody = (set: PropertyValues): string =>
  writeXml(cal("mkcalendar"), (out) => {
    out.open(dav("set"));
    out.open(dav("prop"));
    writeValues(out, set);
    out.close();
    out.close();
  });

export const syncBody = (token: string, names: readonly Clark[], limit?: number): string =>
  writeXml(dav("sync-collection"), (out) => {
    out.leaf(dav("sync-token"), token);
    out.leaf(dav("sync-level"), "1");
    if (limit !== undefined) {
      out.open(dav("limit"));
      out.leaf(dav("nresults"), String(limit));
      out.close();
    }
    writeNames(out, names);
  });

export const multigetBody = (hrefs: readonly string[], names: readonly Clark[]): string =>
  writeXml(cal("calendar-multiget"), (out) => {
    writeNames(out, names);
    for (const href of hrefs) out.leaf(dav("href"), href);
  });

export interface TimeRange {
  /** UTC, as in `20260301T000000Z`. */
  readonly start?: string;
  readonly end?: string;
}

/** A calendar-query for one component in a time range (RFC 4791 7.8). */
export const queryBody = (component: string, range: TimeRange | null, names: readonly Clark[]): string =>
  writeXml(cal("calendar-query"), (out) => {
    writeNames(out, names);
    out.open(cal("filter"));
    out.open(cal("comp-filter"), { name: "VCALENDAR" });
    out.open(cal("comp-filter"), { name: component });
    if (range) out.leaf(cal("time-range"), undefined, { ...range });
    out.close();
    out.close();
    out.close();
  });

/** The local part of a Clark name, for messages. */
export const localName = (name: Clark): string => split(name).local;

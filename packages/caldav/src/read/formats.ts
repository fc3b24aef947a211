import { type Clark, clark, streamXml, writeXml, type XmlOut } from "@kalends/dav-xml";
import { type JComponent, jcalOf, parseCalendar, XCAL_NS, type XcalElement, xcalOf } from "@kalends/icalendar";
import { inOctets, inText, type Piece } from "./in-octets.js";
import { negotiate } from "./negotiate.js";

type Pages = AsyncIterable<readonly Piece[]>;

/** One way to write calendars down. */
export interface Format {
  readonly mediaType: string;
  /** What the `Content-Type` of a whole calendar says. */
  readonly contentType: string;
  /** Makes entity tags of one format differ from those of the others (RFC 9110 8.8.3). */
  readonly suffix: string;
  /** One object; undefined when it stays as stored. */
  readonly write: ((calendar: JComponent) => string) | undefined;
  /** A whole calendar out of the pieces of its text. */
  readonly stream: (pages: Pages) => AsyncIterable<Uint8Array | string>;
}

const TEXT: Format = {
  mediaType: "text/calendar",
  contentType: "text/calendar; charset=utf-8",
  suffix: "",
  write: undefined,
  stream: inOctets,
};

const JCAL: Format = {
  mediaType: "application/calendar+json",
  contentType: "application/calendar+json",
  suffix: "-jcal",
  write: (calendar) => JSON.stringify(jcalOf(calendar)),
  stream: streamJcal,
};

const XCAL: Format = {
  mediaType: "application/calendar+xml",
  contentType: "application/calendar+xml; charset=utf-8",
  suffix: "-xcal",
  write: (calendar) => writeXml(xcal("icalendar"), (out) => writeElement(out, xcalOf(calendar))),
  stream: (pages) => streamXml(xcal("icalendar"), (out) => writeCalendar(out, pages)),
};

/** What calendars can be read as, text first. */
export const MEDIA_TYPES: readonly string[] = [TEXT, JCAL, XCAL].map(({ mediaType }) => mediaType);

/** The format a reader asks for: text unless he prefers another one by name; never a 406 (RFC 9110 12.5.1). */
export function formatFor(accept: string | undefined): Format {
  const chosen = negotiate(accept, TEXT.mediaType, [JCAL.mediaType, XCAL.mediaType]);
  return [JCAL, XCAL].find(({ mediaType }) => mediaType === chosen) ?? TEXT;
}

/** True for browsers: they name text/html and mean it (RFC 9110 12.5.1). */
export const prefersHtml = (accept: string | undefined): boolean =>
  negotiate(accept, TEXT.mediaType, [JCAL.mediaType, XCAL.mediaType, "text/html"]) === "text/html";

/** The entity tag, quotes included, of the representation in that format. */
export const tagIn = ({ suffix }: Format, tag: string): string => tag.replace(/"$/, `${suffix}"`);

const xcal = (name: string): Clark => clark(XCAL_NS, name);

function writeElement(out: XmlOut, { name, content }: XcalElement): void {
  if (typeof content === "string") return out.leaf(xcal(name), content);
  out.open(xcal(name));
  for (const child of content) writeElement(out, child);
  out.close();
}

const BEGIN = "BEGIN:VCALENDAR\r\n";
const END = "END:VCALENDAR\r\n";

/** The calendar around each piece of a whole one: first its head alone, then the components of each object. */
async function* parts(pages: Pages): AsyncGenerator<JComponent, void, undefined> {
  for await (const piece of inText(pages)) {
    if (piece === END || piece === "") continue;
    const parsed = parseCalendar(piece.startsWith(BEGIN) ? piece + END : `${BEGIN}VERSION:2.0\r\n${piece}${END}`);
    if (parsed.ok) yield parsed.value;
  }
}

async function* streamJcal(pages: Pages): AsyncGenerator<string, void, undefined> {
  let before: string | undefined;
  for await (const part of parts(pages)) {
    const [name, properties, components] = jcalOf(part);
    if (before === undefined) yield `["${name}",${JSON.stringify(properties)},[`;
    for (const component of components) {
      yield (before ?? "") + JSON.stringify(component);
      before = ",";
    }
    before ??= "";
  }
  yield "]]";
}

async function* writeCalendar(out: XmlOut, pages: Pages): AsyncGenerator<void, void, undefined> {
  let isOpen = false;
  out.open(xcal("vcalendar"));
  for await (const part of parts(pages)) {
    const { content } = xcalOf(part);
    const groups = typeof content === "string" ? [] : content;
    if (!isOpen) groups.filter(({ name }) => name === "properties").forEach((each) => writeElement(out, each));
    if (!isOpen) out.open(xcal("components"));
    isOpen = true;
    const components = groups.find(({ name }) => name === "components")?.content ?? [];
    if (typeof components !== "string") components.forEach((each) => writeElement(out, each));
    yield;
  }
  if (isOpen) out.close();
  out.close();
}

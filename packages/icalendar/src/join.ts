import type { Finding } from "./finding.js";
import type { JProperty } from "./jcal.js";
import { bodyAt, type Layout } from "./layout.js";
import { FILE_PARSE_LIMITS } from "./limits.js";
import { readOctets } from "./octets.js";
import { type OutlineComponent, outline } from "./outline.js";
import { foldLine } from "./print.js";
import { writeProperty } from "./property-line.js";
import { isKnownTzid } from "./zones.js";

/** What stands at the head of a joined calendar. */
export interface JoinHeader {
  readonly prodid: string;
  readonly name?: string;
  readonly description?: string;
  /** A CSS3 colour name (RFC 7986 5.9) or "#RRGGBB", written as Apple's property. */
  readonly color?: string;
  readonly method?: string;
  /** How often followers may ask again, as a duration: `PT1H` (RFC 7986 5.7). */
  readonly refresh?: string;
}

/** Called for every object that cannot be taken apart and is left out; `index` counts from 0. */
export type Damaged = (index: number, findings: readonly Finding[]) => void;

interface Zones {
  /** TZIDs written so far, with the rules they stand for. */
  readonly rules: Map<string, string>;
  /** Names of zones, by layouts, that were written under their own TZID: what refers to them is copied as it is. */
  readonly written: Set<string>;
}

const TZID_PARAM = /;TZID=(?:"([^"]*)"|([^;:]*))/gi;

/** Joins stored objects into one VCALENDAR, one after the other. */
export interface Joining {
  readonly head: string;
  /**
   * The components of one more object, with the zones that were not there before; empty for a damaged one. With its
   * layout, octets need not be read, and come back as octets.
   */
  readonly add: (object: Uint8Array | string, layout?: Layout | null) => Uint8Array | string;
  readonly end: string;
}

/**
 * Text of components is copied, values are not read. Each TZID has one VTIMEZONE: equal ones are written once; different ones of
 * one TZID that names no known place are renamed "TZID (2)". Names of known places are never renamed, because readers take them
 * by name (RFC 5545 3.8.3.1).
 */
export function openJoin(header: JoinHeader, damaged: Damaged = () => undefined): Joining {
  const zones: Zones = { rules: new Map(), written: new Set([""]) };
  let index = -1;
  return {
    head: printHeader(header),
    add(object, layout = null) {
      index += 1;
      const body = layout === null || typeof object === "string" ? null : bodyAt(layout, object);
      if (layout !== null && body !== null && zones.written.has(layout.zones)) return body;
      const octets = readOctets(object);
      const read = octets.ok ? outline(octets.value.text, FILE_PARSE_LIMITS) : octets;
      if (!read.ok || !octets.ok) {
        damaged(index, read.ok ? [] : read.findings);
        return "";
      }
      return joinObject(octets.value.text, read.value.components, zones, body && layout);
    },
    end: "END:VCALENDAR\r\n",
  };
}

/** The same for objects that are all there, one chunk for each; an empty one for a damaged one. */
export function* joinCalendar(
  objects: Iterable<Uint8Array | string>,
  header: JoinHeader,
  damaged: Damaged = () => undefined,
): Generator<string> {
  const { head, add, end } = openJoin(header, damaged);
  yield head;
  for (const object of objects) yield String(add(object));
  yield end;
}

function printHeader(header: JoinHeader): string {
  const { name, description, color } = header;
  const texts: [string, string | undefined][] = [
    ["prodid", header.prodid],
    ["method", header.method],
    ["name", name],
    ["x-wr-calname", name],
    ["description", description],
    ["x-wr-caldesc", description],
    [color?.startsWith("#") ? "x-apple-calendar-color" : "color", color],
  ];
  const lines = texts.flatMap(([key, value]) =>
    value === undefined ? [] : foldLine(writeProperty(textProperty(key, value))),
  );
  return `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${lines.join("")}${refreshLines(header).join("")}`;
}

/** What the standard calls it, and what Outlook reads. */
const refreshLines = ({ refresh }: JoinHeader): readonly string[] =>
  refresh === undefined
    ? []
    : [`REFRESH-INTERVAL;VALUE=DURATION:${refresh}`, `X-PUBLISHED-TTL:${refresh}`].map(foldLine);

function textProperty(name: string, value: string): JProperty {
  return [name, {}, name === "x-apple-calendar-color" ? "unknown" : "text", value];
}

function joinObject(
  text: string,
  components: readonly OutlineComponent[],
  zones: Zones,
  layout: Layout | null,
): string {
  const out: string[] = [];
  const renamed = new Map<string, string>();
  const referred = new Set(components.flatMap((each) => [...each.refers]));
  for (const zone of components) {
    if (zone.name !== "VTIMEZONE" || zone.tzid === undefined || !referred.has(zone.tzid)) continue;
    const name = nameFor(zone, zone.tzid, zones);
    if (name.tzid !== zone.tzid) renamed.set(zone.tzid, name.tzid);
    if (name.isNew) out.push(renamed.has(zone.tzid) ? renameZone(zone, name.tzid) : text.slice(zone.start, zone.end));
  }
  if (layout !== null && renamed.size === 0) zones.written.add(layout.zones);
  for (const component of components) {
    if (component.name === "VTIMEZONE") continue;
    out.push(renamed.size === 0 ? text.slice(component.start, component.end) : renameReferences(component, renamed));
  }
  return out.join("");
}

function nameFor(
  zone: OutlineComponent,
  tzid: string,
  zones: Zones,
): { readonly tzid: string; readonly isNew: boolean } {
  const rules = rulesOf(zone);
  const isPlace = tzid.includes("/") && isKnownTzid(tzid);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? tzid : `${tzid} (${number})`;
    const written = zones.rules.get(name);
    if (written === undefined) zones.rules.set(name, rules);
    if (written === undefined || written === rules || isPlace) return { tzid: name, isNew: written === undefined };
  }
}

/** The lines that say how the zone behaves; remarks such as LAST-MODIFIED do not make two zones different. */
function rulesOf(zone: OutlineComponent): string {
  const lines = zone.lines.map((line) => line.text.trim());
  return lines.filter((line) => !/^(?:TZID|LAST-MODIFIED|TZURL|X-)/i.test(line)).join("\n");
}

function renameZone(zone: OutlineComponent, tzid: string): string {
  const line = foldLine(writeProperty(["tzid", {}, "text", tzid]));
  return zone.lines.map((each) => (/^TZID[:;]/i.test(each.text) ? line : foldLine(each.text))).join("");
}

function renameReferences(component: OutlineComponent, renamed: ReadonlyMap<string, string>): string {
  const rename = (whole: string, quoted: string | undefined, bare: string | undefined) => {
    const tzid = renamed.get(quoted ?? bare ?? "");
    return tzid === undefined ? whole : `;TZID=${/[,:;]/.test(tzid) ? `"${tzid}"` : tzid}`;
  };
  return component.lines.map(({ text }) => foldLine(renameInLine(text, rename))).join("");
}

/** Only the parameters are searched: the same words may stand in a description. */
function renameInLine(line: string, rename: (whole: string, quoted?: string, bare?: string) => string): string {
  const params = /^[^:;"]*(?:;[^=:;]*=(?:"[^"]*"|[^":;])*)*/.exec(line)?.[0] ?? "";
  return params.replace(TZID_PARAM, rename) + line.slice(params.length);
}

import {
  type BusyPeriod,
  type BusyType,
  freeBusyText,
  type JComponent,
  type JProperty,
  mergeBusy,
  param,
  parseCalendar,
  parseDuration,
  parseWall,
  property,
  properties,
  type Range,
  subcomponents,
  text,
  values,
  type Zone,
  zoneOf,
} from "@kalends/icalendar";

/** What an uploaded file says: the window it speaks of and the busy time in it, in UTC milliseconds, merged. */
export interface Upload extends Range {
  readonly periods: readonly BusyPeriod[];
}

export type ReadUpload =
  | { readonly ok: true; readonly upload: Upload }
  | { readonly ok: false; readonly status: number; readonly note: string };

const DAY = 86_400_000;
/** Outlook publishes up to 36 months; some days more because it begins where it likes. */
const LONGEST = 37 * 31 * DAY;

const refused = (status: number, note: string): ReadUpload => ({ ok: false, status, note });

/** The lines that say something about time; all others of a published file are of no use here, and often wrong. */
const TELLING = /^(?:BEGIN|END|METHOD|DTSTART|DTEND|DURATION|FREEBUSY|TZID|TZOFFSETFROM|TZOFFSETTO|RRULE)[;:]/i;

/**
 * A file as programs of all ages write it: without DTSTAMP, with VERSION 1.0, with an ORGANIZER that is a bare name. Of
 * its lines those are kept that tell time.
 */
function telling(source: Uint8Array): string {
  const lines = Buffer.from(source)
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "")
    .replaceAll(/\r?\n[ \t]/g, "")
    .split(/\r?\n|\r/);
  const kept = lines.map((line) => line.trim()).filter((line) => TELLING.test(line));
  return kept
    .flatMap((line) => (/^BEGIN:VCALENDAR$/i.test(line) ? [line, "VERSION:2.0"] : [line.replace(/,+$/, "")]))
    .join("\r\n");
}

/**
 * Reads a published free/busy file: a VCALENDAR with one VFREEBUSY, METHOD PUBLISH or none (RFC 5546 3.3.1; DSC-84, DSC-85).
 * Times without zone are those of `local`. Anything else is refused with a status and a line that says why.
 */
export function readUpload(source: Uint8Array, local: Zone): ReadUpload {
  const read = parseCalendar(telling(source));
  if (!read.ok) {
    return refused(415, `This is no free/busy file: ${read.findings[0]?.message ?? "it cannot be read."}`);
  }
  const calendar = read.value;
  const method = text(calendar, "method")?.toUpperCase() ?? "PUBLISH";
  if (method !== "PUBLISH")
    return refused(403, `METHOD:${method.slice(0, 20)} is a message; a published file has METHOD:PUBLISH.`);
  const [component, another] = subcomponents(calendar, "vfreebusy");
  const foreign = calendar[2].find(([name]) => name !== "vfreebusy" && name !== "vtimezone");
  if (foreign)
    return refused(403, `A free/busy file holds no ${foreign[0].toUpperCase().slice(0, 20)}, only one VFREEBUSY.`);
  if (!component) return refused(403, "A free/busy file holds one VFREEBUSY; this one has none.");
  if (another) return refused(403, "A free/busy file holds one VFREEBUSY; this one has more.");
  return spokenOf(component, local);
}

function spokenOf(component: JComponent, local: Zone): ReadUpload {
  const periods = properties(component, "freebusy").flatMap((each) => busyIn(each, local));
  const start =
    instant(property(component, "dtstart"), local) ?? periods.reduce((a, b) => Math.min(a, b.start), Infinity);
  const end = endOf(component, start, local) ?? periods.reduce((a, b) => Math.max(a, b.end), -Infinity);
  if (!(start < end)) return refused(403, "The file does not say which time it speaks of: DTSTART and DTEND.");
  if (end - start > LONGEST) return refused(403, "A free/busy file speaks of at most 36 months.");
  return { ok: true, upload: { start, end, periods: mergeBusy(periods, { start, end }) } };
}

function endOf(component: JComponent, start: number, local: Zone): number | undefined {
  const duration = parseDuration(property(component, "duration")?.[3]);
  return instant(property(component, "dtend"), local) ?? (duration && start + duration.days * DAY + duration.time);
}

const zoneNamed = (of: JProperty, local: Zone): Zone => zoneOf(param(of, "tzid") ?? "") ?? local;

function instant(of: JProperty | undefined, local: Zone, value: unknown = of?.[3]): number | undefined {
  const time = parseWall(value);
  if (!of || !time) return undefined;
  return time.form === "utc" ? time.wall : zoneNamed(of, local).toUtc(time.wall);
}

/** The periods of one FREEBUSY line; FBTYPE as it is known, BUSY otherwise (RFC 5545 3.2.9, 3.8.2.6; DSC-87). */
function busyIn(line: JProperty, local: Zone): readonly BusyPeriod[] {
  const told = (param(line, "fbtype") ?? "BUSY").toUpperCase();
  if (told === "FREE") return [];
  const type: BusyType = told === "BUSY-TENTATIVE" || told === "BUSY-UNAVAILABLE" ? told : "BUSY";
  return values(line).flatMap((value): BusyPeriod[] => {
    const [from, to]: readonly unknown[] = Array.isArray(value) ? value : String(value).split("/");
    const start = instant(line, local, from);
    if (start === undefined) return [];
    const duration = parseDuration(to);
    const end = duration ? start + duration.days * DAY + duration.time : instant(line, local, to);
    return end !== undefined && end > start ? [{ start, end, type }] : [];
  });
}

export interface Publisher {
  readonly uuid: string;
  readonly login: string;
  readonly domain: string;
}

/** Who a file speaks for, as its head says it (RFC 5546 3.3.1). */
export const headOf = ({ uuid, login, domain }: Publisher) =>
  ({ uid: `freebusy-${uuid}`, organizer: `mailto:${login}@${domain}`, method: "PUBLISH" }) as const;

/** An upload as it is kept and given back to its owner: DTSTAMP, mailto and UTC everywhere, whatever was sent. */
export const uploadText = (upload: Upload, stamp: number, of: Publisher): string =>
  freeBusyText({ ...headOf(of), start: upload.start, end: upload.end, stamp }, upload.periods);

import { createHash } from "node:crypto";

/**
 * Where the components of one stored text stand, noted when it is written, so that whole calendars can be put together
 * without taking each object apart.
 */
export interface Layout {
  /** Octets of the whole text: what has another length is not the text that was looked at. */
  readonly length: number;
  /** Octets before the components other than VTIMEZONE, and behind them. */
  readonly head: number;
  readonly tail: number;
  /** Names the VTIMEZONEs that the components refer to, in their order; empty = none. */
  readonly zones: string;
}

const PLAIN_BEGIN = /^BEGIN:VCALENDAR\r\n(?![ \t])/;
const END = "END:VCALENDAR\r\n";
/** A mark as `outline` could see one; the rest of the line must be a plain name, else somebody else shall look. */
const MARK = /\n[^\S\r\n]*(?:BEGIN|END):/gi;
const PLAIN_MARK = /\n(BEGIN|END):([A-Z\d-]+)\r\n(?![ \t])/y;
/** A mark may be folded before its colon: the first piece of it is blank or begins like one. */
const FOLDED_MARK = /\n[^\S\r\n]*(?:B(?:E(?:G(?:IN?)?)?)?|E(?:ND?)?)?\r\n[ \t]/i;
const LF = 10;
const B = 66;
const ASCII = /^[\x00-\x7f]*$/;
const FOLD = /\r\n[ \t]/g;
const TZID_PARAM = /;TZID=(?:"([^"\r\n]*)"|([^;:\r\n]*))/gi;
const TZID = /\nTZID[:;]/gi;
const PLAIN_TZID = /\nTZID:([^\\\r\n]*)\r\n/y;

interface Part {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The layout of a text that `readOctets` has cleaned; null where it is not of the usual kind: one VCALENDAR whose components
 * follow each other without anything between or behind them, those other than VTIMEZONE together, and nothing but ASCII before and behind these. `length` are its octets.
 */
export function layoutOf(text: string, length: number): Layout | null {
  if (!PLAIN_BEGIN.test(text) || !text.endsWith(`\n${END}`) || FOLDED_MARK.test(text)) return null;
  const parts = partsOf(text);
  if (parts === null) return null;
  const first = parts.findIndex(({ name }) => name !== "VTIMEZONE");
  const last = parts.findLastIndex(({ name }) => name !== "VTIMEZONE");
  const [from, to] = [parts[first], parts[last]];
  if (!from || !to || parts.slice(first, last).some(({ name }) => name === "VTIMEZONE")) return null;
  if (!ASCII.test(text.slice(0, from.start)) || !ASCII.test(text.slice(to.end))) return null;
  const zones = zonesOf(text, parts);
  return zones === null ? null : { length, head: from.start, tail: text.length - to.end, zones };
}

/** The components of the calendar, null where its text is not plain. */
function partsOf(text: string): readonly Part[] | null {
  const parts: Part[] = [];
  const open: string[] = ["VCALENDAR"];
  let start = 0;
  MARK.lastIndex = 0;
  for (let found = MARK.exec(text); found !== null; found = MARK.exec(text)) {
    PLAIN_MARK.lastIndex = found.index;
    const [line, mark, name = ""] = PLAIN_MARK.exec(text) ?? [""];
    if (line === "" || open.length === 0) return null;
    if (mark === "BEGIN") {
      if (open.push(name) === 2) start = found.index + 1;
      if (open.length === 2 && start !== (parts.at(-1)?.end ?? start)) return null;
    } else {
      if (open.pop() !== name) return null;
      if (open.length === 1) parts.push({ name, start, end: found.index + line.length });
    }
  }
  return open.length === 0 && parts.at(-1)?.end === text.length - END.length ? parts : null;
}

/** A name for the texts of the zones that are referred to; null where it takes a closer look to tell which. */
function zonesOf(text: string, parts: readonly Part[]): string | null {
  const zones = parts.filter(({ name }) => name === "VTIMEZONE");
  if (zones.length === 0) return "";
  const unfolded = text.slice(parts[0]?.start).replace(FOLD, "");
  const referred = new Set([...unfolded.matchAll(TZID_PARAM)].map(([, quoted, bare]) => quoted ?? bare ?? ""));
  const digest = createHash("sha256");
  let count = 0;
  for (const { start, end } of zones) {
    const zone = text.slice(start, end);
    const tzid = tzidOf(zone.replace(FOLD, ""));
    if (tzid === null) return null;
    if (!referred.has(tzid)) continue;
    digest.update(zone);
    count += 1;
  }
  return count === 0 ? "" : digest.digest("base64url").slice(0, 22);
}

/** TZID of a VTIMEZONE that has just one, of its own, in a plain line. */
function tzidOf(zone: string): string | null {
  const at = zone.search(TZID);
  if (zone.match(TZID)?.length !== 1) return null;
  PLAIN_TZID.lastIndex = at;
  const [, tzid] = PLAIN_TZID.exec(zone) ?? [];
  const inner = zone.indexOf("\nBEGIN:");
  return tzid === undefined || (inner !== -1 && inner < at) ? null : tzid;
}

/** A layout as one word for the database. */
export const printLayout = ({ length, head, tail, zones }: Layout): string => `${length} ${head} ${tail} ${zones}`;

/** What `printLayout` wrote; null for what is none. */
export function readLayout(written: string): Layout | null {
  const [length, head, tail, zones] = written.split(" ");
  if (zones === undefined) return null;
  return { length: Number(length), head: Number(head), tail: Number(tail), zones };
}

/** The components other than VTIMEZONE of the text that a layout belongs to; null where it cannot be one of this text. */
export function bodyAt({ length, head, tail }: Layout, text: Uint8Array): Uint8Array | null {
  const end = length - tail;
  const fits = text.byteLength === length && head < end && text[head] === B;
  return fits && text[head - 1] === LF && text[end - 1] === LF && text[length - 1] === LF
    ? text.subarray(head, end)
    : null;
}

import { createHash } from "node:crypto";
import { readHead } from "./content-line.js";
import { type Finding, failure, type Outcome, success } from "./finding.js";
import { FILE_PARSE_LIMITS, type ParseLimits } from "./limits.js";
import type { ContentLine } from "./lines.js";
import { COMPONENT_NAMES, type ComponentName } from "./object.js";
import { binaryOf, type CalendarText, readBytes, textOfBinary } from "./octets.js";
import { type Outline, linesOf, type OutlineComponent, outline } from "./outline.js";
import { foldLine } from "./print.js";
import { readText } from "./values/design.js";

/** One object out of a whole file. Its text is put together when asked for: all at once they would be the file once more. */
export interface ObjectPart {
  readonly uid: string;
  readonly component: ComponentName;
  /** Its octets, ready for `analyseObject`. */
  readonly bytes: Uint8Array;
  /** The same with its text, ready for `analyseClean`: what is cut out of a clean file is clean. */
  readonly content: CalendarText;
  /** Where lines of the text come from, for {@link fileLine}: runs of lines, ascending. */
  readonly runs: Runs;
}

type Runs = readonly { readonly part: number; readonly file: number }[];

export interface SplitFile {
  /** METHOD of the file, upper case (RFC 5546). */
  readonly method: string | undefined;
  /** NAME or X-WR-CALNAME of the file. */
  readonly name: string | undefined;
  readonly parts: readonly ObjectPart[];
}

interface Group {
  readonly uid: string;
  readonly name: ComponentName;
  readonly members: Member[];
}

interface Member {
  readonly component: OutlineComponent;
  /** Line to insert after BEGIN, for a component that came without UID. */
  readonly addition: string;
}

const KEPT_HEADER = new Set(["version", "prodid", "calscale"]);

/**
 * Takes a whole file apart into one object per UID, master and overrides together, each with the VTIMEZONEs it refers to
 * (RFC 4791 4.1). The text of components is cut out of the file, not written anew. A component without UID gets one made of
 * its content, so the same file gives the same objects again. Components of other kinds (X-, VPOLL) are left out.
 */
export function splitCalendar(
  source: Uint8Array | string,
  limits: ParseLimits = FILE_PARSE_LIMITS,
): Outcome<SplitFile> {
  const octets = readBytes(source);
  if (!octets.ok) return octets;
  // What tells components apart is ASCII, and as text a large file would take twice the room.
  const file = binaryOf(octets.value);
  const read = outline(file, limits, { brief: true, meant: textOfBinary });
  if (!read.ok) return read;
  const header = readHeader(read.value.header);
  if (header.problem !== undefined) return failure(header.problem);
  const groups = groupByUid(read.value, file);
  if (!groups.ok) return groups;
  const zones = new Map(read.value.components.flatMap((each) => (each.tzid === undefined ? [] : [[each.tzid, each]])));
  const parts = groups.value.map((group) => partOf(group, () => putTogether(group, file, header.lines, zones)));
  return success({ method: header.method, name: header.name, parts });
}

/** The line of the whole file that a line of one part came from. */
export function fileLine({ runs }: Pick<ObjectPart, "runs">, line: number): number {
  const run = runs.findLast((each) => each.part <= line);
  return run === undefined ? line : run.file + line - run.part;
}

interface FileHeader {
  readonly lines: readonly ContentLine[];
  readonly method?: string | undefined;
  readonly name?: string | undefined;
  readonly problem?: Finding;
}

function readHeader(lines: readonly ContentLine[]): FileHeader {
  const kept: ContentLine[] = [];
  const values = new Map<string, string>();
  for (const line of lines) {
    const raw = readHead(line.text);
    if (typeof raw === "string") return { lines: kept, problem: invalid(line.line, undefined, raw) };
    if (KEPT_HEADER.has(raw.name) && !values.has(raw.name)) kept.push(line);
    values.set(raw.name, textOfBinary(readText(raw.value)).trim());
  }
  const version = values.get("version");
  const name = values.get("name") ?? values.get("x-wr-calname");
  const header = { lines: kept, method: values.get("method")?.toUpperCase(), name };
  return version === "2.0" ? header : { ...header, problem: wrongVersion(version) };
}

function wrongVersion(version: string | undefined): Finding {
  const spec = "RFC 5545 3.7.4";
  if (version === undefined)
    return { ...invalid(1, undefined, "The calendar has no VERSION."), property: "VERSION", spec };
  const message = `The calendar has VERSION ${version.slice(0, 20)}; only iCalendar 2.0 is accepted.`;
  return { code: "supported-calendar-data", line: 1, property: "VERSION", message, spec };
}

function groupByUid({ components }: Outline, file: string): Outcome<readonly Group[]> {
  const groups = new Map<string, Group>();
  const derived = new Map<string, number>();
  const findings: Finding[] = [];
  for (const component of components) {
    const name = COMPONENT_NAMES.find((each) => each === component.name);
    if (name === undefined) continue;
    const uid =
      component.uid === undefined ? deriveUid(linesOf(component, file), derived) : textOfBinary(component.uid);
    const group = groups.get(uid) ?? { uid, name, members: [] };
    groups.set(uid, group);
    findings.push(...conflicts(group, component));
    group.members.push({ component, addition: component.uid === undefined ? foldLine(`UID:${uid}`) : "" });
  }
  return findings.length > 0 ? failure(...findings.slice(0, 20)) : success([...groups.values()]);
}

function conflicts(group: Group, component: OutlineComponent): readonly Finding[] {
  const line = component.lines[0]?.line ?? 1;
  if (component.name !== group.name) {
    return [
      invalid(line, group.uid, `The UID ${group.uid.slice(0, 80)} is used by a ${group.name} and a ${component.name}.`),
    ];
  }
  if (component.isOverride || group.members.every((each) => each.component.isOverride)) return [];
  return [
    invalid(line, group.uid, `The UID ${group.uid.slice(0, 80)} has two ${component.name} without RECURRENCE-ID.`),
  ];
}

/** DTSTAMP is left out: exporters write the moment of the download there. Equal components are numbered. */
function deriveUid(lines: readonly string[], seen: Map<string, number>): string {
  const content = lines.filter((line) => !/^DTSTAMP[:;]/i.test(line)).join("\n");
  const number = seen.get(content) ?? 0;
  seen.set(content, number + 1);
  const hex = createHash("sha256").update(content, "latin1").update(`\n${number}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

const partOf = ({ uid, name }: Group, make: () => Cut): ObjectPart => ({
  uid,
  component: name,
  get content() {
    const { bytes } = make();
    return { text: bytes.toString(), bytes, changed: false };
  },
  get bytes() {
    return make().bytes;
  },
  get runs() {
    return make().runs;
  },
});

interface Cut {
  readonly bytes: Buffer;
  readonly runs: Runs;
}

/** Pieces of the file, which has one character for each octet. */
function putTogether(
  group: Group,
  file: string,
  header: readonly ContentLine[],
  zones: ReadonlyMap<string, OutlineComponent>,
): Cut {
  const pieces = ["BEGIN:VCALENDAR\r\n"];
  const runs = [{ part: 1, file: 1 }];
  let line = 2;
  const add = (piece: string, from: number) => {
    pieces.push(piece);
    runs.push({ part: line, file: from });
    line += countLines(piece);
  };
  for (const each of header) add(file.slice(each.start, each.end), each.line);
  const tzids = new Set(group.members.flatMap((each) => [...each.component.refers]));
  for (const zone of [...tzids].flatMap((tzid) => zones.get(tzid) ?? [])) {
    add(file.slice(zone.start, zone.end), zone.lines[0]?.line ?? 1);
  }
  for (const { component, addition } of group.members) {
    const [begin] = component.lines;
    if (begin === undefined) continue;
    add(file.slice(begin.start, begin.end) + addition, begin.line);
    add(file.slice(begin.end, component.end), component.lines[1]?.line ?? begin.line);
  }
  pieces.push("END:VCALENDAR\r\n");
  return { bytes: Buffer.from(pieces.join(""), "latin1"), runs };
}

function countLines(piece: string): number {
  let count = 0;
  for (let at = piece.indexOf("\n"); at !== -1; at = piece.indexOf("\n", at + 1)) count += 1;
  return count;
}

function invalid(line: number, uid: string | undefined, message: string): Finding {
  const code = uid === undefined ? "valid-calendar-data" : "valid-calendar-object-resource";
  return { code, line, ...(uid === undefined ? {} : { uid }), message, spec: "RFC 4791 4.1" };
}

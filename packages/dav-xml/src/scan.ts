import { ILLEGAL, NCNAME, QNAME, SPACE } from "./characters.js";
import { DECLARATION } from "./encoding.js";
import { decodeReferences } from "./entities.js";
import { malformed, XmlFault } from "./fault.js";
import type { XmlLimits } from "./limits.js";

/**
 * A document reduced to its markup: every distinct name became `e0`, `e1` ... (elements) or `a0`, `a1` ... (attributes),
 * every stretch of text and every attribute value its number in `values`; comments and instructions are gone.
 */
export interface Skeleton {
  readonly markup: string;
  readonly names: readonly string[];
  readonly values: readonly string[];
}

interface Scan {
  readonly text: string;
  readonly limits: XmlLimits;
  readonly names: string[];
  readonly numbers: Map<string, number>;
  readonly values: string[];
  at: number;
  depth: number;
  nodes: number;
  rooted: boolean;
  pending: string;
  markup: string;
}

const START = new RegExp(`<(${QNAME})`, "uy");
const ATTRIBUTE = new RegExp(`${SPACE}+(${QNAME})${SPACE}*=${SPACE}*(?:"([^"<]*)"|'([^'<]*)')`, "uy");
const START_END = new RegExp(`${SPACE}*(/?)>`, "uy");
const END = new RegExp(`</(${QNAME})${SPACE}*>`, "uy");
const INSTRUCTION = new RegExp(`<\\?(${NCNAME})(?=${SPACE}|\\?>)`, "uy");

/**
 * Reads the characters of a document strictly (XML 1.0 with namespaces) in one pass, and leaves its structure to the parser.
 * Bounds everything that costs the parser time. Throws XmlFault.
 */
export function scan(source: string, limits: XmlLimits): Skeleton {
  const text = swap(swap(source, "\r\n", "\n"), "\r", "\n");
  const at = DECLARATION.exec(text)?.[0].length ?? 0;
  const state: Scan = {
    ...{ text, limits, at, depth: 0, nodes: 0, rooted: false, pending: "", markup: "" },
    ...{ names: [], numbers: new Map<string, number>(), values: [] },
  };
  try {
    refuseIllegal(state);
    boundReferences(state);
    while (state.at < text.length) step(state);
    if (!state.rooted) throw malformed("there is no root element");
    if (state.depth > 0) throw malformed("an element is not closed");
  } catch (fault) {
    throw located(fault, state);
  }
  return state;
}

// Ten times quicker than a replacement where every second character matches.
function swap(text: string, from: string, to: string): string {
  return text.includes(from) ? text.split(from).join(to) : text;
}

function refuseIllegal(state: Scan): void {
  const at = state.text.search(ILLEGAL);
  if (at < 0) return;
  state.at = at;
  throw malformed(`the character U+${hex(state.text.charCodeAt(at))} is forbidden in XML`);
}

function boundReferences({ text, limits }: Scan): void {
  let count = 0;
  for (let at = text.indexOf("&"); at >= 0; at = text.indexOf("&", at + 1)) {
    if (++count > limits.references) throw tooMany(`${limits.references} references`);
  }
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, "0");
}

function located(fault: unknown, { text, at }: Scan): unknown {
  if (!(fault instanceof XmlFault)) return fault;
  let line = 1;
  for (let end = text.indexOf("\n"); end >= 0 && end < at; end = text.indexOf("\n", end + 1)) line++;
  return new XmlFault(fault.kind, `${fault.message} (line ${line})`);
}

function step(state: Scan): void {
  const read = tokenAt(state);
  read(state);
}

function tokenAt({ text, at, depth }: Scan): (state: Scan) => void {
  if (text.charCodeAt(at) !== 60) return characters;
  const next = text.charAt(at + 1);
  if (next === "/") return endTag;
  if (next === "?") return instruction;
  if (next !== "!") return startTag;
  if (text.startsWith("<!--", at)) return comment;
  return text.startsWith("<![CDATA[", at) && depth > 0 ? cdata : declaration;
}

function characters(state: Scan): void {
  const next = state.text.indexOf("<", state.at);
  const end = next < 0 ? state.text.length : next;
  const run = state.text.slice(state.at, end);
  if (state.depth === 0) {
    if (/[^ \t\n]/.test(run)) throw malformed("there is text outside the root element");
  } else {
    if (run.includes("]]>")) throw malformed("']]>' may not stand in text");
    state.pending += decodeReferences(run);
  }
  state.at = end;
}

function declaration({ text, at }: Scan): void {
  if (/^<!doctype/i.test(text.slice(at, at + 9))) throw new XmlFault("doctype", "a document type is not accepted");
  throw malformed("there is a declaration where none may stand");
}

function comment(state: Scan): void {
  const dashes = state.text.indexOf("--", state.at + 4);
  if (dashes < 0) throw malformed("a comment is not closed");
  if (state.text.charAt(dashes + 2) !== ">") throw malformed("'--' may not stand in a comment");
  state.at = dashes + 3;
}

function cdata(state: Scan): void {
  const end = state.text.indexOf("]]>", state.at + 9);
  if (end < 0) throw malformed("a CDATA section is not closed");
  state.pending += state.text.slice(state.at + 9, end);
  state.at = end + 3;
}

function instruction(state: Scan): void {
  const target = match(INSTRUCTION, state)?.[1];
  if (target === undefined) throw malformed("a processing instruction has no proper name");
  if (target.toLowerCase() === "xml") throw malformed("the XML declaration is not proper, or not at the start");
  const end = state.text.indexOf("?>", state.at + 2);
  if (end < 0) throw malformed("a processing instruction is not closed");
  state.at = end + 2;
}

function endTag(state: Scan): void {
  const found = match(END, state);
  if (!found) throw malformed("an end tag is not proper");
  if (state.depth === 0) throw malformed("an end tag has no start tag");
  flush(state);
  state.markup += `</e${numberOf(state, found[1] ?? "")}>`;
  state.depth--;
  state.at += found[0].length;
}

function startTag(state: Scan): void {
  if (state.depth === 0 && state.rooted) throw malformed("there is a second root element");
  const found = match(START, state);
  if (!found) throw malformed("'<' does not begin a tag");
  flush(state);
  countNode(state);
  state.rooted = true;
  state.markup += `<e${numberOf(state, found[1] ?? "")}`;
  state.at += found[0].length;
  for (let count = 1; attribute(state); count++) {
    countNode(state);
    if (count > state.limits.attributes) throw tooMany(`${state.limits.attributes} attributes in one tag`);
  }
  const end = match(START_END, state);
  if (!end) throw malformed("a start tag is not proper");
  state.at += end[0].length;
  state.markup += `${end[1]}>`;
  if (state.depth >= state.limits.depth)
    throw new XmlFault("too-deep", `more than ${state.limits.depth} nested elements`);
  if (end[1] === "") state.depth++;
}

function attribute(state: Scan): boolean {
  const found = match(ATTRIBUTE, state);
  if (!found) return false;
  const value = found[2] ?? found[3] ?? "";
  state.markup += ` a${numberOf(state, found[1] ?? "")}="${state.values.length}"`;
  state.values.push(decodeReferences(swap(swap(value, "\t", " "), "\n", " ")));
  state.at += found[0].length;
  return true;
}

function countNode(state: Scan): void {
  if (++state.nodes > state.limits.nodes) throw tooMany(`${state.limits.nodes} elements, attributes and texts`);
}

function tooMany(what: string): XmlFault {
  return new XmlFault("too-large", `more than ${what}`);
}

function flush(state: Scan): void {
  if (state.pending === "") return;
  countNode(state);
  state.markup += state.values.length;
  state.values.push(state.pending);
  state.pending = "";
}

function numberOf(state: Scan, name: string): number {
  const known = state.numbers.get(name);
  if (known !== undefined) return known;
  if (name.length > state.limits.nameLength) throw new XmlFault("too-large", "a name is too long");
  if (state.names.length >= state.limits.names) throw tooMany(`${state.limits.names} different names`);
  const number = state.names.push(name) - 1;
  state.numbers.set(name, number);
  return number;
}

function match(pattern: RegExp, state: Scan): RegExpExecArray | null {
  pattern.lastIndex = state.at;
  return pattern.exec(state.text);
}

import { type Finding, failure, type Outcome, success } from "./finding.js";

/** One unfolded content line (RFC 5545 3.1). */
export interface ContentLine {
  /** Line of the text where it begins, from 1. */
  readonly line: number;
  /** Offsets in the text; `end` is after the line break of its last folded line. */
  readonly start: number;
  readonly end: number;
  /** Unfolded, without line break. */
  readonly text: string;
}

const SPACE = 32;
const TAB = 9;

/**
 * Unfolds text into content lines; blank lines are passed over. A line longer than `maxLine` characters is a finding,
 * and so are more than `maxLines` lines.
 */
export function contentLines(text: string, maxLine: number, maxLines: number): Outcome<readonly ContentLine[]> {
  const lines: ContentLine[] = [];
  let line = 1;
  for (let start = 0; start < text.length;) {
    const read = readLine(text, start, line, maxLine);
    if (read.text.length > maxLine) return failure(tooLong(line, maxLine));
    if (!isBlank(read.text) && lines.push(read) > maxLines) return failure(tooMany(line, maxLines));
    line += read.physical;
    start = read.end;
  }
  return success(lines);
}

/**
 * The same one by one, so that a large text need not be held as lines; a finding is the last one. Of a text with one
 * character for each octet `meant` tells what a line says.
 */
export function* eachLine(
  text: string,
  maxLine: number,
  maxLines: number,
  meant: (text: string) => string = asItIs,
): Generator<ContentLine | Finding> {
  let line = 1;
  let count = 0;
  for (let start = 0; start < text.length;) {
    const read = readLine(text, start, line, maxLine);
    if (read.text.length > maxLine) return yield tooLong(line, maxLine);
    if (!isBlank(read.text, meant)) {
      count += 1;
      if (count > maxLines) return yield tooMany(line, maxLines);
      yield read;
    }
    line += read.physical;
    start = read.end;
  }
}

function readLine(text: string, start: number, line: number, maxLine: number) {
  let end = lineEnd(text, start);
  let content = text.slice(start, contentEnd(text, start, end));
  let physical = 1;
  while (isFold(text, end) && content.length <= maxLine) {
    const next = lineEnd(text, end);
    content += text.slice(end + 1, contentEnd(text, end, next));
    physical += 1;
    end = next;
  }
  return { line, start, end, text: content, physical };
}

const asItIs = (text: string): string => text;

/** Most lines begin with a letter. */
function isBlank(text: string, meant = asItIs): boolean {
  const code = text.charCodeAt(0);
  return !(code > SPACE && code < 127) && meant(text).trim() === "";
}

/** Whether what begins there goes on with the line before. */
export function isFold(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === SPACE || code === TAB;
}

/** After the line feed that comes next. */
export function lineEnd(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at === -1 ? text.length : at + 1;
}

function contentEnd(text: string, start: number, end: number): number {
  if (text.charCodeAt(end - 1) !== 10) return end;
  return end - 2 >= start && text.charCodeAt(end - 2) === 13 ? end - 2 : end - 1;
}

function tooLong(line: number, maxLine: number): Finding {
  const message = `The content line is longer than ${maxLine} characters.`;
  return { code: "valid-calendar-data", line, message, spec: "RFC 5545 3.1" };
}

function tooMany(line: number, maxLines: number): Finding {
  const message = `The calendar has more than ${maxLines} content lines.`;
  return { code: "valid-calendar-data", line, message, spec: "RFC 5545 3.1" };
}

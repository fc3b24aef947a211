/** Takes a control connection apart into command lines. */
export interface LineReader {
  /** The lines that are complete now; null when one is too long. */
  take(chunk: Buffer): readonly string[] | null;
}

/** No command is longer, not even with a long path. */
const LONGEST = 2048;

const IAC = 0xff;
const NEGOTIATION = new Set([0xfb, 0xfc, 0xfd, 0xfe]);

/** Without the Telnet commands that some programs send before ABOR (RFC 959 4.1.3, RFC 854). */
function withoutTelnet(line: Buffer): Buffer {
  const kept: number[] = [];
  for (let i = 0; i < line.length; i += 1) {
    const octet = line[i] ?? 0;
    if (octet !== IAC) kept.push(octet);
    else i += NEGOTIATION.has(line[i + 1] ?? 0) ? 2 : 1;
  }
  return Buffer.from(kept);
}

/** Lines end with LF, with CR before it or not; they are read as UTF-8 (RFC 2640 2.2). */
export function createLineReader(): LineReader {
  let rest = Buffer.alloc(0);
  return {
    take(chunk) {
      const all = Buffer.concat([rest, chunk]);
      const lines: string[] = [];
      let start = 0;
      for (let end = all.indexOf(0x0a); end >= 0; end = all.indexOf(0x0a, start)) {
        if (end - start > LONGEST) return null;
        lines.push(withoutTelnet(all.subarray(start, end)).toString("utf8").replace(/\r$/, ""));
        start = end + 1;
      }
      rest = Buffer.from(all.subarray(start));
      return rest.length > LONGEST ? null : lines;
    },
  };
}

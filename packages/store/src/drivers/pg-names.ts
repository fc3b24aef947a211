import { createHash } from "node:crypto";

const namedAtMost = 500;
const seenAtMost = 2000;
const longest = 20_000;

/**
 * Names for prepared statements: a hash of the text, given from the second use on, to a bounded number of texts,
 * so that statements composed once do not fill the server's memory.
 */
export function makeStatementNames(): (text: string) => string | undefined {
  const named = new Map<string, string>();
  const seen = new Set<string>();
  return (text) => {
    const known = named.get(text);
    if (known !== undefined) return known;
    if (named.size >= namedAtMost || text.length > longest) return undefined;
    if (!seen.has(text)) {
      if (seen.size >= seenAtMost) seen.clear();
      seen.add(text);
      return undefined;
    }
    const name = `k${createHash("sha256").update(text).digest("base64url").slice(0, 24)}`;
    seen.delete(text);
    named.set(text, name);
    return name;
  };
}

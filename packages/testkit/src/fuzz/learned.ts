import type { WireReply } from "./replies.js";
import { isWireShot, type Shot } from "./shot.js";

/** What answers taught: values a shot asks for as `{{name}}`, so that some reach what only a valid one reaches. */
export interface Learned {
  fill(shot: Shot): Shot;
  from(reply: WireReply): void;
}

const PATTERNS = {
  etag: /^ETag: (.*)$/im,
  token: /sync-token[^>]*>([^<]+)</,
  lock: /^Lock-Token: <([^>]*)>/im,
} as const;
type Name = keyof typeof PATTERNS;

export function startLearning(): Learned {
  const known: Record<Name, string> = { etag: '"none"', token: "data:,none", lock: "urn:uuid:none" };
  const value = (text: string): string =>
    text
      .replaceAll("{{etagged}}", `[${known.etag}]`)
      .replaceAll(/\{\{(etag|token|lock)\}\}/g, (_, name: Name) => known[name]);
  return {
    fill(shot) {
      if (isWireShot(shot)) return { ...shot, pieces: shot.pieces.map(value) };
      const headers = shot.headers.map(([name, text]) => [name, value(text)] as const);
      return { ...shot, path: value(shot.path), headers, body: value(shot.body) };
    },
    from({ head, body }) {
      for (const [name, pattern] of Object.entries(PATTERNS) as [Name, RegExp][]) {
        const found = pattern.exec(name === "token" ? body.slice(-400) : head)?.[1];
        if (found !== undefined) known[name] = found;
      }
    },
  };
}

import type { DavClient } from "../client/client.js";
import { contentLines } from "../generators/text.js";

/** What the law looks at of an event. */
export interface Entry {
  readonly summary: string;
  readonly location: string;
  readonly description: string;
  readonly categories: readonly string[];
}

export type Entries = ReadonlyMap<string, Entry>;

const NAMES = ["summary", "location", "description"] as const;

const valueOf = (lines: readonly string[], name: string): string =>
  lines.find((line) => line.startsWith(`${name.toUpperCase()}:`))?.slice(name.length + 1) ?? "";

/** The events of a calendar text, by UID. */
export function entriesOf(text: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [, body = ""] of text.replaceAll(/\r\n[ \t]/g, "").matchAll(/BEGIN:VEVENT\r\n(.*?)END:VEVENT/gs)) {
    const lines = body.split("\r\n");
    const [summary, location, description] = NAMES.map((name) => valueOf(lines, name)) as [string, string, string];
    const categories = lines.flatMap((line) => (line.startsWith("CATEGORIES:") ? line.slice(11).split(",") : []));
    entries.set(valueOf(lines, "uid"), { summary, location, description, categories: categories.sort() });
  }
  return entries;
}

/** How a program writes: in which order, and whether it stamps everything anew. */
export interface Hand {
  readonly isReversed: boolean;
  readonly stamp: (n: number) => string;
}

function eventLines(uid: string, entry: Entry, { isReversed }: Hand, stamp: string): readonly string[] {
  const texts = NAMES.flatMap((name) => (entry[name] === "" ? [] : [`${name.toUpperCase()}:${entry[name]}`]));
  const categories = entry.categories.length === 0 ? [] : [`CATEGORIES:${entry.categories.join(",")}`];
  const lines = [`UID:${uid}`, `DTSTAMP:${stamp}`, "DTSTART:20260301T120000Z", ...texts, ...categories];
  return ["BEGIN:VEVENT", ...(isReversed ? lines.reverse() : lines), "END:VEVENT"];
}

/** A calendar as a program with this hand writes it for the nth time. */
export function textOf(entries: Entries, hand: Hand, n: number): string {
  const all = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const events = (hand.isReversed ? all.reverse() : all).flatMap(([uid, entry]) =>
    eventLines(uid, entry, hand, hand.stamp(n)),
  );
  return contentLines(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//A//Program//EN", ...events, "END:VCALENDAR"]);
}

/** A program that fetches everything, changes it, and uploads everything. */
export interface WholeFileClient {
  readonly entries: Map<string, Entry>;
  /** Throws away what was not uploaded. */
  fetch(): Promise<number>;
  /** With `strict` it names the version it has, where it knows it. */
  upload(strict: boolean): Promise<number>;
}

/** One of several programs of an account. */
export function wholeFileClient(client: DavClient, path: string, agent: string, hand: Hand): WholeFileClient {
  const entries = new Map<string, Entry>();
  let [tag, uploads] = ["", 0];
  return {
    entries,
    async fetch() {
      const known = tag === "" ? {} : { "If-None-Match": tag };
      const answer = await client.get(path, { "User-Agent": agent, ...known });
      tag = answer.headers["etag"] ?? "";
      if (answer.status !== 200) return answer.status;
      entries.clear();
      for (const [uid, entry] of entriesOf(answer.text)) entries.set(uid, entry);
      return answer.status;
    },
    async upload(strict) {
      const named = strict && tag !== "" ? { "If-Match": tag } : {};
      uploads += 1;
      const answer = await client.put(path, textOf(entries, hand, uploads), { "User-Agent": agent, ...named });
      if (answer.status < 300) tag = answer.headers["etag"] ?? "";
      return answer.status;
    },
  };
}

import { setImmediate } from "node:timers/promises";
import { dav, statusLine, streamXml, type XmlOut } from "@kalends/dav-xml";
import type { Answer, Item, PropStat, Reply } from "./exchange.js";
import type { Refusal } from "./refusal.js";

type Multistatus = Extract<Reply, { kind: "multistatus" }>;

/** `DAV:error` with the condition and what it says about the case (RFC 4918 14.5, 16); nothing without a condition. */
export function writeError(out: XmlOut, { condition, detail, beside }: Refusal): void {
  if (condition === undefined && !beside) return;
  out.open(dav("error"));
  if (condition !== undefined) {
    out.open(condition);
    detail?.(out);
    out.close();
  }
  beside?.(out);
  out.close();
}

/** One `DAV:propstat`: properties that share a status (RFC 4918 14.22). */
export function writePropstat(out: XmlOut, { status, refusal, props }: PropStat): void {
  out.open(dav("propstat"));
  out.open(dav("prop"));
  for (const { name, write, markup } of props) {
    if (markup !== undefined) {
      out.raw(markup);
      continue;
    }
    out.open(name);
    write?.(out);
    out.close();
  }
  out.close();
  out.leaf(dav("status"), statusLine(status));
  if (refusal) writeError(out, refusal);
  out.close();
}

/** One `DAV:response`: with propstats, or with a status of its own (RFC 4918 14.24). */
export function writeItem(out: XmlOut, { href, propstats, status, refusal }: Item): void {
  out.open(dav("response"));
  out.leaf(dav("href"), href);
  if (status !== undefined) out.leaf(dav("status"), statusLine(status));
  for (const propstat of propstats ?? []) writePropstat(out, propstat);
  if (refusal) writeError(out, refusal);
  out.close();
}

/**
 * The body of a 207 as chunks, at the reader's pace; between batches other requests get their turn. An error from the
 * items reaches the reader, who must break off the stream: what was sent by then is not well-formed (RFC 4918 13).
 */
export function multistatusBody(
  { items, tail }: Pick<Multistatus, "items" | "tail">,
  mount?: string,
): AsyncGenerator<Uint8Array> {
  return streamXml(dav("multistatus"), (out) => produce(out, items, tail), undefined, mount);
}

async function* produce(
  out: XmlOut,
  items: Multistatus["items"],
  tail: Multistatus["tail"],
): AsyncGenerator<void, void, undefined> {
  let pending = 0;
  for await (const batch of items) {
    for (const item of batch) {
      if (typeof item === "string") out.octets(item);
      else writeItem(out, item);
      pending += typeof item === "string" ? item.length : ITEM;
      if (pending < STEP) continue;
      pending = 0;
      yield;
    }
    if (batch.length >= TURN) await setImmediate();
  }
  tail?.(out);
}

// Characters written between two looks at the buffer, and how many an unwritten response counts for.
const STEP = 50_000;
const ITEM = 1000;
// Batches smaller than this are over before anybody waits.
const TURN = 100;

/** A 207 whose responses are at hand. */
export const multistatus = (
  items: readonly Answer[],
  options: Pick<Multistatus, "tail" | "headers"> = {},
): Multistatus => ({ kind: "multistatus", status: 207, items: once(items), ...options });

async function* once(items: readonly Answer[]): AsyncGenerator<readonly Answer[]> {
  for (let start = 0; start < items.length; start += 500) yield items.slice(start, start + 500);
}

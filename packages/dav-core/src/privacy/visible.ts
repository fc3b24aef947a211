import { createHash } from "node:crypto";
import { type CollectionId, type ObjectWithData, objectByName, raw, type Sql } from "@kalends/store";
import type { Exchange, Reduce } from "../exchange.js";
import type { CollectionRow } from "../resource.js";
import { sightOf } from "./sight.js";

/** A condition on `object o`: something of it can be seen by those who are not entitled to all. */
export const SEEN_BY_OTHERS: Sql = raw("o.class <> 'private'");

/** The validators and the text of a member as somebody sees it. */
export interface Shown {
  readonly data: string;
  readonly etag: string;
  /** Octets. */
  readonly size: number;
}

/**
 * What is shown of a stored text. The tag is made of what is shown: that of the stored text would confirm guesses about the
 * rest. Null = nothing.
 */
export function shownOf(data: string, reduce: Reduce): Shown | null {
  const shown = reduce(data);
  if (shown === null) return null;
  const digest = createHash("sha256").update(shown).digest("base64url");
  return { data: shown, etag: `part-${digest.slice(0, 24)}`, size: Buffer.byteLength(shown) };
}

/** An object as this request may see it, with validators of the same moment; undefined where it is hidden or not there. */
export async function visibleObject(
  collection: CollectionRow,
  name: string,
  cx: Pick<Exchange, "services" | "by">,
): Promise<ObjectWithData | undefined> {
  const id: CollectionId = collection.id;
  const stored = await cx.services.db.one<ObjectWithData>(objectByName(id, name, { data: true }));
  const reduce = sightOf(collection, cx);
  if (!stored || stored.class === "public" || reduce === null) return stored;
  const shown = shownOf(stored.data, reduce);
  return shown ? { ...stored, ...shown, scheduleTag: null } : undefined;
}

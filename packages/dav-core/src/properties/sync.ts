import { type Clark, cs, dav, text } from "@kalends/dav-xml";
import type { Exchange } from "../exchange.js";
import { property } from "../property.js";
import { sightOf } from "../privacy/sight.js";
import type { Resource } from "../resource.js";
import { formatSyncToken } from "../sync-token.js";

export const SYNC_COLLECTION: Clark = dav("sync-collection");

/** One source for both: where the report works, its token; the same text elsewhere would mean nothing. */
function tokenOf(at: Resource, cx: Exchange): string | undefined {
  if (at.rows !== "collection") return undefined;
  const { uuid, revision } = at.collection;
  return cx.services.catalogue.reports(at.kind).includes(SYNC_COLLECTION)
    ? formatSyncToken({ uuid, revision, inPart: sightOf(at.collection, cx) !== null })
    : undefined;
}

export const syncToken = property<string>({
  name: dav("sync-token"),
  spec: "RFC 6578 4",
  on: ["*collection"],
  allprop: false,
  source: { from: "row", value: tokenOf },
  codec: text,
});

export const getctag = property<string>({
  name: cs("getctag"),
  spec: "caldav-ctag 4.1",
  on: ["*collection"],
  allprop: false,
  source: { from: "row", value: tokenOf },
  codec: text,
});

export const syncProperties = [syncToken, getctag] as const;

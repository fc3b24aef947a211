import { dav } from "@kalends/dav-xml";
import type { DavClient } from "../client/client.js";

/** What a client knows of a collection: a token, and the ETag of each member. */
export interface SyncedView {
  /** Asks for what changed and applies it, page by page; `limit` members a page. */
  sync(limit?: number): Promise<void>;
  /** Applies one page; true when there is more. */
  page(limit?: number): Promise<boolean>;
  readonly etags: ReadonlyMap<string, string>;
}

/**
 * A client that follows a collection as RFC 6578 says: changed members have a getetag, removed ones status 404, and 507
 * on the collection itself means that more is to come.
 */
export function syncedView(client: DavClient, path: string): SyncedView {
  const etags = new Map<string, string>();
  let token = "";
  const view: SyncedView = {
    etags,
    async page(limit) {
      const answer = await client.syncCollection(path, token, limit === undefined ? {} : { limit });
      if (answer.syncToken === undefined) throw new Error("an answer without a token");
      let more = false;
      const told = new Set<string>();
      for (const { href, status, found } of answer.responses) {
        if (told.has(href)) throw new Error(`${href} is told twice`);
        told.add(href);
        const etag = found(dav("getetag"));
        if (href === path && status === 507) more = true;
        else if (status === 404) etags.delete(href);
        else if (etag !== undefined) etags.set(href, etag);
        else throw new Error(`${href} has neither a tag nor a status that is known: ${status}`);
      }
      token = answer.syncToken;
      return more;
    },
    async sync(limit) {
      while (await view.page(limit)) {
        // The next page begins where this one ended.
      }
    },
  };
  return view;
}

/** ETags of the members as PROPFIND lists them. */
export async function listedEtags(client: DavClient, path: string): Promise<ReadonlyMap<string, string>> {
  const { responses } = await client.propfind(path, [dav("getetag")], "1");
  const members = responses.filter(({ href }) => href !== path);
  return new Map(members.map(({ href, found }) => [href, found(dav("getetag")) ?? ""]));
}

/** Entries in one order, for comparing. */
export const sorted = (etags: ReadonlyMap<string, string>): readonly (readonly [string, string])[] =>
  [...etags].sort(([a], [b]) => (a < b ? -1 : 1));

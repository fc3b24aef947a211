// sync-collection (RFC 6578) as a client runs it, against one calendar.
import { http, XML } from "./http.mjs";

/** Everything since `token` ("" = from the beginning): { token, changes }, name to etag, null for what is gone. */
export async function syncCollection(url, account, token = "") {
  const body = `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;
  const answer = await http("REPORT", url, { ...account, headers: XML, body });
  if (answer.status !== 207) throw new Error(`sync-collection answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  const changes = new Map();
  for (const [response] of answer.text.matchAll(/<(\w+:)?response>.*?<\/(\w+:)?response>/gs)) {
    const href = /href>([^<]*)</.exec(response)?.[1] ?? "";
    const etag = /getetag>([^<]*)</.exec(response)?.[1]?.replaceAll("&quot;", '"');
    changes.set(decodeURIComponent(href.slice(href.lastIndexOf("/") + 1)), etag ?? null);
  }
  return { token: /sync-token>([^<]*)</.exec(answer.text)?.[1] ?? "", changes };
}

/** A listing (name to etag) after changes were made to it. */
export function applied(listing, changes) {
  const now = new Map(listing);
  for (const [name, etag] of changes) {
    if (etag === null) now.delete(name);
    else now.set(name, etag);
  }
  return now;
}

export const sameListing = (a, b) => a.size === b.size && [...a].every(([name, etag]) => b.get(name) === etag);

/** The first few names in which two listings differ. */
export const difference = (a, b) =>
  [...new Set([...a.keys(), ...b.keys()])]
    .filter((name) => a.get(name) !== b.get(name))
    .slice(0, 5)
    .map((name) => `${name}: ${a.get(name) ?? "absent"} / ${b.get(name) ?? "absent"}`)
    .join("; ");

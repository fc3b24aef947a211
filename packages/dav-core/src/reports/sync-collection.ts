import { child, type Clark, dav, type XmlElement } from "@kalends/dav-xml";
import { lostRevision, otherAge, type Revision } from "@kalends/store";
import { NumberOfMatchesWithinLimits, SupportedReport, SyncTraversalSupported, ValidSyncToken } from "../conditions.js";
import type { Answer, Exchange, Item, Reply } from "../exchange.js";
import type { Registry, ReportDef } from "../extension.js";
import { parseDepth } from "../headers/depth.js";
import { preferenceHeaders, wantsMinimal } from "../headers/prefer.js";
import { JudgedTooEarly } from "../pipeline/judged-too-early.js";
import { startingWithFirst, streamItems, type Told } from "../properties/items.js";
import type { CollectionResource } from "../properties/listing.js";
import { type Plan, plan } from "../properties/plan.js";
import { decodeReportProps, type PropRequest } from "../properties/request.js";
import { SYNC_COLLECTION } from "../properties/sync.js";
import { sightOf } from "../privacy/sight.js";
import { refusalOf, refuse, refuseStatus } from "../refusal.js";
import type { Resource } from "../resource.js";
import { formatSyncToken, parseSyncToken, type SyncPoint } from "../sync-token.js";
import { type Changes, homeChanges, memberChanges } from "./changes.js";

export interface SyncQuery {
  /** Null = from the beginning. */
  readonly token: string | null;
  readonly level: "1" | "infinite";
  /** The client's own limit; null = none. */
  readonly limit: number | null;
  readonly props: PropRequest;
}

/** Bodies of early clients have no level: their Depth header says it (RFC 6578 3.3, appendix A). */
function levelOf(root: XmlElement, cx: Exchange): SyncQuery["level"] {
  const given = child(root, dav("sync-level"))?.text.trim();
  if (given === "1" || given === "infinite") return given;
  if (given !== undefined) return refuseStatus(400, "sync-level is 1 or infinite");
  const { depth } = parseDepth(cx.headers.get("depth"), 0);
  if (depth === 0) return refuseStatus(400, "sync-level is missing");
  return depth === 1 ? "1" : "infinite";
}

function limitOf(root: XmlElement): number | null {
  const limit = child(root, dav("limit"));
  if (!limit) return null;
  const text = child(limit, dav("nresults"))?.text.trim() ?? "";
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return count > 0 ? count : refuseStatus(400, "nresults is a positive whole number");
}

function decode(root: XmlElement, cx: Exchange): SyncQuery {
  const token = child(root, dav("sync-token"));
  if (!token) return refuseStatus(400, "sync-token is missing");
  if (!child(root, dav("prop"))) return refuseStatus(400, "prop is missing");
  const text = token.text.trim();
  return {
    token: text === "" ? null : text,
    level: levelOf(root, cx),
    limit: limitOf(root),
    props: decodeReportProps(root),
  };
}

const invalidToken = (): never => refuse(ValidSyncToken, undefined, "The sync token is not known here.");

/** Who sees more or less than when he got his token begins anew: he may hold what he must lose, and lack what he may see. */
function startOf(token: string | null, at: CollectionResource, cx: Exchange): SyncPoint {
  const { uuid } = at.collection;
  const view = sightOf(at.collection, cx) === null ? {} : { inPart: true };
  if (token === null) return { uuid, revision: 0 as Revision, ...view };
  const point = parseSyncToken(token);
  return point?.uuid === uuid && point.inPart === view.inPart ? point : invalidToken();
}

/** True for what a client saw in a time that a restored backup took back: he has changes that nobody else has. */
async function isLost(from: SyncPoint, now: Revision, at: CollectionResource, cx: Exchange): Promise<boolean> {
  if (!otherAge(from.revision, now)) return false;
  return (await cx.services.db.one(lostRevision(at.collection.id, from.revision))) !== undefined;
}

/** What a child of a home says to level infinite: it is synchronised on its own (RFC 6578 3.3). */
function untraversed(change: Resource, cx: Exchange): Item {
  const syncs = cx.services.catalogue.reports(change.kind).includes(SYNC_COLLECTION);
  return {
    href: change.href,
    status: 403,
    refusal: refusalOf(syncs ? SyncTraversalSupported : SupportedReport, undefined),
  };
}

const isCollection = (one: Told): one is CollectionResource => typeof one !== "string" && one.rows === "collection";

/** What changed, then what went, then that there is more; in batches. */
async function* answersOf(
  { changed, removed, truncated }: Changes,
  { level }: SyncQuery,
  at: CollectionResource,
  compiled: Plan,
  cx: Exchange,
): AsyncGenerator<readonly Answer[], void, undefined> {
  const own: Item[] = [];
  async function* told() {
    for await (const batch of changed) {
      const apart = level === "infinite" ? batch.filter(isCollection) : [];
      own.push(...apart.map((change) => untraversed(change, cx)));
      yield apart.length === 0 ? batch : batch.filter((one) => !isCollection(one));
    }
  }
  yield* streamItems(told(), compiled, cx);
  yield own;
  for (let start = 0; start < removed.length; start += BATCH) {
    yield removed.slice(start, start + BATCH).map((href) => ({ href, status: 404 }));
  }
  if (truncated) yield [truncation(at.href)];
}

const BATCH = 500;

/** What members say of themselves alone, whatever the collection around them is like. */
const OF_MEMBERS: ReadonlySet<Clark> = new Set([dav("getetag"), dav("getcontenttype"), dav("resourcetype")]);

const isOfMembers = (props: PropRequest): boolean =>
  props.form === "prop" && props.names.every((name) => OF_MEMBERS.has(name));

async function run(query: SyncQuery, at: CollectionResource, cx: Exchange, registry: Registry): Promise<Reply> {
  const from = startOf(query.token, at, cx);
  if (at.collection.presumption && !isOfMembers(query.props)) throw new JudgedTooEarly();
  const compiled = plan(query.props, registry);
  const limit = Math.min(query.limit ?? Number.MAX_SAFE_INTEGER, cx.services.limits.syncPage);
  const page = { from, initial: query.token === null, limit };
  const changes =
    at.kind === "home" ? await homeChanges(at, page, cx) : await memberChanges(at, page, compiled, cx, registry);
  if (changes === undefined || from.revision > changes.revision) return invalidToken();
  if (!page.initial && (await isLost(from, changes.revision, at, cx))) return invalidToken();
  const items = await startingWithFirst(answersOf(changes, query, at, compiled, cx));
  const token = formatSyncToken(changes.until);
  return {
    kind: "multistatus",
    status: 207,
    items,
    tail: (out) => out.leaf(dav("sync-token"), token),
    headers: preferenceHeaders({ minimal: wantsMinimal(cx) }),
  };
}

const truncation = (href: string): Item => ({
  href,
  status: 507,
  refusal: refusalOf(NumberOfMatchesWithinLimits, undefined),
});

/** What changed in a collection since a token (RFC 6578); list and token come from one statement. Depth means nothing. */
export const syncCollection: ReportDef<SyncQuery> = {
  name: SYNC_COLLECTION,
  spec: "RFC 6578 3.2",
  on: ["*collection"],
  needs: [{ right: "r", on: "self" }],
  confirms: true,
  decode,
  run: (query, { target }, cx, registry) =>
    target.rows === "collection"
      ? run(query, target, cx, registry)
      : refuse(SupportedReport, undefined, "Only collections can be synchronised."),
};

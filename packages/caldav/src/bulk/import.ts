import type { Authorized } from "@kalends/acl";
import { type CollectionResource, type Exchange, type Reply, refuse, refuseStatus } from "@kalends/dav-core";
import type { Finding } from "@kalends/icalendar";
import { refusalOfFinding, refuseFindings, SupportedCalendarData, ValidCalendarObjectResource } from "../conditions.js";
import { objectLimits } from "../limits.js";
import type { WriteRules } from "../write/guards.js";
import { bulkAnswer } from "./answer.js";
import { carryOutChanges } from "./carry-out.js";
import type { Change } from "./change.js";
import { type Part, readPartsTask } from "./read-parts.js";

const CTAG_CONDITION = "<http://me.com/_namespace/ctag/";

/** A body with one object is a new member (RFC 5995), unless the request says in Apple's way that it is a bulk change. */
const saysBulk = ({ headers }: Exchange): boolean =>
  headers.has("x-mobileme-dav-options") || (headers.get("if") ?? "").includes(CTAG_CONDITION);

const refusalOfFirst = ([first]: readonly Finding[]) =>
  first ? refusalOfFinding(first) : { status: 403, condition: SupportedCalendarData.name };

const changeOf = ({ uid, analysis }: Part): Change =>
  analysis.ok
    ? { what: "create", object: analysis.value }
    : { what: "refused", href: "", uid, refusal: refusalOfFirst(analysis.findings) };

/** Simple import: a calendar of many UIDs, each stored alone. Null where the body is one object (bulk-change 3). */
export async function importParts(
  source: Uint8Array,
  at: Authorized<CollectionResource>,
  cx: Exchange,
  rules: WriteRules,
): Promise<Reply | null> {
  const { limits, offload, clock } = cx.services;
  const bulk = saysBulk(cx);
  const own = objectLimits(limits, at.target.collection);
  const most = limits.bulkResources;
  const read = await offload.run(readPartsTask, { source, limits: own, now: clock(), least: bulk ? 1 : 2, most });
  if (!read.ok) return bulk ? refuseFindings(read.findings) : null;
  const { method, count, parts } = read.value;
  if (count < 2 && !bulk) return null;
  if (count > most) return refuseStatus(403, `A bulk change takes at most ${most} objects.`);
  if (method !== undefined && method !== "PUBLISH") {
    refuse(ValidCalendarObjectResource, undefined, "A stored calendar has no METHOD.");
  }
  return bulkAnswer(await carryOutChanges(parts.map(changeOf), at, cx, rules), at.target, cx);
}

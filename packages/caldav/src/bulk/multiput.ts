import {
  type CollectionResource,
  decodeInstructions,
  type Exchange,
  type Instruction,
  type PostDef,
  type Refusal,
  refuseStatus,
  unmounted,
} from "@kalends/dav-core";
import { attr, child, children, dav, me, type XmlElement } from "@kalends/dav-xml";
import { CALENDAR_DATA } from "../calendar-data.js";
import { refusalOfFinding, SupportedCalendarData, ValidCalendarData } from "../conditions.js";
import { CALENDAR } from "../kinds.js";
import { objectLimits } from "../limits.js";
import { breathing } from "../query/breathe.js";
import { memberBelow, pathsOf, readHref, type Segments } from "../reports/hrefs.js";
import { analyse } from "../write/analyse.js";
import { noRules, type WriteRules } from "../write/guards.js";
import { bulkAnswer } from "./answer.js";
import { carryOutChanges } from "./carry-out.js";
import type { Change } from "./change.js";
import { withOthers } from "./others.js";

/** One `ME:resource` as plain data. */
export interface Asked {
  /** Empty for what is to be created. */
  readonly href: string;
  readonly ifMatch: string | null;
  readonly deletes: boolean;
  readonly data: XmlElement | undefined;
  /** What is to be set or removed besides the data. */
  readonly others: readonly Instruction[];
}

/** The body of a CRUD bulk change (bulk-change 4). Refuses with 400 a resource that neither sets nor deletes. */
export function decodeMultiput(root: XmlElement): readonly Asked[] {
  return children(root, me("resource")).map((resource): Asked => {
    const match = child(resource, me("if-match"));
    const deletes = child(resource, me("delete")) !== undefined;
    const instructions = decodeInstructions(resource);
    if (deletes === instructions.length > 0) refuseStatus(400, "A resource of a multiput is either set or deleted.");
    const data = instructions.findLast(({ name }) => name === CALENDAR_DATA)?.element ?? undefined;
    return {
      href: child(resource, dav("href"))?.text.trim() ?? "",
      ifMatch: match ? (child(match, dav("getetag"))?.text.trim() ?? "") : null,
      deletes,
      data,
      others: instructions.filter(({ name }) => name !== CALENDAR_DATA),
    };
  });
}

const plain = (condition: { readonly name: XmlElement["name"] }, note: string): Refusal => ({
  status: 403,
  condition: condition.name,
  note,
});

/** What of a body says before anything is read that it cannot be stored. */
function refusalOfData(data: XmlElement | undefined): Refusal | undefined {
  if (!data) return plain(ValidCalendarData, "There is no calendar data.");
  const type = (attr(data, "content-type") ?? "text/calendar").toLowerCase();
  const version = attr(data, "version") ?? "2.0";
  return type === "text/calendar" && version === "2.0"
    ? undefined
    : plain(SupportedCalendarData, "A calendar object is text/calendar, version 2.0.");
}

/** XML gives every line end as LF; iCalendar has CR LF, so that is what was meant (RFC 5545 3.1). */
const octetsOf = ({ text }: XmlElement): Uint8Array =>
  new TextEncoder().encode(text.replace(/^\s+/, "").replaceAll(/\r?\n/g, "\r\n"));

/** What the request says of one resource: where it is, which data it has. */
async function changeOf(
  asked: Asked,
  paths: readonly Segments[],
  at: CollectionResource,
  cx: Exchange,
): Promise<Change> {
  const { ifMatch, data, deletes } = asked;
  const href = unmounted(asked.href, cx.mount);
  const refused = (refusal: Refusal, uid?: string): Change => ({ what: "refused", href, refusal, uid });
  if (href === "" && deletes) return refused({ status: 400, note: "What is to be deleted has an href." });
  const path = href === "" ? null : readHref(href, cx).path;
  const name = path ? paths.map((own) => memberBelow(own, path)).find((found) => found !== undefined) : undefined;
  if (href !== "" && name === undefined) return refused({ status: 404, note: "This leads out of the calendar." });
  const place = name === undefined ? null : { href, name, ifMatch };
  if (place && deletes) return { what: "delete", at: place };
  const wrong = refusalOfData(data);
  if (wrong || !data) return refused(wrong ?? { status: 403 });
  const analysis = await analyse(octetsOf(data), objectLimits(cx.services.limits, at.collection), cx);
  if (analysis.ok)
    return place ? { what: "update", object: analysis.value, at: place } : { what: "create", object: analysis.value };
  const [first] = analysis.findings;
  const refusal = first ? refusalOfFinding(first) : plain(ValidCalendarData, "The calendar data cannot be read.");
  return refused(refusal, href === "" ? uidIn(data) : undefined);
}

/** The UID of what cannot be stored, so that the client knows which of its objects is meant. */
const uidIn = ({ text }: XmlElement): string | undefined =>
  /^UID(?:;[^:\n]*)?:(.*)$/im.exec(text.replaceAll(/\r?\n[ \t]/g, ""))?.[1]?.trim();

/** A multiput: objects created, updated and deleted by one request, each judged alone (bulk-change 4). */
export const multiput = (rules: WriteRules = noRules): PostDef => ({
  root: me("multiput"),
  on: [CALENDAR],
  spec: "CalendarServer bulk-change 4",
  needs: [{ right: "l", on: "self" }],
  async handle(at, cx, registry) {
    const collection = at.target;
    const root = await cx.xml();
    if (collection.rows !== "collection" || !root) return refuseStatus(400, "A multiput needs a calendar and a body.");
    const asked = decodeMultiput(root);
    const most = cx.services.limits.bulkResources;
    if (asked.length > most) return refuseStatus(403, `A bulk change takes at most ${most} objects.`);
    const paths = pathsOf(collection, cx);
    const breathe = breathing(cx);
    const changes: Change[] = [];
    for (const each of asked) {
      const change = await changeOf(each, paths, collection, cx);
      changes.push(each.others.length > 0 ? await withOthers(change, each.others, collection, cx, registry) : change);
      await breathe();
    }
    const results = await carryOutChanges(changes, { ...at, target: collection }, cx, rules);
    return bulkAnswer(results, collection, cx);
  },
});

import {
  type CollectionResource,
  ctagHeaders,
  type Exchange,
  type Item,
  multistatus,
  type PropStat,
  type Refusal,
  type Reply,
  sightOf,
} from "@kalends/dav-core";
import { cs, dav, type XmlOut } from "@kalends/dav-xml";
import { CALENDAR_DATA } from "../calendar-data.js";
import type { Blame, Result } from "./change.js";

/** The client wants what was changed on the way in, in the answer (bulk-change 3). */
const wantsChanged = (cx: Exchange): boolean =>
  /(?:^|[\s,])return-changed-data(?:[\s,;]|$)/i.test(cx.headers.get("x-mobileme-dav-options") ?? "");

const decoder = new TextDecoder();

const withUid = (refusal: Refusal, uid: string | undefined): Refusal =>
  uid === undefined ? refusal : { ...refusal, beside: (out) => out.leaf(cs("uid"), uid) };

/** Each culprit with its reason, the innocent as failed dependencies (RFC 4918 11.4; APL-06). */
function blamed({ culprits, innocent }: Blame, uid: string | undefined): readonly PropStat[] {
  const guilty = [...culprits].map(([name, refusal]) => ({
    status: refusal.status,
    refusal: withUid(refusal, uid),
    props: [{ name }],
  }));
  return [...guilty, { status: 424, props: innocent.map((name) => ({ name })) }];
}

function itemOf(result: Result, returning: boolean): Item {
  if (result.kind === "deleted") return { href: result.href, status: 200 };
  if (result.kind === "refused") {
    const { href, uid, refusal, blame } = result;
    if (blame) return { href, propstats: blamed(blame, uid) };
    return { href, status: refusal.status, refusal: withUid(refusal, uid) };
  }
  const { href, object, written, others } = result;
  const tagged = !written.changed || returning;
  const text = written.changed && returning ? decoder.decode(object.stored) : undefined;
  const props = [
    { name: cs("uid"), write: (out: XmlOut) => out.text(object.uid) },
    ...(tagged ? [{ name: dav("getetag"), write: (out: XmlOut) => out.text(`"${written.etag}"`) }] : []),
    ...(text === undefined ? [] : [{ name: CALENDAR_DATA, write: (out: XmlOut) => out.calendarText(text) }]),
    ...others.map((name) => ({ name })),
  ];
  return { href, propstats: [{ status: 200, props }] };
}

/** The 207 of a bulk change: a response for each resource in order, and the new CTags (APL-03 to APL-05, APL-07). */
export async function bulkAnswer(
  results: readonly Result[],
  { collection }: CollectionResource,
  cx: Exchange,
): Promise<Reply> {
  const returning = wantsChanged(cx);
  const headers = await ctagHeaders(
    collection.id,
    collection.binding?.home ?? null,
    cx,
    sightOf(collection, cx) !== null,
  );
  return multistatus(
    results.map((result) => itemOf(result, returning)),
    { headers },
  );
}

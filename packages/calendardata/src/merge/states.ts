import { type CollectionResource, type Exchange, sightOf } from "@kalends/dav-core";
import { type PastObject, type PublisherBase, type Revision, statesOf } from "@kalends/store";
import { feedView, isWriter } from "../representation.js";
import type { Realm } from "../realms.js";
import type { BaseState, MergeItem } from "./items.js";
import type { Planned } from "./revision.js";

const decoder = new TextDecoder();

/** How many items are read and judged at once; between portions others get their turn. */
const PORTION = 500;

type Asked = Pick<MergeItem, "uid" | "upload">;

/** What an upload says of itself or leaves out. */
const asked = ({ members, removals }: Pick<Planned, "members" | "removals">): readonly Asked[] => [
  ...members.map(({ object }) => ({ uid: object.uid, upload: decoder.decode(object.stored) })),
  ...removals.map(({ uid }) => ({ uid, upload: null })),
];

type View = (text: string) => string | null;

/** What this person has of a stored object that he was shown, or that he sent. */
export interface Views {
  readonly shown: View;
  readonly sent: View;
}

/** Whoever sees everything has what he sent as he sent it; who does not was never told of the rest. */
export function viewsOf(calendar: CollectionResource, realm: Realm, cx: Exchange): Views {
  const reduce = sightOf(calendar.collection, cx);
  const ofRealm = new RegExp(`^BEGIN:(?:${realm.components.join("|")})\\b`, "im");
  if (reduce === null && isWriter(calendar, cx)) {
    return { shown: (text) => (ofRealm.test(text) ? text : null), sent: (text) => text };
  }
  const feed = feedView(calendar, cx);
  const shown: View = (text) => {
    const seen = ofRealm.test(text) ? (reduce ?? same)(text) : null;
    return seen === null ? null : feed(seen);
  };
  return { shown, sent: shown };
}

const same: View = (text) => text;

/** The state at a revision, out of all that are known. */
const stateAt = (states: readonly PastObject[], revision: Revision): PastObject | undefined =>
  states.find((state) => state.revision <= revision && (state.until === null || revision < state.until));

function baseOf(uid: string, base: PublisherBase, states: readonly PastObject[], views: Views): BaseState {
  const own = base.items.find((item) => item.uid === uid);
  if (own) return { text: own.data, isCurrent: false };
  const state = stateAt(states, base.revision);
  if (!state) return { text: null, isCurrent: false };
  return { text: (base.sent ? views.sent : views.shown)(state.data), isCurrent: state.until === null };
}

/** The items an upload would change, as they stand, as they were sent, and as their sender may have had them; in portions. */
export async function* itemsOf(
  planned: Pick<Planned, "members" | "removals">,
  bases: readonly PublisherBase[],
  calendar: CollectionResource,
  views: Views,
  cx: Exchange,
): AsyncGenerator<readonly MergeItem[], void, undefined> {
  const all = asked(planned);
  for (let from = 0; from < all.length; from += PORTION) {
    const portion = all.slice(from, from + PORTION);
    const states = await cx.services.db.rows<PastObject>(
      statesOf(
        calendar.collection.id,
        portion.map(({ uid }) => uid),
      ),
    );
    const byUid = grouped(states);
    yield portion.map(({ uid, upload }): MergeItem => {
      const own = byUid.get(uid) ?? [];
      const current = own.find(({ until }) => until === null)?.data ?? null;
      return { uid, current, upload, bases: bases.map((base) => baseOf(uid, base, own, views)) };
    });
  }
}

function grouped(states: readonly PastObject[]): ReadonlyMap<string, readonly PastObject[]> {
  const groups = new Map<string, PastObject[]>();
  for (const state of states) {
    const group = groups.get(state.uid);
    if (group) group.push(state);
    else groups.set(state.uid, [state]);
  }
  return groups;
}

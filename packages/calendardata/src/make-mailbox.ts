import { type Authorized, authorize } from "@kalends/acl";
import {
  type CollectionResource,
  type Exchange,
  homeFor,
  type Registry,
  refuseStatus,
  refuseTaken,
  settleCollection,
  type Target,
} from "@kalends/dav-core";
import { cal, xmlElement, xmlToString } from "@kalends/dav-xml";
import {
  type CollectionId,
  createCollection,
  defaultCalendarSlug,
  deleteCollection,
  insertPublication,
  noteDeed,
  type PrincipalId,
  type ReadTx,
} from "@kalends/store";
import { findMailbox } from "./address.js";
import { doerOf } from "./doer.js";
import { settleLevel } from "./levels.js";
import type { Realm } from "./realms.js";

type FreePlace = Extract<Target, { mapped: false }>;

const TRANSP = cal("schedule-calendar-transp");
const TRANSPARENT = JSON.stringify({
  [TRANSP]: xmlToString(xmlElement(TRANSP, new Map(), [xmlElement(cal("transparent"), new Map(), [])])),
});

/** A published calendar counts as the owner's own time where it stands below his default calendar (Kerio). */
async function propsFor(slug: string, owner: PrincipalId, tx: ReadTx): Promise<string> {
  const main = await tx.one<{ slug: string }>(defaultCalendarSlug(owner));
  return main && slug.startsWith(`${main.slug}/`) ? "{}" : TRANSPARENT;
}

/** A file's name without its ending. */
const slugOf = (name: string): string => (name.length > 4 ? name.replace(/\.ics$/i, "") : name);

async function make(
  place: FreePlace,
  { publishes }: Realm,
  components: readonly string[],
  cx: Exchange,
  registry: Registry,
): Promise<CollectionId> {
  const slug = slugOf(place.name);
  const home = homeFor({ ...place, name: slug }, true, registry).collection;
  const texts = { displayName: null, description: null, timezone: null };
  const owner = home.owner.id;
  return cx.services.db.write(async (tx) => {
    const props = publishes ? await propsFor(slug, owner, tx) : "{}";
    const wanted = { home: home.id, slug, kind: "calendar", owner, components, ...texts, props };
    const made = await tx.one<{ id: CollectionId }>(createCollection(wanted));
    if (!made) return refuseStatus(409, "The home does not exist any more.");
    await settleCollection(tx, made, home.id, cx.services.limits.calendarsPerHome);
    if (publishes) {
      await tx.rows(insertPublication(made.id, true));
      await settleLevel({ owner }, tx);
      await noteDeed(tx, { kind: "publishing.changed", about: owner, detail: `published ${cx.path}` }, doerOf(cx));
    }
    return made.id;
  });
}

/**
 * Makes the mailbox that a file is put to and lets `fill` write into it; where that fails nothing is left of it. `at` proves
 * Create and Insert on the home. In realms that publish the new mailbox is published (MailEnable, hosted files).
 */
export async function inNewMailbox<T>(
  at: Authorized<FreePlace>,
  realm: Realm,
  components: readonly string[],
  cx: Exchange,
  registry: Registry,
  fill: (made: Authorized<CollectionResource>) => Promise<T>,
): Promise<T> {
  let id: CollectionId;
  try {
    id = await make(at.target, realm, components, cx, registry);
  } catch (error) {
    return refuseTaken(error);
  }
  try {
    const { target, held } = await findMailbox(realm, cx, registry);
    if (!target.mapped || target.resource.rows !== "collection")
      return refuseStatus(409, "The calendar is gone again.");
    return await fill(authorize(target.resource, cx.by?.id ?? null, held, [{ right: "i", on: "self" }]));
  } catch (error) {
    await cx.services.db.rows(deleteCollection(id));
    throw error;
  }
}

import { dav, type XmlOut } from "@kalends/dav-xml";
import { type CollectionId, locksIn, type ReadTx } from "@kalends/store";
import { covering, type LockPlace, lockRoot, nameAround, placeOfResource } from "../locks/covering.js";
import { property } from "../property.js";
import type { Lock, Place, Resource } from "../resource.js";

/** The locks a resource lies under, and where its collection is. */
export interface LocksShown {
  readonly place: Pick<LockPlace, "root" | "nested">;
  readonly locks: readonly Lock[];
}

const one = (out: XmlOut, around: string, inside: string): void => {
  out.open(dav(around));
  out.leaf(dav(inside));
  out.close();
};

function activeLock(out: XmlOut, lock: Lock, place: LocksShown["place"]): void {
  out.open(dav("activelock"));
  one(out, "locktype", "write");
  one(out, "lockscope", lock.scope);
  out.leaf(dav("depth"), lock.depthInfinity ? "infinity" : "0");
  if (lock.ownerXml !== "") out.raw(lock.ownerXml);
  out.leaf(dav("timeout"), `Second-${lock.seconds}`);
  for (const [name, href] of [
    ["locktoken", lock.token],
    ["lockroot", lockRoot(place, lock)],
  ] as const) {
    out.open(dav(name));
    out.leaf(dav("href"), href);
    out.close();
  }
  out.close();
}

/** The content of `DAV:lockdiscovery` (RFC 4918 15.8); the owner as it was sent. */
export function writeLocks(out: XmlOut, { place, locks }: LocksShown): void {
  for (const lock of locks) activeLock(out, lock, place);
}

/** A name, those around it, and the collection itself. */
function namesUpFrom(place: Pick<LockPlace, "name" | "nested">): readonly string[] {
  return place.name === "" ? [""] : [...namesUpFrom({ ...place, name: nameAround(place) }), place.name];
}

/** One statement for all resources, and none where nothing was ever locked. */
async function load(resources: readonly Resource[], tx: ReadTx): Promise<ReadonlyMap<string, LocksShown>> {
  const places = resources.map((resource) => ({ href: resource.href, place: placeOfResource(resource) }));
  const ids = new Set<CollectionId>();
  for (const { place } of places) if (place && (place.collection.lockEpoch ?? 0) > 0) ids.add(place.collection.id);
  const locks = ids.size === 0 ? [] : await tx.rows<Lock>(locksIn([...ids]));
  const byCollection = new Map<CollectionId, Map<string, Lock[]>>();
  for (const lock of locks) {
    const names = byCollection.get(lock.collection) ?? new Map<string, Lock[]>();
    names.set(lock.name, [...(names.get(lock.name) ?? []), lock]);
    byCollection.set(lock.collection, names);
  }
  return new Map(
    places.map(({ href, place }) => {
      const names = place ? byCollection.get(place.collection.id) : undefined;
      const near = place && names ? namesUpFrom(place).flatMap((name) => names.get(name) ?? []) : [];
      return [href, { place: place ?? { root: href }, locks: covering(near, place?.name ?? "") }];
    }),
  );
}

const SCOPES = ["exclusive", "shared"] as const;

/** For packages whose kinds can be locked (RFC 4918 15.8, 15.10). */
export const lockProperties = (on: readonly Place[]) => [
  property<LocksShown>({
    name: dav("lockdiscovery"),
    spec: "RFC 4918 15.8",
    on,
    allprop: true,
    source: { from: "batch", load: (resources, tx) => load(resources, tx) },
    codec: { write: writeLocks },
  }),
  property<readonly Lock["scope"][]>({
    name: dav("supportedlock"),
    spec: "RFC 4918 15.10",
    on,
    allprop: true,
    source: { from: "row", value: () => SCOPES },
    codec: {
      write(out, scopes) {
        for (const scope of scopes) {
          out.open(dav("lockentry"));
          one(out, "lockscope", scope);
          one(out, "locktype", "write");
          out.close();
        }
      },
    },
  }),
];

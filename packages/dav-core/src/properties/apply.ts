import { type Clark, split } from "@kalends/dav-xml";
import {
  type CollectionId,
  changeDeadProperties,
  deadPropertySize,
  type ReadTx,
  type Sql,
  updateCollection,
  updateOverlay,
  type WriteTx,
} from "@kalends/store";
import { QuotaNotExceeded } from "../conditions.js";
import type { Exchange } from "../exchange.js";
import { type Refusal, Refused, refusalOf } from "../refusal.js";
import type { CollectionRow, Resource } from "../resource.js";
import { memberName } from "./dead.js";
import { type Gathered, keptJson, removedNames } from "./gather.js";

/** Dead properties of one resource: the collection it is or belongs to, and its name in it ("" = the collection itself). */
interface DeadPlace {
  readonly id: CollectionId;
  readonly name: string;
}

const placeOf = (at: Resource): DeadPlace | undefined =>
  "collection" in at ? { id: at.collection.id, name: memberName(at) } : undefined;

/**
 * The dead property that would take a resource beyond the limit for all of them together; undefined when all fit
 * (RFC 4918 9.2: 507). Sizes are octets of the stored elements.
 */
export async function deadBeyondLimit(
  dead: Gathered["dead"],
  at: Resource,
  tx: ReadTx,
  limit: number,
): Promise<ReadonlyMap<Clark, Refusal>> {
  const place = placeOf(at);
  const sets = [...dead].filter((entry): entry is [Clark, string] => entry[1] !== null);
  if (!place || sets.length === 0) return new Map();
  const row = await tx.one<{ octets: number }>(deadPropertySize(place.id, place.name, [...dead.keys()]));
  let octets = row?.octets ?? 0;
  const beyond = sets.filter(([, markup]) => {
    octets += Buffer.byteLength(markup);
    return octets > limit;
  });
  return new Map(
    beyond.map(([name]) => [name, refusalOf(QuotaNotExceeded, undefined, `${split(name).local} is too large.`)]),
  );
}

const changeDead = (dead: Gathered["dead"], { id, name }: DeadPlace): Sql => {
  const set = [...dead].flatMap(([property, xml]) => (xml === null ? [] : [{ property, xml }]));
  return changeDeadProperties(id, name, set, removedNames(dead));
};

async function applyToCollection(
  { columns, props, overlay }: Gathered,
  row: CollectionRow,
  tx: WriteTx,
): Promise<void> {
  if (overlay.size > 0 && row.binding) {
    const { home, slug } = row.binding;
    await tx.rows(updateOverlay(home, slug, keptJson(overlay), removedNames(overlay)));
  }
  if (props.size > 0 || Object.keys(columns).length > 0) {
    const change = { ...columns, props: keptJson(props), removeProps: removedNames(props) };
    await tx.rows(updateCollection(row.id, change));
  }
}

/** A property that its own write refused; thrown, so that nothing of the transaction stays. */
export class PropertyRefused extends Refused {
  override readonly name = "PropertyRefused";
  constructor(
    readonly property: Clark,
    refusal: Refusal,
  ) {
    super(refusal);
  }
}

function blame(name: Clark, error: unknown): never {
  throw error instanceof Refused ? new PropertyRefused(name, error.refusal) : error;
}

/**
 * Writes what was gathered, in the transaction given. The homes that reach a collection are told (SYNC-40); neither its
 * own revision nor the ETag of an object moves (RFC 4918 8.6).
 */
export async function applyGathered(gathered: Gathered, at: Resource, tx: WriteTx, cx: Exchange): Promise<void> {
  if (at.rows === "collection") await applyToCollection(gathered, at.collection, tx);
  const place = placeOf(at);
  if (place && gathered.dead.size > 0) await tx.rows(changeDead(gathered.dead, place));
  for (const [{ name, write }, element] of gathered.own) {
    if (write?.store.column !== "own") continue;
    const own = write.store.apply(element, at, cx);
    if (typeof own === "function") await own(tx).catch((error: unknown) => blame(name, error));
    else await tx.rows(own);
  }
}

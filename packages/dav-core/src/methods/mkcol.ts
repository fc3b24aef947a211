import { type Clark, dav } from "@kalends/dav-xml";
import { type CollectionId, createCollection, type Revision } from "@kalends/store";
import { ResourceMustBeNull, ValidResourcetype } from "../conditions.js";
import type { Exchange, PropStat, Reply } from "../exchange.js";
import type { KindDef, MethodDef, Registry } from "../extension.js";
import { parsePreferences, preferenceHeaders } from "../headers/prefer.js";
import { multistatus, writePropstat } from "../multistatus.js";
import { ctagHeaders } from "../pipeline/ctag-headers.js";
import { holdState } from "../pipeline/hold-state.js";
import { namesCtag } from "../pipeline/preconditions.js";
import { applyGathered, deadBeyondLimit } from "../properties/apply.js";
import { type Gathered, gather, keptJson } from "../properties/gather.js";
import { type Refusal, refusalOf, refuse, refuseStatus } from "../refusal.js";
import type { Resource } from "../resource.js";
import { MAKING_VERBS, type MakingVerb, requestedProperties, requestedType } from "./mkcol-request.js";
import { type FreePlace, homeFor, refuseTaken, settleCollection } from "./new-collection.js";

type CollectionResource = Extract<Resource, { rows: "collection" }>;

type Failures = ReadonlyMap<Clark, Refusal>;

/** All or nothing: the culprits with their reasons, all others as failed dependencies (RFC 5689 3.5). */
function failedStats(names: Iterable<Clark>, failures: Failures): readonly PropStat[] {
  const culprits = [...failures].map(([name, refusal]) => ({ status: refusal.status, refusal, props: [{ name }] }));
  const others = [...new Set(names)].filter((name) => !failures.has(name)).map((name) => ({ name }));
  return others.length > 0 ? [...culprits, { status: 424, props: others }] : culprits;
}

/** MKCALENDAR fails as a multistatus (RFC 4791 5.3.1.1), MKCOL with the culprit's own status (RFC 5689 3). */
export function failed(making: MakingVerb, href: string, names: Iterable<Clark>, failures: Failures): Reply {
  const propstats = failedStats(names, failures);
  if (making.verb === "MKCALENDAR") return multistatus([{ href, propstats }]);
  return {
    kind: "xml",
    status: propstats[0]?.status ?? 403,
    root: dav("mkcol-response"),
    build: (out) => {
      for (const propstat of propstats) writePropstat(out, propstat);
    },
  };
}

interface Made {
  readonly id: CollectionId;
  readonly uuid: string;
  readonly revision: Revision;
}

/** What is wanted: where, of which kind, with which properties. */
interface Plan {
  readonly place: FreePlace;
  readonly home: CollectionResource;
  readonly kind: KindDef;
  readonly gathered: Gathered;
}

/** The new collection as a resource, for the properties that need it to exist. */
function madeResource(made: Made, { place, home, kind, gathered }: Plan): CollectionResource {
  const { displayName = null, description = null, timezone = null, components = [] } = gathered.columns;
  const binding = { home: home.collection.id, slug: place.name, how: "own", overlay: {} } as const;
  const texts = { displayName, description, timezone, components };
  const collection = { ...home.collection, ...made, ...texts, kind: kind.kind, props: {}, binding };
  return { rows: "collection", kind: kind.kind, href: place.href, collection };
}

/** Thrown inside the transaction, so that nothing of it stays. */
class PropertiesFailed extends Error {
  constructor(readonly failures: Failures) {
    super("some properties cannot be set");
  }
}

function insertion({ place, home, kind, gathered }: Plan) {
  const { displayName = null, description = null, timezone = null, components = [] } = gathered.columns;
  return createCollection({
    home: home.collection.id,
    slug: place.name,
    kind: kind.kind,
    owner: home.collection.owner.id,
    components,
    displayName,
    description,
    timezone,
    props: keptJson(gathered.props),
  });
}

async function create(wanted: Plan, cx: Exchange): Promise<Made> {
  const { db, limits } = cx.services;
  // Columns and props are part of the insertion.
  const rest: Gathered = { ...wanted.gathered, columns: {}, props: new Map() };
  return db.write(async (tx) => {
    await holdState(wanted.place, tx, cx);
    const made = await tx.one<Made>(insertion(wanted));
    if (!made) return refuseStatus(409, "The home does not exist any more.");
    await settleCollection(tx, made, wanted.home.collection.id, limits.calendarsPerHome);
    const resource = madeResource(made, wanted);
    const beyond = await deadBeyondLimit(rest.dead, resource, tx, limits.deadPropertySize);
    if (beyond.size > 0) throw new PropertiesFailed(beyond);
    await applyGathered(rest, resource, tx, cx);
    return made;
  });
}

async function make(place: FreePlace, making: MakingVerb, cx: Exchange, registry: Registry): Promise<Reply> {
  const { href } = place;
  const home = homeFor(place, making.verb === "MKCALENDAR", registry);
  const instructions = await requestedProperties(cx, making);
  const names = instructions.map(({ name }) => name);
  const type = requestedType(instructions, making);
  const kind = type === undefined ? undefined : registry.creatable(type);
  if (!kind) {
    const wrong = refusalOf(ValidResourcetype, undefined, "Collections of this type cannot be made here.");
    return failed(making, href, names, new Map([[dav("resourcetype"), wrong]]));
  }
  const values = instructions.filter(({ name }) => name !== dav("resourcetype"));
  const ground = { kind: kind.kind, rows: kind.rows, href, when: "create", writable: true, personal: false } as const;
  const gathered = gather(values, ground, cx, registry);
  if (gathered.failures.size > 0) return failed(making, href, names, gathered.failures);
  let made: Made;
  try {
    made = await create({ place, home, kind, gathered }, cx);
  } catch (error) {
    if (error instanceof PropertiesFailed) return failed(making, href, names, error.failures);
    return refuseTaken(error);
  }
  const { minimal } = parsePreferences(cx.headers);
  const tags = namesCtag(cx) ? await ctagHeaders(made.id, home.collection.id, cx) : {};
  const headers = { "Cache-Control": "no-cache", ...preferenceHeaders({ minimal }), ...tags };
  return { kind: "empty", status: 201, headers };
}

const method = (making: MakingVerb): MethodDef => ({
  verb: making.verb,
  on: "unmapped",
  inside: ["*collection"],
  spec: making.spec,
  needs: () => [{ right: "c", on: "parent" }],
  writes: () => ["self", "parent"],
  async handle({ target }, cx, registry) {
    if (target.mapped) return refuse(ResourceMustBeNull, undefined, "Something is here already.");
    return make(target, making, cx, registry);
  },
});

/** MKCOL, extended MKCOL and MKCALENDAR: the verb only presets the type, registered kinds say what it means. */
export const makingMethods: readonly MethodDef[] = Object.freeze(MAKING_VERBS.map(method));

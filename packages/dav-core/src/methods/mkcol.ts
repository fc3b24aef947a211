import { type Clark, cal, dav } from "@kalends/dav-xml";
import { type CollectionId, createCollection, type Revision, sql, UniqueViolation, type WriteTx } from "@kalends/store";
import { QuotaNotExceeded, ResourceMustBeNull, ValidResourcetype } from "../conditions.js";
import type { Exchange, PropStat, Reply } from "../exchange.js";
import type { KindDef, MethodDef, Registry } from "../extension.js";
import { parsePreferences, preferenceHeaders } from "../headers/prefer.js";
import { multistatus, writePropstat } from "../multistatus.js";
import { type ConditionDef, type Refusal, refusalOf, refuse, refuseStatus } from "../refusal.js";
import type { Resource, Target } from "../resource.js";
import { MAKING_VERBS, type MakingVerb, requestedProperties, requestedType } from "./mkcol-request.js";
import { type InitialValues, initialValues } from "./mkcol-values.js";

type CollectionResource = Extract<Resource, { rows: "collection" }>;
type FreePlace = Extract<Target, { mapped: false }>;

const CREATED: Readonly<Record<string, string>> = { "Cache-Control": "no-cache" };
const LONGEST_SLUG = 255;

const LocationOk: ConditionDef<void> = {
  name: cal("calendar-collection-location-ok"),
  status: 403,
  spec: "RFC 4791 5.3.1.1",
};

/** Collections are made in homes only, under a name that is nobody else's. */
function homeFor({ parent, name }: FreePlace, { verb }: MakingVerb, registry: Registry): CollectionResource {
  if (parent === null) return refuseStatus(409, "The collection that should hold it does not exist.");
  if (parent.kind !== "home") {
    const note = "A collection cannot be made inside this one.";
    return verb === "MKCALENDAR" ? refuse(LocationOk, undefined, note) : refuseStatus(403, note);
  }
  if (name === "" || name.startsWith("~") || Buffer.byteLength(name) > LONGEST_SLUG) {
    return refuseStatus(403, "A collection cannot have this name.");
  }
  if (registry.reservedSlugs.has(name.toLowerCase())) return refuseStatus(403, `The name ${name} is reserved.`);
  return parent;
}

/** All or nothing: the culprits with their reasons, all others as failed dependencies (RFC 5689 3.5). */
function failedStats(names: Iterable<Clark>, failures: ReadonlyMap<Clark, Refusal>): readonly PropStat[] {
  const culprits = [...failures].map(([name, refusal]) => ({ status: refusal.status, refusal, props: [{ name }] }));
  const others = [...new Set(names)].filter((name) => !failures.has(name)).map((name) => ({ name }));
  return others.length > 0 ? [...culprits, { status: 424, props: others }] : culprits;
}

/** MKCALENDAR fails as a multistatus (RFC 4791 5.3.1.1), MKCOL with the culprit's own status (RFC 5689 3). */
function failed(
  making: MakingVerb,
  href: string,
  names: Iterable<Clark>,
  failures: ReadonlyMap<Clark, Refusal>,
): Reply {
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

/** The new collection as a resource, for properties that are stored by statements of their own. */
function madeResource(
  made: Made,
  kind: KindDef,
  { href, name }: FreePlace,
  home: CollectionResource,
  values: InitialValues,
): Resource {
  const { columns, components, props } = values;
  return {
    rows: "collection",
    kind: kind.kind,
    href,
    collection: {
      ...home.collection,
      ...made,
      kind: kind.kind,
      components,
      displayName: columns.get("display_name") ?? null,
      description: columns.get("description") ?? null,
      timezone: columns.get("timezone") ?? null,
      props,
      binding: { home: home.collection.id, slug: name, how: "own", overlay: {} },
    },
  };
}

/** A new collection starts with the grants of the home; beyond the limit everything is taken back. */
async function settle(
  tx: WriteTx,
  made: Made,
  home: CollectionId,
  values: InitialValues,
  limit: number,
): Promise<void> {
  await tx.rows(sql`insert into grant_entry (collection_id, subject, positive, rights)
    select ${made.id}::bigint, subject, positive, rights from grant_entry where collection_id = ${home}::bigint`);
  if (values.dead.size > 0) {
    await tx.rows(sql`insert into dead_property (collection_id, property, xml)
      select ${made.id}::bigint, property, xml
      from unnest(${[...values.dead.keys()]}::text[], ${[...values.dead.values()]}::text[]) as dead(property, xml)`);
  }
  const held = await tx.one<{ n: number }>(
    sql`select count(*) as n from binding where home_id = ${home}::bigint and how = 'own'`,
  );
  if ((held?.n ?? 0) > limit) refuse(QuotaNotExceeded, undefined, `A home holds at most ${limit} collections.`);
}

async function create(
  place: FreePlace,
  home: CollectionResource,
  kind: KindDef,
  values: InitialValues,
  cx: Exchange,
): Promise<void> {
  const { db, limits } = cx.services;
  const homeId = home.collection.id;
  await db.write(async (tx) => {
    const made = await tx.one<Made>(
      createCollection({
        home: homeId,
        slug: place.name,
        kind: kind.kind,
        owner: home.collection.owner.id,
        components: values.components,
        displayName: values.columns.get("display_name") ?? null,
        description: values.columns.get("description") ?? null,
        timezone: values.columns.get("timezone") ?? null,
        props: JSON.stringify(values.props),
      }),
    );
    if (!made) refuseStatus(409, "The home does not exist any more.");
    await settle(tx, made, homeId, values, limits.calendarsPerHome);
    const resource = madeResource(made, kind, place, home, values);
    for (const apply of values.own) await tx.rows(apply(resource));
  });
}

/** Somebody was faster, or a name that differs only in case is there. */
function taken(error: unknown): never {
  if (error instanceof UniqueViolation && error.constraint === "binding_folded_key") {
    refuseStatus(409, "A name that differs only in upper and lower case is taken.");
  }
  if (error instanceof UniqueViolation && error.constraint === "binding_pkey") {
    refuse(ResourceMustBeNull, undefined, "Something is here already.");
  }
  throw error;
}

const method = (making: MakingVerb): MethodDef => ({
  verb: making.verb,
  on: "unmapped",
  inside: ["*collection"],
  spec: making.spec,
  needs: () => [{ right: "c", on: "parent" }],
  async handle({ target }, cx, registry) {
    if (target.mapped) return refuse(ResourceMustBeNull, undefined, "Something is here already.");
    const home = homeFor(target, making, registry);
    const properties = await requestedProperties(cx, making);
    const names = properties.map(({ name }) => name);
    const type = requestedType(properties, making);
    const kind = type === undefined ? undefined : registry.creatable(type);
    if (!kind) {
      const wrong = refusalOf(ValidResourcetype, undefined, "Collections of this type cannot be made here.");
      return failed(making, target.href, names, new Map([[dav("resourcetype"), wrong]]));
    }
    const values = initialValues(properties, kind.kind, cx, registry);
    if (values.failures.size > 0) return failed(making, target.href, names, values.failures);
    await create(target, home, kind, values, cx).catch(taken);
    const { minimal } = parsePreferences(cx.headers);
    return { kind: "empty", status: 201, headers: { ...CREATED, ...preferenceHeaders({ minimal }) } };
  },
});

/** MKCOL, extended MKCOL and MKCALENDAR: the verb only presets the type, registered kinds say what it means. */
export const makingMethods: readonly MethodDef[] = Object.freeze(MAKING_VERBS.map(method));

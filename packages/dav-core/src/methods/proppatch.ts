import { ALL_RIGHTS, has, limitedOn } from "@kalends/acl";
import type { Clark } from "@kalends/dav-xml";
import { sql } from "@kalends/store";
import type { Exchange, Item, PropStat, Reply } from "../exchange.js";
import type { MethodDef, Need } from "../extension.js";
import { preferenceHeaders, wantsMinimal } from "../headers/prefer.js";
import { multistatus } from "../multistatus.js";
import { holdState } from "../pipeline/hold-state.js";
import { applyGathered, deadBeyondLimit, PropertyRefused } from "../properties/apply.js";
import { type Gathered, type Ground, gather } from "../properties/gather.js";
import { decodePropertyUpdate } from "../properties/instructions.js";
import { type Refusal, refuseStatus } from "../refusal.js";
import type { Resource, Target } from "../resource.js";

const isForeign = (at: Resource): boolean =>
  at.rows === "collection" && at.collection.binding !== null && at.collection.binding.how !== "own";

/** Readers of a share may keep their own name and colour for it; everything else takes Write, property by property. */
function needs(target: Target): readonly Need[] {
  if (!target.mapped) return [];
  const at = target.resource;
  if (at.rows === "virtual" || at.rows === "principal") return [{ right: "l", on: "self" }];
  return [{ right: isForeign(at) ? "r" : "w", on: "self" }];
}

/** True when the binding the collection was found through is the asker's own. */
async function isOwnBinding(at: Resource, cx: Exchange): Promise<boolean> {
  if (at.rows !== "collection" || !at.collection.binding || !isForeign(at) || !cx.by) return false;
  const { home } = at.collection.binding;
  const row = await cx.services.db.one<{ found: number }>(
    sql`select 1 as found from principal where id = ${cx.by.id}::bigint and home_id = ${home}::bigint`,
  );
  return row !== undefined;
}

/** A credential for reading changes nothing, not even what is the holder's own affair. */
const mayWrite = ({ by }: Exchange): boolean => by !== null && has(limitedOn(ALL_RIGHTS, by.limit), "w");

async function groundOf(at: Resource, cx: Exchange): Promise<Ground> {
  const personal = mayWrite(cx) && (await isOwnBinding(at, cx));
  return { kind: at.kind, rows: at.rows, href: at.href, when: "set", writable: isWritable(at, cx), personal };
}

function isWritable(at: Resource, cx: Exchange): boolean {
  if (at.rows === "virtual") return false;
  if (at.rows === "principal") return mayWrite(cx) && (cx.by?.id === at.principal.id || cx.by?.isAdmin === true);
  return has(at.collection.rights, "w");
}

type Failures = ReadonlyMap<Clark, Refusal>;

/** All 200, or each culprit with its own status and everybody else 424 (RFC 4918 9.2.1). */
function itemOf(at: Resource, { names }: Gathered, failures: Failures): Item {
  if (failures.size === 0)
    return { href: at.href, propstats: [{ status: 200, props: [...names].map((name) => ({ name })) }] };
  const culprits = [...failures].map(([name, refusal]): PropStat => ({
    status: refusal.status,
    refusal,
    props: [{ name }],
  }));
  const innocent = [...names].filter((name) => !failures.has(name)).map((name) => ({ name }));
  return {
    href: at.href,
    propstats: innocent.length > 0 ? [...culprits, { status: 424, props: innocent }] : culprits,
  };
}

/** Writes all or nothing; gives what stood in the way. */
async function write(gathered: Gathered, at: Resource, cx: Exchange): Promise<Failures> {
  if (gathered.failures.size > 0) return gathered.failures;
  const { db, limits } = cx.services;
  const done = db.write(async (tx): Promise<Failures> => {
    await holdState({ mapped: true, resource: at }, tx, cx);
    const beyond = await deadBeyondLimit(gathered.dead, at, tx, limits.deadPropertySize);
    if (beyond.size === 0) await applyGathered(gathered, at, tx, cx);
    return beyond;
  });
  return done.catch((error: unknown): Failures => {
    if (error instanceof PropertyRefused) return new Map([[error.property, error.refusal]]);
    throw error;
  });
}

/** PROPPATCH: in document order, all or nothing (RFC 4918 9.2). */
export const proppatch: MethodDef = {
  verb: "PROPPATCH",
  on: ["*"],
  spec: "RFC 4918 9.2",
  needs,
  async handle({ target }, cx, registry): Promise<Reply> {
    if (!target.mapped) return refuseStatus(404, "There is nothing here.");
    const at = target.resource;
    const instructions = decodePropertyUpdate(await cx.xml());
    const gathered = gather(instructions, await groundOf(at, cx), cx, registry);
    const failures = await write(gathered, at, cx);
    const minimal = failures.size === 0 && wantsMinimal(cx);
    const headers = preferenceHeaders({ minimal });
    if (minimal) return { kind: "empty", status: 200, headers };
    return multistatus([itemOf(at, gathered, failures)], { headers });
  },
};

import { sql } from "@kalends/store";
import type { Answer, Exchange } from "../exchange.js";
import type { Registry } from "../extension.js";
import type { MemberColumn } from "../property.js";
import { streamItems } from "./items.js";
import { type CollectionResource, listMembers, type MemberResource } from "./listing.js";
import type { Plan } from "./plan.js";

/**
 * Members of a collection by name, in pages. `wanted` maps names to the hrefs to answer with, as the client wrote them.
 * One statement up to 2 MiB of bodies; names that do not exist are left out.
 */
export async function* membersByName(
  collection: CollectionResource,
  wanted: ReadonlyMap<string, string>,
  plan: Plan,
  cx: Exchange,
  registry: Registry,
  columns: readonly MemberColumn[] = [],
): AsyncGenerator<readonly MemberResource[], void, undefined> {
  if (wanted.size === 0) return;
  const names = sql`${[...wanted.keys()]}::text[]`;
  for await (const page of listMembers(collection, plan, cx, registry, { names, columns })) {
    yield page.map((member) => ({ ...member, href: wanted.get(member.name) ?? member.href }));
  }
}

/** The responses for members by name; a name that does not exist gets 404 (RFC 4791 7.9). */
export async function* readMembersByName(
  collection: CollectionResource,
  wanted: ReadonlyMap<string, string>,
  plan: Plan,
  cx: Exchange,
  registry: Registry,
): AsyncGenerator<readonly Answer[], void, undefined> {
  const missing = new Map(wanted);
  async function* found() {
    for await (const page of membersByName(collection, wanted, plan, cx, registry)) {
      for (const { name } of page) missing.delete(name);
      yield page;
    }
  }
  yield* streamItems(found(), plan, cx);
  if (missing.size > 0) yield [...missing.values()].map((href) => ({ href, status: 404 }));
}

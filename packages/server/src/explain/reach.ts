import { type Held, type NeededRight } from "@kalends/acl";
import { locate, realmOf } from "@kalends/calendardata";
import {
  type Exchange,
  parseDestination,
  parsePath,
  type Registry,
  refuseStatus,
  resolve,
  type Target,
} from "@kalends/dav-core";

/** One place a request touches, with the rights its asker holds there and those it takes. */
export interface Reached {
  readonly target: Target;
  readonly held: Held;
  readonly needs: readonly NeededRight[];
}

/** What a request would touch, by the declarations that serve it: nothing is done. Refuses as the request would be. */
export async function reach(cx: Exchange, registry: Registry): Promise<readonly Reached[]> {
  const realm = realmOf(cx.path);
  if (realm) {
    const { target, held, needs } = await locate(realm, cx, registry);
    return [{ target, held, needs }];
  }
  const { target, held } = await resolve(parsePath(cx.path, registry.mailboxRoots, registry.areaRoots), cx, registry);
  const method = registry.method(cx.verb, target);
  if (!method) return refuseStatus(target.mapped ? 405 : 404, `${cx.verb} does nothing there.`);
  const source: Reached = { target, held, needs: method.needs(target, cx) };
  if (!method.destination) return [source];
  if (!cx.headers.has("destination")) return [source];
  const path = parseDestination(cx.headers.get("destination"), cx);
  const isObject = target.mapped && target.resource.rows === "member";
  const to = await resolve(parsePath(path, registry.mailboxRoots, registry.areaRoots), cx, registry, {
    shortForm: isObject,
  });
  return [source, { ...to, needs: method.destination.needs(to.target, target) }];
}

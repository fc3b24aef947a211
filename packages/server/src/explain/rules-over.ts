import { has } from "@kalends/acl";
import { locate, realmOf } from "@kalends/calendardata";
import { type Exchange, parsePath, Refused, type Requester, resolve } from "@kalends/dav-core";
import type { House } from "../compose.js";
import { quietExchange } from "../quiet-exchange.js";

/** True when somebody sets the rights of what a path names: its owner, or a holder of Administer. */
export async function rulesOver(
  by: Requester,
  path: string,
  house: House,
  domain: Exchange["domain"],
): Promise<boolean> {
  const cx = quietExchange(house, { by, verb: "GET", path: path.split("?")[0] ?? "/", domain });
  try {
    const realm = realmOf(cx.path);
    const held = realm
      ? (await locate(realm, cx, house.registry)).held
      : (await resolve(parsePath(cx.path, house.registry.mailboxRoots, house.registry.areaRoots), cx, house.registry))
          .held;
    return has(held.self ?? held.parent, "a");
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

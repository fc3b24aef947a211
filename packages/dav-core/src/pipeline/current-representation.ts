import { authorize, has } from "@kalends/acl";
import type { Exchange, Reply } from "../exchange.js";
import type { Registry } from "../extension.js";
import { parsePreferences, preferenceHeaders } from "../headers/prefer.js";
import type { Refusal } from "../refusal.js";
import type { Resolved } from "../resolve/resolved.js";

/** A GET of what is there, without conditions, ranges and body. */
const reading = (cx: Exchange): Exchange => {
  const kept = [...cx.headers].filter(([name]) => !/^(if|if-.*|range|content-.*)$/.test(name));
  return { ...cx, verb: "GET", headers: new Map(kept) };
};

/**
 * The 412 for those who asked for the representation: what is there now, with its validators, so that a client can merge
 * without another request (RFC 8144 3.2). Null where that was not asked, or there is nothing the asker may read.
 */
export async function currentRepresentation(
  { status }: Refusal,
  { target, held }: Resolved,
  cx: Exchange,
  registry: Registry,
): Promise<Reply | null> {
  if (status !== 412 || cx.verb === "GET" || cx.verb === "HEAD" || !parsePreferences(cx.headers).representation)
    return null;
  if (!target.mapped || target.resource.rows !== "member" || held.self === null || !has(held.self, "r")) return null;
  const get = registry.method("GET", target);
  if (!get) return null;
  const at = authorize(target, cx.by?.id ?? null, held, get.needs(target, cx));
  const now = await get.handle(at, reading(cx), registry, null);
  const { Vary: vary, ...preference } = preferenceHeaders({ representation: true });
  const varies = [now.headers?.Vary, vary].filter((each) => each !== undefined).join(", ");
  const headers = { ...now.headers, ...preference, Vary: varies, "Content-Location": target.resource.href };
  return { ...now, status: 412, headers };
}

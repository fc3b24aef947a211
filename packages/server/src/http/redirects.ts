import type { Middleware } from "koa";
import type { OriginOf } from "./origin.js";

/** Addresses that only lead elsewhere; a target may take what the pattern's first group holds. */
const REDIRECTS: readonly (readonly [path: RegExp, target: string])[] = Object.freeze([
  [/^\/\.well-known\/(?:caldav|carddav)\/?$/, "/"],
  [/^\/\.well-known\/timezone\/?$/, "/tz"],
  [/^\/caldav(?:\/(.*))?$/, "/CalDAV/$1"],
  [/^\/UserDAV\/([^/]+)\/?$/, "/principals/users/$1/"],
]);

/**
 * 301 for every method, before any sign-in: the well-known addresses lead to the root (RFC 6764 §5, DSC-01) or the time
 * zone service (RFC 7808 4.2.1.3), the older address of a person to his principal, `/caldav/` to the calendars.
 */
export function redirects(originOf: OriginOf): Middleware {
  return async (ctx, next) => {
    const found = REDIRECTS.find(([path]) => path.test(ctx.path));
    if (!found) return next();
    ctx.status = 301;
    ctx.set("Location", originOf(ctx.req).base + ctx.path.replace(...found));
    ctx.set("Cache-Control", "max-age=3600");
    ctx.body = "";
  };
}

import { isTzPath, timezoneService } from "@kalends/caldav";
import type { Middleware } from "koa";

/** The time zone service (RFC 7808) for everybody, without sign-in. `release` is that of the IANA data. */
export function timezones(release: string): Middleware {
  return async (ctx, next) => {
    if (!isTzPath(ctx.path)) return next();
    if (ctx.method !== "GET" && ctx.method !== "HEAD") {
      ctx.status = 405;
      ctx.set("Allow", "GET, HEAD");
      return;
    }
    const headers = new Map(Object.entries(ctx.headers).map(([name, value]) => [name, String(value)]));
    // Not from a URL: that would need a Host which makes one.
    const query = new URLSearchParams(ctx.querystring);
    const reply = timezoneService({ path: ctx.path, query, headers }, release);
    ctx.status = reply.status;
    ctx.body = reply.body;
    // Koa guesses a type from the body; ours is the one that counts.
    ctx.remove("Content-Type");
    ctx.set({ ...reply.headers });
    ctx.status = reply.status;
  };
}

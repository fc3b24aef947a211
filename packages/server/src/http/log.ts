import { isFeedPath } from "@kalends/calendardata";
import { countingStatements } from "@kalends/store";
import type Koa from "koa";
import type { Logger } from "pino";

/** The address of a feed as people mistype it: in capitals, with a doubled or an encoded slash, behind something else. */
const LIKE_FEED = /feeds(?:\/|%2f|%5c|\\)/i;

/** A path as the log may hold it: that of a feed is a secret, and so is what looks like one. */
export const loggedPath = (path: string): string => (isFeedPath(path) || LIKE_FEED.test(path) ? "/feeds/…" : path);

/** One line a request: method, path, status, time, statements. Never a query string, a header or a body. */
export function accessLog(log: Logger): Koa.Middleware {
  return async (ctx, next) => {
    const start = performance.now();
    const { count } = await countingStatements(async () => next());
    log.info({
      id: ctx.state.requestId as string,
      method: ctx.method,
      path: loggedPath(ctx.path),
      status: ctx.status,
      milliseconds: Math.round((performance.now() - start) * 10) / 10,
      statements: count,
      user: ctx.state.user as string | undefined,
    });
  };
}

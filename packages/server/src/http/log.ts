import { isFeedPath } from "@kalends/calendardata";
import { countingStatements } from "@kalends/store";
import type Koa from "koa";
import type { Logger } from "pino";

/** A path as the log may hold it: that of a feed is a secret. */
export const loggedPath = (path: string): string => (isFeedPath(path) ? "/feeds/…" : path);

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

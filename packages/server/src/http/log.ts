import { countingStatements } from "@kalends/store";
import type Koa from "koa";
import type { Logger } from "pino";

/** One line a request: method, path, status, time, statements. Never a query string, a header or a body. */
export function accessLog(log: Logger): Koa.Middleware {
  return async (ctx, next) => {
    const start = performance.now();
    const { count } = await countingStatements(async () => next());
    log.info({
      id: ctx.state.requestId as string,
      method: ctx.method,
      path: ctx.path,
      status: ctx.status,
      milliseconds: Math.round((performance.now() - start) * 10) / 10,
      statements: count,
      user: ctx.state.user as string | undefined,
    });
  };
}

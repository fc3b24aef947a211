import { refusalFrom } from "@kalends/dav-core";
import type Koa from "koa";
import type { Logger } from "pino";

/** The last border: what nobody below turned into an answer. The stack goes to the log, nothing of it to the client. */
export function answerFault(ctx: Koa.Context, error: unknown, log: Logger): void {
  const id = ctx.state.requestId as string;
  const refusal = refusalFrom(error, { verb: ctx.method, href: ctx.path, mapped: false });
  if (refusal === null || refusal.status >= 500) log.error({ id, err: error }, "request failed");
  const note = refusal?.note ?? `internal error; the administrator finds it in the log as ${id}`;
  ctx.status = refusal?.status ?? 500;
  for (const [name, value] of Object.entries(refusal?.headers ?? {})) ctx.set(name, value);
  ctx.body = `${note}\n`;
}

import type Koa from "koa";
import type { House } from "../compose.js";
import { loggedPath } from "./log.js";

const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PROPFIND"]);

/**
 * Lets somebody without credentials in, unless his address asks too often (429); what he may do, the rights say. Writes are
 * told to the log with the address, since nobody signs for them.
 */
export function admitVisitor(ctx: Koa.Context, { visitors, log }: House, address: string): boolean {
  const wait = visitors.take(address);
  if (wait !== null) {
    ctx.status = 429;
    ctx.set("Retry-After", String(wait));
    ctx.body = "too many requests without sign-in from your address; wait a little\n";
    return false;
  }
  if (!READING.has(ctx.method)) {
    const { requestId: id } = ctx.state as { readonly requestId: string };
    log.info({ id, method: ctx.method, path: loggedPath(ctx.path), address }, "write without sign-in");
  }
  return true;
}

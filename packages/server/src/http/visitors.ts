import { addressBlock } from "@kalends/accounts";
import type Koa from "koa";
import type { House } from "../compose.js";
import { loggedPath } from "./log.js";

/** Counts requests of those who do not sign in. */
export interface Visitors {
  /** Null = let in; else the seconds to wait. */
  take(address: string): number | null;
}

const WINDOW = 60_000;
const KEPT_AT_MOST = 50_000;

/** So many requests a minute from one address; whoever has one IPv6 address counts as its whole /64. Memory is bounded. */
export function countVisitors(limit: number, clock: () => number): Visitors {
  const counts = new Map<string, number>();
  let since = clock();
  return {
    take(address) {
      const now = clock();
      if (now - since >= WINDOW || now < since || counts.size >= KEPT_AT_MOST) {
        counts.clear();
        since = now;
      }
      const block = addressBlock(address);
      const count = counts.get(block) ?? 0;
      if (count >= limit) return Math.max(1, Math.ceil((since + WINDOW - now) / 1000));
      counts.set(block, count + 1);
      return null;
    },
  };
}

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

import type { House } from "../compose.js";
import type { Call } from "./call.js";
import { METRICS } from "../metrics/table.js";
import { loggedPath } from "./log.js";
import { sendWhole } from "./send.js";

const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PROPFIND"]);

/**
 * Lets somebody without credentials in, unless his address asks too often (429); what he may do, the rights say. Writes are
 * told to the log with the address, since nobody signs for them.
 */
export function admitVisitor(call: Call, { visitors, log, meter }: House, address: string): boolean {
  const wait = visitors.take(address);
  if (wait !== null) {
    meter.add(METRICS.throttled, { what: "visitor" });
    const headers = { "Content-Type": "text/plain; charset=utf-8", "Retry-After": String(wait) };
    const body = "too many requests without sign-in from your address; wait a little\n";
    sendWhole(call, { status: 429, headers, body });
    return false;
  }
  const { method = "GET" } = call.request;
  if (!READING.has(method)) {
    const { requestId: id } = call.state;
    log.info({ id, method, path: loggedPath(call.path), address }, "write without sign-in");
  }
  return true;
}

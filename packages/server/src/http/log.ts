import { isFeedPath } from "@kalends/calendardata";
import type { Tally } from "@kalends/store";
import type { Logger } from "pino";
import type { Call } from "./call.js";

/** The address of a feed as people mistype it: in capitals, with a doubled or an encoded slash, behind something else. */
const LIKE_FEED = /feeds(?:\/|%2f|%5c|\\)/i;

/** A path as the log may hold it: that of a feed is a secret, and so is what looks like one. */
export const loggedPath = (path: string): string => (isFeedPath(path) || LIKE_FEED.test(path) ? "/feeds/…" : path);

/** One line a request: method, path, status, time, statements. Never a query string, a header or a body. */
export async function logged(call: Call, log: Logger, answer: (call: Call) => Promise<Tally>): Promise<void> {
  const start = performance.now();
  const tally = await answer(call);
  call.state.tally ??= tally;
  if (!log.isLevelEnabled("info")) return;
  log.info({
    id: call.state.requestId,
    method: call.request.method,
    path: loggedPath(call.path),
    status: call.response.statusCode,
    milliseconds: Math.round((performance.now() - start) * 10) / 10,
    statements: tally.count,
    user: call.state.user,
  });
}

/** How deep causes are followed. */
const CAUSES = 4;

/** An error for the log: kind, message, code and stack, of its causes too; never what else libraries hang on it. */
export function shownError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === "string" ? error : { type: typeof error };
  const { name, message, stack, cause } = error;
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: name,
    message,
    ...(code === undefined ? {} : { code }),
    stack,
    ...(cause === undefined || depth >= CAUSES ? {} : { cause: shownError(cause, depth + 1) }),
  };
}

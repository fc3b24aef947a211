import { isFeedPath } from "@kalends/calendardata";
import type { Logger } from "pino";
import type { Call } from "./call.js";

/** The address of a feed as people mistype it: in capitals, with a doubled or an encoded slash, behind something else. */
const LIKE_FEED = /feeds(?:\/|%2f|%5c|\\)/i;

/** A path as the log may hold it: that of a feed is a secret, and so is what looks like one. */
export const loggedPath = (path: string): string => (isFeedPath(path) || LIKE_FEED.test(path) ? "/feeds/…" : path);

/** One line a request: method, path, status, time, statements. Never a query string, a header or a body. */
export async function logged(
  call: Call,
  log: Logger,
  answer: (call: Call) => Promise<{ readonly count: number }>,
): Promise<void> {
  if (!log.isLevelEnabled("info")) return void (await answer(call));
  const start = performance.now();
  const { count } = await answer(call);
  log.info({
    id: call.state.requestId,
    method: call.request.method,
    path: loggedPath(call.path),
    status: call.response.statusCode,
    milliseconds: Math.round((performance.now() - start) * 10) / 10,
    statements: count,
    user: call.state.user,
  });
}

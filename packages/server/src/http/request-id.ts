import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The header in which a proxy names a request, and in which every answer does. */
export const REQUEST_ID = "X-Request-Id";

/** What may stand in a log without making a mess of it. */
const PLAIN = /^[\w.:=+/-]{1,128}$/;

/** How the log and the answer name a request: as a trusted proxy does, else a name of its own. */
export function requestIdOf({ headers }: Pick<IncomingMessage, "headers">, isTrusted: boolean): string {
  const given = isTrusted ? headers["x-request-id"] : undefined;
  return typeof given === "string" && PLAIN.test(given) ? given : randomUUID();
}

import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Whether the machine that connects is a trusted proxy. */
export type Trusts = (peer: string) => boolean;

/** The header in which a proxy names a request, and in which every answer does. */
export const REQUEST_ID = "X-Request-Id";

/** What may stand in a log without making a mess of it. */
const PLAIN = /^[\w.:=+/-]{1,128}$/;

/** How the log and the answer name a request: as a trusted proxy does, else a name of its own. */
export function requestIdOf({ headers, socket }: Pick<IncomingMessage, "headers" | "socket">, trusts: Trusts): string {
  const given = headers["x-request-id"];
  if (typeof given !== "string" || !PLAIN.test(given) || !trusts(socket.remoteAddress ?? "")) return randomUUID();
  return given;
}

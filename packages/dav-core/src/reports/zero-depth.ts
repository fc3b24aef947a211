import type { Exchange } from "../exchange.js";
import { parseDepth } from "../headers/depth.js";
import { refuseStatus } from "../refusal.js";

/** Reports about one resource: Depth is 0 or absent; 1 is taken for 0, as some clients send it (RFC 3744 9). */
export function assertZeroDepth(cx: Exchange): void {
  const { depth } = parseDepth(cx.headers.get("depth"), 0);
  if (depth === "infinity") refuseStatus(400, "Depth must be 0 here.");
}

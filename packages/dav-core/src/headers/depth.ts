import { refuseStatus } from "../refusal.js";

export type DepthValue = 0 | 1 | "infinity";

export interface Depth {
  readonly depth: DepthValue;
  /** The Request-URI itself is left out of the answer (`Depth: 1,noroot`; RFC 8144 appendix B). */
  readonly noroot: boolean;
}

const VALUES: Readonly<Record<string, Depth>> = {
  "0": { depth: 0, noroot: false },
  "1": { depth: 1, noroot: false },
  "1,noroot": { depth: 1, noroot: true },
  infinity: { depth: "infinity", noroot: false },
  "infinity,noroot": { depth: "infinity", noroot: true },
};

/** The `Depth` header, or what the method takes without one. Refuses anything else with 400 (RFC 4918 10.2). */
export function parseDepth(header: string | undefined, otherwise: DepthValue): Depth {
  if (header === undefined) return { depth: otherwise, noroot: false };
  const key = header.toLowerCase().replaceAll(/\s+/g, "");
  const found = Object.hasOwn(VALUES, key) ? VALUES[key] : undefined;
  return found ?? refuseStatus(400, "Depth must be 0, 1 or infinity.");
}

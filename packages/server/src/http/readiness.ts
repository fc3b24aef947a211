import type { House } from "../compose.js";

/** Why requests are not to be sent here just now, in one line; null = they are. */
export type Readiness = () => Promise<string | null>;

/** Serving takes the database; while starting and stopping the server says so. */
export function readinessOf({ ready, services }: Pick<House, "ready" | "services">): Readiness {
  let hasServed = false;
  return async () => {
    if (!ready()) return hasServed ? "the server is stopping" : "the server is starting";
    hasServed = true;
    const { ok } = await services.db.health().catch(() => ({ ok: false }));
    return ok ? null : "the database does not answer";
  };
}

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The packed data directory made at build time, or null where it was not made. */
export function seedFile(): string | null {
  const dist = dirname(createRequire(import.meta.url).resolve("@kalends/store/pglite-worker"));
  const path = join(dist, "..", "pglite-seed.tar.gz");
  return existsSync(path) ? path : null;
}

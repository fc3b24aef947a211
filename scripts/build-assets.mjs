// Copies what the TypeScript compiler leaves behind (migrations and other data files) from src to dist.
import { cpSync, existsSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import "../packages/store/scripts/pack-pglite.mjs";

const compiled = new Set([".ts", ""]);
for (const name of readdirSync("packages")) {
  const src = join("packages", name, "src");
  const dist = join("packages", name, "dist");
  if (!existsSync(dist)) continue;
  for (const file of readdirSync(src, { recursive: true })) {
    if (!compiled.has(extname(file))) cpSync(join(src, file), join(dist, file));
  }
}

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Tests read the sources of every package, so that one package can be tested while another is being changed.
const alias = Object.fromEntries(
  readdirSync(here("packages")).map((name) => [`@kalends/${name}`, here(`packages/${name}/src/index.ts`)]),
);

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["packages/**/*.test.ts", "load/**/*.test.mjs"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    setupFiles: [here("scripts/property-seed.mjs"), here("scripts/cost-matcher.ts")],
  },
});

// Puts the command and most of what it needs into one file, packages/server/dist/kalends.mjs: opening a thousand files
// takes most of the time of a start. Libraries that look for files of their own stay where they are.
import { resolve, relative } from "node:path";
import { rolldown } from "rolldown";

const folder = resolve("packages/server/dist");
const apart = [/^node:/, "@electric-sql/pglite", "bcrypt", "pg-native", "pino", "piscina"];

/** Modules of ours find their data files by where they themselves are. */
const whereItWas = {
  name: "where-it-was",
  transform(code, id) {
    if (!/[/\\]packages[/\\][^/\\]+[/\\]dist[/\\]/.test(id) || !code.includes("import.meta.url")) return null;
    const own = JSON.stringify(relative(folder, id).replaceAll("\\", "/"));
    return code.replaceAll("import.meta.url", `new URL(${own}, import.meta.url).href`);
  },
};

const bundle = await rolldown({
  input: resolve(folder, "cli/main.js"),
  platform: "node",
  external: apart,
  plugins: [whereItWas],
  logLevel: "silent",
});
await bundle.write({
  dir: folder,
  format: "esm",
  entryFileNames: "kalends.mjs",
  chunkFileNames: "kalends-[name]-[hash].mjs",
});
await bundle.close();

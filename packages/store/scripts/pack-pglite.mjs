// Makes an empty PGlite data directory once, at build time, and packs it: a first start need not run initdb.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const target = join(dist, "pglite-seed.tar.gz");
const stamp = `${target}.version`;
const library = dirname(createRequire(import.meta.url).resolve("@electric-sql/pglite"));
const { version } = JSON.parse(readFileSync(join(library, "..", "package.json"), "utf8"));

const upToDate = existsSync(target) && existsSync(stamp) && readFileSync(stamp, "utf8") === version;
if (!upToDate) {
  const { PGlite } = await import("@electric-sql/pglite");
  const startParams = [...PGlite.defaultStartParams, "-c", "shared_buffers=16MB"];
  const db = await PGlite.create({ dataDir: "memory://", startParams });
  await db.exec("checkpoint");
  const packed = await db.dumpDataDir("gzip");
  await db.close();
  mkdirSync(dist, { recursive: true });
  writeFileSync(`${target}.new`, Buffer.from(await packed.arrayBuffer()));
  renameSync(`${target}.new`, target);
  writeFileSync(stamp, version);
}

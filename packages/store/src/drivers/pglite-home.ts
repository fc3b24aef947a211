import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { StoreIncompatible } from "../errors.js";
import { removeLeftCopies } from "./pglite-aside.js";
import { pgliteVersion } from "./pglite-library.js";
import { takeLock } from "./pglite-lock.js";
import { seedFile } from "./pglite-seed.js";
import { packEmpty } from "./pglite-thread.js";
import { syncDirectory, unpackSynced } from "./tar.js";

/** What wrote the directory. */
interface Manifest {
  readonly postgres: string;
  readonly pglite: string;
}

export interface Home {
  /** PGlite's data directory. */
  readonly directory: string;
  readonly release: () => void;
}

const major = (version: string): string => version.split(".")[0] ?? "";
const minor = (version: string): string => version.split(".").slice(0, 2).join(".");

const postgresIn = (directory: string): string => readFileSync(join(directory, "PG_VERSION"), "utf8").trim();

function refuseMismatch(root: string, directory: string, manifest: Manifest, postgres: string): void {
  const pglite = pgliteVersion();
  const there = postgresIn(directory);
  if (major(there) === major(postgres) && minor(manifest.pglite) === minor(pglite)) return;
  throw new StoreIncompatible(
    `${root} was written by PGlite ${manifest.pglite} (PostgreSQL ${there}); this program has PGlite ${pglite} ` +
      `(PostgreSQL ${postgres}). Move the data with the program that wrote it.`,
  );
}

const knownPostgres = "18";

/** Unpacks under another name and renames when everything is on the disk: a first start cut short leaves nothing. */
async function firstStart(root: string, directory: string): Promise<void> {
  const fresh = `${directory}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const seed = seedFile();
  const packed = seed === null ? Readable.from([await packEmpty()]) : createReadStream(seed);
  const unzip = createGunzip();
  await Promise.all([pipeline(packed, unzip), unpackSynced(unzip, fresh).finally(() => unzip.resume())]);
  renameSync(fresh, directory);
  syncDirectory(root);
}

function readManifest(path: string): Manifest {
  if (!existsSync(path)) return { postgres: knownPostgres, pglite: pgliteVersion() };
  return JSON.parse(readFileSync(path, "utf8")) as Manifest;
}

function writeManifest(path: string, manifest: Manifest): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(manifest)}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

/**
 * Makes the folder ready for PGlite: private, locked for this process, unpacked at the first start, of a version that
 * can be opened. Inside: `pg/` (the data), `pg.lock`, `manifest.json`. Throws `StoreInUse`, `StoreIncompatible`.
 */
export async function prepareHome(path: string): Promise<Home> {
  const root = resolve(path);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  chmodSync(root, 0o700);
  const release = takeLock(join(root, "pg.lock"), root);
  try {
    const directory = join(root, "pg");
    const manifestPath = join(root, "manifest.json");
    if (!existsSync(directory)) await firstStart(root, directory);
    removeLeftCopies(directory);
    refuseMismatch(root, directory, readManifest(manifestPath), knownPostgres);
    writeManifest(manifestPath, { postgres: postgresIn(directory), pglite: pgliteVersion() });
    return { directory, release };
  } catch (error) {
    release();
    throw error;
  }
}

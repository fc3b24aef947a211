import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { connectAdmin } from "../admin/client.js";
import { adminSocketPath, embeddedDirectory } from "../open-house.js";
import { type Check, fine, type Found, one, skip, type Verdict } from "./check.js";

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;
const PROBE = Buffer.alloc(MiB, 1);
const ENOUGH = 0.05;

/** Writes a file and takes it away again; gives the code of what went wrong. */
function writeTrial(folder: string): string | null {
  const path = join(folder, `.doctor-${process.pid}`);
  try {
    const file = openSync(path, "w", 0o600);
    try {
      writeSync(file, PROBE);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  } finally {
    rmSync(path, { force: true });
  }
}

function lookAt(folder: string): Verdict {
  const isThere = existsSync(folder);
  try {
    if (!isThere) mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    return one("folder-missing", `${folder}: ${(error as Error).message}`);
  }
  const trouble = writeTrial(folder);
  const { bavail, blocks, bsize } = statfsSync(folder);
  if (!isThere) rmSync(folder, { recursive: true });
  const free = bavail * bsize;
  const seen = `${folder}: ${free < GiB ? `${Math.floor(free / MiB)} MiB` : `${Math.floor(free / GiB)} GiB`} free`;
  if (trouble === "ENOSPC" || trouble === "EDQUOT") return one("disk-full", `${seen}, ${trouble}`);
  if (trouble !== null) return one("folder-read-only", `${folder}: ${trouble}`);
  const isLow = bavail / blocks < ENOUGH && free < 5 * GiB;
  const found: readonly Found[] = isLow || free < 256 * MiB ? [{ cause: "disk-low", detail: seen }] : [];
  return { found, note: seen };
}

/** The folder of the embedded database; that of PostgreSQL is looked after by PostgreSQL. */
export const diskCheck: Check = {
  name: "disk",
  about: "the data folder: there, writable, with room",
  needs: [],
  async run({ config }) {
    const folder = embeddedDirectory(config);
    return folder === null ? skip("the data are not in a folder of ours") : lookAt(folder);
  },
};

/** Whether the process that holds the folder is a server that answers. */
export const lockCheck: Check = {
  name: "lock",
  about: "who holds the data folder",
  needs: ["disk"],
  async run({ config }) {
    const socket = adminSocketPath(config);
    if (socket === null) return skip("the data are not in a folder of ours");
    const lock = join(dirname(socket), "pg.lock");
    const server = await connectAdmin(socket).catch(() => null);
    server?.destroy();
    if (server !== null) return fine("the running server");
    const holder = holderOf(lock);
    if (holder === null) return fine("nobody");
    return one("folder-locked", `process ${holder} (${lock})`);
  },
};

/** The process in a lock file, while it lives. */
function holderOf(path: string): number | null {
  try {
    const { pid } = JSON.parse(readFileSync(path, "utf8")) as { readonly pid: number };
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? 0 : null;
  }
}

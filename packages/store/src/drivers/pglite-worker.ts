import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { faultOf } from "../errors.js";
import { SyncingNodeFs } from "./pglite-files.js";
import { compilePostgres } from "./pglite-library.js";
import type { Ask, Start, Tell } from "./pglite-messages.js";

// The thread PGlite runs in: it answers one message after the other and keeps no state of its own.

const start = workerData as Start;
const files = start.directory === null ? undefined : new SyncingNodeFs(start.directory);

const settings = ["shared_buffers=16MB", "wal_buffers=1MB", "max_wal_size=64MB", "timezone=UTC", "datestyle=ISO"];

/** `-F` turns syncing off; fdatasync and open_datasync do nothing in this build, plain fsync reaches the hook. */
const startParams = [
  ...PGlite.defaultStartParams.filter((param) => files === undefined || param !== "-F"),
  ...[...settings, ...(files ? ["wal_sync_method=fsync"] : [])].flatMap((setting) => ["-c", setting]),
];

const tell = (message: Tell): void => parentPort?.postMessage(message);

async function open(): Promise<PGlite> {
  const seed = start.seed === null ? undefined : new Blob([readFileSync(start.seed)]);
  return PGlite.create({
    startParams,
    pgliteWasmModule: await compilePostgres(),
    ...(files ? { fs: files } : { dataDir: "memory://" }),
    ...(seed ? { loadDataDir: seed } : {}),
  });
}

/** Room for an answer that is kept for the next one. */
const ROOM = 64 * 1024;
let room = new Uint8Array(ROOM);
let filled = 0;

/** Keeps a piece of an answer, which is there only for the time of the call. */
function keep(piece: Uint8Array): void {
  if (filled + piece.length > room.length) {
    const larger = new Uint8Array(Math.max(filled + piece.length, 2 * room.length));
    larger.set(room.subarray(0, filled));
    room = larger;
  }
  room.set(piece, filled);
  filled += piece.length;
}

function kept(): Uint8Array {
  const whole = room.slice(0, filled);
  filled = 0;
  if (room.length > ROOM) room = new Uint8Array(ROOM);
  return whole;
}

async function act(db: PGlite, ask: Ask): Promise<Uint8Array> {
  if (ask === "close") await db.close();
  else await db.execProtocolRawStream(ask, { syncToFs: false, onRawData: keep });
  return kept();
}

async function reply(db: PGlite, ask: Ask): Promise<void> {
  try {
    const octets = await act(db, ask);
    tell({ octets, walBytes: files?.walBytes ?? 0 });
  } catch (error) {
    tell({ fault: faultOf(error) });
  }
}

async function pack(): Promise<void> {
  const db = await PGlite.create({ startParams, dataDir: "memory://" });
  await db.exec("checkpoint");
  const packed = await db.dumpDataDir("gzip");
  await db.close();
  tell({ packed: new Uint8Array(await packed.arrayBuffer()) });
}

async function serve(): Promise<void> {
  const db = await open();
  let last = Promise.resolve();
  parentPort?.on("message", (ask: Ask) => {
    last = last.then(() => reply(db, ask));
  });
  const { rows } = await db.query<{ v: string }>("select current_setting('server_version') as v");
  tell({ ready: true, version: rows[0]?.v ?? "" });
}

try {
  await (start.pack ? pack() : serve());
} catch (error) {
  tell({ failed: faultOf(error) });
}

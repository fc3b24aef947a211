import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { faultOf } from "../errors.js";
import { SyncingNodeFs } from "./pglite-files.js";
import type { Answer, Ask, Start, Tell } from "./pglite-messages.js";
import { makeStatements, type Statements, type Table } from "./pglite-statements.js";

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
    ...(files ? { fs: files } : { dataDir: "memory://" }),
    ...(seed ? { loadDataDir: seed } : {}),
  });
}

const nothing: Table = { columns: [], rows: [] };

type Result = Omit<Answer, "walBytes">;

async function act(db: PGlite, statements: Statements, ask: Ask): Promise<Result> {
  switch (ask.op) {
    case "query":
      return statements.run(ask.text, ask.values);
    case "script":
      await db.exec(ask.text);
      await statements.forget();
      return nothing;
    case "copy-out": {
      const { blob } = await db.query(`copy (${ask.query}) to '/dev/blob'`);
      return { ...nothing, octets: blob ? new Uint8Array(await blob.arrayBuffer()) : new Uint8Array() };
    }
    case "copy-in":
      await db.query(`copy ${ask.target} from '/dev/blob'`, [], { blob: new Blob([new Uint8Array(ask.octets)]) });
      return nothing;
    case "listen":
      await db.exec(`listen "${ask.channel.replaceAll('"', '""')}"`);
      return nothing;
    case "unlisten":
      await db.exec(`unlisten "${ask.channel.replaceAll('"', '""')}"`);
      return nothing;
    case "close":
      await db.close();
      return nothing;
  }
}

async function reply(db: PGlite, statements: Statements, ask: Ask): Promise<void> {
  try {
    const answer: Answer = { ...(await act(db, statements, ask)), walBytes: files?.walBytes ?? 0 };
    tell({ id: ask.id, answer });
  } catch (error) {
    tell({ id: ask.id, fault: faultOf(error) });
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
  const statements = makeStatements(db);
  db.onNotification((channel, payload) => tell({ channel, payload }));
  let last = Promise.resolve();
  parentPort?.on("message", (ask: Ask) => {
    last = last.then(() => reply(db, statements, ask));
  });
  const { rows } = await db.query<{ v: string }>("select current_setting('server_version') as v");
  tell({ ready: true, version: rows[0]?.v ?? "" });
}

try {
  await (start.pack ? pack() : serve());
} catch (error) {
  tell({ failed: faultOf(error) });
}

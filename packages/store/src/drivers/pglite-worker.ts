import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite, type Results } from "@electric-sql/pglite";
import { faultOf } from "../errors.js";
import { SyncingNodeFs } from "./pglite-files.js";
import type { Answer, Ask, Start, Tell } from "./pglite-messages.js";
import type { Wire } from "./values.js";

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
  const db = await PGlite.create({
    startParams,
    ...(files ? { fs: files } : { dataDir: "memory://" }),
    ...(seed ? { loadDataDir: seed } : {}),
  });
  // Values cross as the server prints them and are read once, on the other side, as those of PostgreSQL are.
  const plain = (value: unknown) => value as string;
  for (const table of [db.parsers, db.serializers]) for (const oid of Object.keys(table)) table[oid] = plain;
  return db;
}

const answerOf = (result: Results | undefined): Answer => ({
  columns: (result?.fields ?? []).map(({ name, dataTypeID }) => [name, dataTypeID] as const),
  // Rows come as arrays of text because of `rowMode` and the parsers above.
  rows: (result?.rows ?? []) as unknown as readonly (readonly Wire[])[],
  walBytes: files?.walBytes ?? 0,
});

async function act(db: PGlite, ask: Ask): Promise<Answer> {
  switch (ask.op) {
    case "query":
      return answerOf(await db.query(ask.text, [...ask.values], { rowMode: "array" }));
    case "script":
      await db.exec(ask.text);
      return answerOf(undefined);
    case "listen":
      await db.exec(`listen "${ask.channel.replaceAll('"', '""')}"`);
      return answerOf(undefined);
    case "unlisten":
      await db.exec(`unlisten "${ask.channel.replaceAll('"', '""')}"`);
      return answerOf(undefined);
    case "close":
      await db.close();
      return answerOf(undefined);
  }
}

async function reply(db: PGlite, ask: Ask): Promise<void> {
  try {
    tell({ id: ask.id, answer: await act(db, ask) });
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
  db.onNotification((channel, payload) => tell({ channel, payload }));
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

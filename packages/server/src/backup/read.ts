import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { CopyHeader, CopySink } from "@kalends/store";
import { AdminError } from "../admin/command.js";
import {
  type EndLine,
  type FirstLine,
  FORMAT,
  FORMAT_VERSION,
  type LastLine,
  LINE_LIMIT,
  type SegmentLine,
  SEGMENT_LIMIT,
} from "./format.js";
import { type Pieces, piecesOf } from "./pieces.js";

const damaged = (how: string): AdminError => new AdminError(`the backup is damaged: ${how}`);

const sha256 = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");

function parsed<T>(octets: Uint8Array): T {
  try {
    return JSON.parse(Buffer.from(octets).toString("utf8")) as T;
  } catch {
    throw damaged("a line of it cannot be read");
  }
}

/** Reads a backup and sends what is in it to a sink. Throws `AdminError` where it is no backup, of a newer format, cut short or changed. */
export async function readBackup(source: AsyncIterable<Uint8Array>, sink: CopySink): Promise<void> {
  const gunzip = createGunzip({ chunkSize: 2 ** 17 });
  const input = Readable.from(source);
  input.on("error", (error) => gunzip.destroy(error));
  try {
    await readPieces(piecesOf(input.pipe(gunzip)), sink);
  } catch (error) {
    const { code = "" } = error as { readonly code?: string };
    if (code === "Z_BUF_ERROR") throw damaged("it is cut short");
    if (/^Z_/.test(code)) throw damaged("it cannot be unpacked");
    throw error;
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

async function readPieces(pieces: Pieces, sink: CopySink): Promise<void> {
  const whole = createHash("sha256");
  const first = await pieces.line(LINE_LIMIT).catch((error: { readonly code?: string }) => {
    if (error.code === "Z_DATA_ERROR") throw new AdminError("this is no backup of Kalends");
    throw error;
  });
  const header = headerOf(first);
  whole.update(first ?? "");
  await sink.begin(header);
  for (;;) {
    const line = await next(pieces);
    whole.update(line);
    const told = parsed<SegmentLine | EndLine>(line);
    if (!("end" in told)) {
      whole.update(await segment(told, pieces, sink));
      continue;
    }
    const { sha256: wanted } = parsed<LastLine>(await next(pieces));
    if (wanted !== whole.digest("hex")) throw damaged("its checksum is not the one it was written with");
    if ((await pieces.line(LINE_LIMIT)) !== null) throw damaged("something follows its end");
    return sink.end(told.end);
  }
}

async function next(pieces: Pieces): Promise<Uint8Array> {
  const line = await pieces.line(LINE_LIMIT);
  if (line === null) throw damaged("it is cut short");
  return line;
}

async function segment(told: SegmentLine, pieces: Pieces, sink: CopySink): Promise<Uint8Array> {
  if (!Number.isSafeInteger(told.octets) || told.octets < 0 || told.octets > SEGMENT_LIMIT) {
    throw damaged("a portion of it has no length");
  }
  const octets = await pieces.octets(told.octets);
  if (octets === null) throw damaged("it is cut short");
  if (sha256(octets) !== told.sha256) throw damaged(`rows of the table "${told.table}" have changed`);
  await sink.segment({ table: told.table, rows: told.rows, octets });
  return octets;
}

function headerOf(first: Uint8Array | null): CopyHeader {
  const text = Buffer.from(first ?? []).toString("utf8");
  if (!text.startsWith(`{"format":"${FORMAT}"`)) throw new AdminError("this is no backup of Kalends");
  const { format: _, made: __, version, ...header } = parsed<FirstLine>(Buffer.from(text));
  if (version !== FORMAT_VERSION) {
    throw new AdminError(
      `the backup has format ${version}, and this program reads ${FORMAT_VERSION}: use a newer program`,
    );
  }
  return header;
}

import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";

const block = 512;

const field = (header: Uint8Array, from: number, length: number): string =>
  Buffer.from(header.subarray(from, from + length))
    .toString("latin1")
    .replace(/\0.*$/s, "");

function inside(root: string, name: string): string {
  const path = normalize(join(root, name));
  if (path !== normalize(root) && !path.startsWith(normalize(root) + sep))
    throw new Error(`leaves the archive: ${name}`);
  return path;
}

function writeSynced(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, "wx", 0o600);
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes a directory's entries last through a loss of power. */
export function syncDirectory(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Takes exact numbers of bytes from a stream; fewer only at its end. */
function makeTaker(stream: AsyncIterable<Uint8Array>): (length: number) => Promise<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  return async (length) => {
    const parts: Uint8Array[] = [];
    let missing = length;
    while (missing > 0) {
      if (rest.length === 0) {
        const next = await chunks.next();
        if (next.done) break;
        rest = next.value;
      }
      const part = rest.subarray(0, missing);
      rest = rest.subarray(part.length);
      missing -= part.length;
      parts.push(part);
    }
    return Buffer.concat(parts);
  };
}

/**
 * Unpacks a plain tar archive (files and directories, as the packed data directory holds them) with private modes;
 * every file and directory is on the disk when it returns. Only one file at a time is held in memory.
 */
export async function unpackSynced(archive: AsyncIterable<Uint8Array>, root: string): Promise<void> {
  const take = makeTaker(archive);
  const folders = new Set([root]);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  for (;;) {
    const header = await take(block);
    const name = field(header, 345, 155) + field(header, 0, 100);
    if (name === "") break;
    const size = Number.parseInt(field(header, 124, 12).trim() || "0", 8);
    const isFolder = field(header, 156, 1) === "5";
    const path = inside(root, name);
    const folder = isFolder ? path : dirname(path);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    folders.add(folder);
    const padded = await take(Math.ceil(size / block) * block);
    if (!isFolder) writeSynced(path, padded.subarray(0, size));
  }
  for (const folder of folders) syncDirectory(folder);
}

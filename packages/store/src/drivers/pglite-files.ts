import { closeSync, fdatasyncSync, fsyncSync, openSync } from "node:fs";
import { NodeFS } from "@electric-sql/pglite/nodefs";

/** The few parts of the WebAssembly module's file layer used here; PGlite's own types leave them out. */
interface FileStream {
  readonly nfd?: number;
  readonly node: unknown;
  readonly path?: string;
}
type Write = (stream: FileStream, buffer: unknown, offset: number, length: number, position: number) => number;
interface NodeFiles {
  readonly realPath: (node: unknown) => string;
  readonly stream_ops: { fsync?: (stream: FileStream) => number; write: Write };
}

type Init = NodeFS["init"];

function syncDirectory(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** PGlite's files on disk with every sync the database asks for really made; PGlite itself leaves them out (all). */
export class SyncingNodeFs extends NodeFS {
  walBytes = 0;

  override async init(...args: Parameters<Init>): ReturnType<Init> {
    const made = await super.init(...args);
    made.emscriptenOpts.preRun?.push((module: unknown) => {
      this.hook((module as { readonly NODEFS: NodeFiles }).NODEFS);
    });
    return made;
  }

  private hook(files: NodeFiles): void {
    const write = files.stream_ops.write;
    files.stream_ops.fsync = (stream) => {
      if (stream.nfd === undefined) syncDirectory(files.realPath(stream.node));
      else fdatasyncSync(stream.nfd);
      return 0;
    };
    files.stream_ops.write = (stream, buffer, offset, length, position) => {
      if (stream.path?.includes("/pg_wal/")) this.walBytes += length;
      return write(stream, buffer, offset, length, position);
    };
  }
}

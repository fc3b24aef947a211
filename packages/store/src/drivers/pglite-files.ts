import { fdatasyncSync } from "node:fs";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import { syncDirectory } from "./tar.js";

/** The few parts of the WebAssembly module's file layer used here; PGlite's own types leave them out. */
interface FileStream {
  readonly nfd?: number;
  readonly node: unknown;
  readonly path?: string;
}
type Write = (stream: FileStream, buffer: unknown, offset: number, length: number, position: number) => number;
type SetAttributes = (node: unknown, attributes: { readonly mode?: number }) => void;
type MakeNode = (parent: unknown, name: string, mode: number, device: number) => unknown;
interface NodeFiles {
  readonly realPath: (node: unknown) => string;
  readonly node_ops: { mknod: MakeNode; setattr: SetAttributes };
  readonly stream_ops: { fsync?: (stream: FileStream) => number; write: Write };
}

type Init = NodeFS["init"];

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
    const { write } = files.stream_ops;
    const { mknod, setattr } = files.node_ops;
    // Private modes; a umask cannot be set in a thread.
    files.node_ops.mknod = (parent, name, mode, device) => mknod(parent, name, mode & ~0o077, device);
    files.node_ops.setattr = (node, attributes) =>
      setattr(node, attributes.mode === undefined ? attributes : { ...attributes, mode: attributes.mode & ~0o077 });
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

import { once } from "node:events";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AdminError, type Output } from "../admin/command.js";

/** Where a command writes: a file that has its name only once it is whole, or standard output. */
export interface OutputFile {
  readonly out: Output;
  /** Puts the file in its place, after it has reached the disk. */
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

const told = (path: string, error: unknown): AdminError =>
  new AdminError(`cannot write ${path}: ${(error as Error).message}`);

/** Opens `path` for writing, readable by nobody else; `-` is standard output. Throws `AdminError`. */
export async function openOutput(path: string): Promise<OutputFile> {
  if (path === "-") return standardOutput();
  const folder = dirname(path);
  const part = join(folder, `.${basename(path)}.${process.pid}.part`);
  const file = await open(part, "wx", 0o600).catch((error: unknown) => {
    throw told(path, error);
  });
  return {
    async out(octets) {
      await file.write(octets).catch((error: unknown) => {
        throw told(path, error);
      });
    },
    async finish() {
      await file.sync();
      await file.close();
      await rename(part, path);
      const around = await open(folder);
      await around.sync().finally(() => around.close());
    },
    async discard() {
      await file.close().catch(() => undefined);
      await rm(part, { force: true });
    },
  };
}

/** Writes to standard output, as fast as it is taken. A reader that leaves ends the program. */
export const toStandardOutput: Output = async (octets) => {
  if (!process.stdout.write(octets)) await once(process.stdout, "drain");
};

function standardOutput(): OutputFile {
  if (process.stdout.isTTY)
    throw new AdminError("standard output is a terminal; name a file, or pipe it into a program");
  // Until all of it is written: a reader that leaves has only a part.
  const before = process.exitCode;
  process.exitCode = 1;
  return {
    out: toStandardOutput,
    async finish() {
      process.exitCode = before;
    },
    discard: async () => undefined,
  };
}

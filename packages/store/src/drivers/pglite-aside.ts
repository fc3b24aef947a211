import { constants, readdirSync, rmSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

let copies = 0;

const MARK = ".aside-";

/** Where a copy of a data directory goes: beside it, under a name nobody else uses. */
export const asideOf = (directory: string): string => `${directory}${MARK}${(copies += 1)}`;

/** Copies a data directory; where the file system can, without copying what is in the files. */
export const copyFiles = (from: string, to: string): Promise<void> =>
  cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE });

export const removeFiles = (directory: string): Promise<void> => rm(directory, { recursive: true, force: true });

/** Removes the copies that a process left behind which ended in the middle. */
export function removeLeftCopies(directory: string): void {
  const folder = dirname(directory);
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`${basename(directory)}${MARK}`)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

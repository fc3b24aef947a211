import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AdminError } from "../../admin/command.js";
import type { ImportItem } from "../../admin/commands/import.js";

/** Names in a folder, sorted. Throws `AdminError` where it cannot be read. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    throw new AdminError(`cannot read the folder ${folder}: ${(error as Error).message}`);
  }
}

/** Folders inside a folder, hidden ones left out. */
export async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => {
    throw new AdminError(`cannot read the folder ${folder}: ${error.message}`);
  });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .sort();
}

/** The text of a file, or undefined when there is none. */
export async function textIn(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new AdminError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

export const isCalendarFile = (name: string): boolean => /\.ics$/i.test(name) && !name.startsWith(".");

/** The .ics files of a folder, one after the other. */
export async function* calendarFiles(folder: string, names: readonly string[]): AsyncGenerator<ImportItem> {
  for (const name of names) {
    const text = await textIn(join(folder, name));
    if (text !== undefined) yield { name, text };
  }
}

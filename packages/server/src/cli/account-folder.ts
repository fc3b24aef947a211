import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AdminError } from "../admin/command.js";
import type { AccountDescription, CalendarDescription } from "../admin/commands/account.js";
import type { Exported } from "../admin/commands/export.js";
import { openOutput } from "./output-file.js";
import type { Administrator } from "./session.js";

export const ACCOUNT_FILE = "account.json";
export const FOLDER_FORMAT = 1;

/** What stands in `account.json` beside the .ics files. */
export interface FolderFile {
  readonly format: typeof FOLDER_FORMAT;
  readonly account: AccountDescription["account"];
  readonly calendars: readonly (CalendarDescription & { readonly file: string })[];
}

export interface FolderReport {
  readonly calendars: readonly { readonly name: string; readonly file: string; readonly objects: number }[];
}

/** Writes all calendars of an account into a new or empty folder: an .ics file each, and `account.json`, which comes last. */
export async function writeAccountFolder(
  account: string,
  folder: string,
  administrator: Administrator,
  progress: (done: number, total: number) => void,
): Promise<FolderReport> {
  const described = (await administrator({ command: "account.describe", args: { account } })) as AccountDescription;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new AdminError(`${folder} is not empty; name a new folder`);
  const calendars: FolderFile["calendars"][number][] = [];
  const report: FolderReport["calendars"][number][] = [];
  progress(0, described.calendars.length);
  for (const calendar of described.calendars) {
    const { name } = calendar;
    const file = `${encodeURIComponent(name)}.ics`;
    const request = { command: "export", args: { mailbox: `${account}/${name}` } };
    const { objects } = await intoFile(
      join(folder, file),
      (out) => administrator(request, undefined, out) as Promise<Exported>,
    );
    calendars.push({ file, ...calendar });
    report.push({ name, file, objects });
    progress(calendars.length, described.calendars.length);
  }
  const told: FolderFile = { format: FOLDER_FORMAT, account: described.account, calendars };
  await writeFile(join(folder, ACCOUNT_FILE), `${JSON.stringify(told, null, 2)}\n`, { mode: 0o600 });
  return { calendars: report };
}

/** Lets `work` write a file, which is there only when it is whole. */
export async function intoFile<R>(
  path: string,
  work: (out: (octets: Uint8Array) => Promise<void>) => Promise<R>,
): Promise<R> {
  const output = await openOutput(path);
  try {
    const result = await work(output.out);
    await output.finish();
    return result;
  } catch (error) {
    await output.discard();
    throw error;
  }
}

import { basename, join } from "node:path";
import { AdminError } from "../../admin/command.js";
import { calendarFiles, foldersIn, isCalendarFile, namesIn, textIn } from "./folder-files.js";
import { addressable, plainCalendar, type Source, type SourceCalendar } from "./source.js";

/** Lines `name = value` of one section of a settings file; names in lower case. */
export function sectionOf(text: string, section: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let here = "";
  for (const line of text.split(/\r?\n/)) {
    const [, heading] = /^\s*\[([^\]"]+)(?:\s+"[^"]*")?\]/.exec(line) ?? [];
    if (heading !== undefined) here = heading.trim().toLowerCase();
    const [, name, value] = /^\s*([\w-]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (here === section && name !== undefined && value !== undefined) values.set(name.toLowerCase(), value);
  }
  return values;
}

/** Its own file in the folder, or older versions' section in the settings of git. */
async function settingsOf(folder: string): Promise<ReadonlyMap<string, string> | undefined> {
  const own = await textIn(join(folder, ".xandikos"));
  if (own !== undefined) return sectionOf(own, "default");
  const git = await textIn(join(folder, ".git", "config"));
  return git === undefined ? undefined : sectionOf(git, "xandikos");
}

async function calendarIn(folder: string): Promise<SourceCalendar | undefined> {
  const settings = await settingsOf(folder);
  const names = (await namesIn(folder)).filter(isCalendarFile);
  const type = settings?.get("type") ?? (settings && names.length > 0 ? "calendar" : undefined);
  if (type !== "calendar") return undefined;
  return {
    calendar: {
      ...plainCalendar(addressable(basename(folder))),
      displayName: settings?.get("displayname") ?? null,
      description: settings?.get("description") ?? null,
      color: settings?.get("color") ?? null,
    },
    count: names.length,
    items: () => calendarFiles(folder, names),
  };
}

/** How far below the place calendars are looked for: person, "calendars", calendar. */
const DEPTH = 3;

async function below(folder: string, depth: number): Promise<readonly SourceCalendar[]> {
  const one = await calendarIn(folder);
  if (one) return [one];
  if (depth === 0) return [];
  const found: SourceCalendar[] = [];
  for (const name of await foldersIn(folder)) found.push(...(await below(join(folder, name), depth - 1)));
  return found;
}

/** The folder of one person below Xandikos' directory, or one calendar in it. */
export const xandikos: Source = {
  kind: "xandikos",
  what: "the folder of a person below the directory of Xandikos (git with working files), or of one calendar",
  async calendars(place) {
    const calendars = await below(place, DEPTH);
    if (calendars.length > 0) return calendars;
    throw new AdminError(
      `no calendars of Xandikos in ${place}: name the folder of one person; a bare repository has to be cloned first`,
    );
  },
};

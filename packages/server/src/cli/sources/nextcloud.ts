import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AdminError } from "../../admin/command.js";
import { calendarFiles, isCalendarFile, namesIn, textIn } from "./folder-files.js";
import { addressable, plainCalendar, type Source, type SourceCalendar } from "./source.js";

/** A property of the calendar itself, before its first component; unfolded and without escapes. */
export function headProperty(text: string, name: string): string | null {
  const [head = ""] = text.slice(0, 16_384).split(/^BEGIN:V(?!CALENDAR)/m, 1);
  const unfolded = head.replace(/\r?\n[ \t]/g, "");
  const value = new RegExp(`^${name}(?:;[^:\\n]*)?:(.*?)\\r?$`, "im").exec(unfolded)?.[1];
  return value?.replace(/\\([\\;,])/g, "$1").replace(/\\n/gi, "\n") ?? null;
}

async function calendarOf(folder: string, file: string): Promise<SourceCalendar> {
  const text = (await textIn(join(folder, file))) ?? "";
  const displayName = headProperty(text, "X-WR-CALNAME") ?? headProperty(text, "NAME");
  const name = file.replace(/\.ics$/i, "").replace(/-\d{4}-\d\d-\d\d$/, "");
  return {
    calendar: {
      ...plainCalendar(addressable(name)),
      displayName,
      description: headProperty(text, "X-WR-CALDESC") ?? headProperty(text, "DESCRIPTION"),
      color: headProperty(text, "X-APPLE-CALENDAR-COLOR"),
    },
    count: 1,
    items: () => calendarFiles(folder, [file]),
  };
}

/** Calendars as Nextcloud and others export them: one file each, which knows its name and colour. */
export const nextcloud: Source = {
  kind: "nextcloud",
  what: "a folder of exported .ics files, one calendar each (Nextcloud, Apple Calendar, Google), or one such file",
  async calendars(place) {
    const found = await stat(place).catch((error: Error) => {
      throw new AdminError(`cannot read ${place}: ${error.message}`);
    });
    if (!found.isDirectory()) return [await calendarOf(dirname(place), basename(place))];
    const names = (await namesIn(place)).filter(isCalendarFile);
    if (names.length === 0) throw new AdminError(`there are no .ics files in ${place}`);
    return Promise.all(names.map((name) => calendarOf(place, name)));
  },
};

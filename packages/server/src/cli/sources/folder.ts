import { join } from "node:path";
import { AdminError } from "../../admin/command.js";
import { ACCOUNT_FILE, FOLDER_FORMAT, type FolderFile } from "../account-folder.js";
import { calendarFiles, textIn } from "./folder-files.js";
import type { Source } from "./source.js";

/** What `kalends export --folder` wrote. */
export const folder: Source = {
  kind: "folder",
  what: "a folder that kalends export --folder wrote: names, colours and rights as well",
  async calendars(place) {
    const text = await textIn(join(place, ACCOUNT_FILE));
    if (text === undefined)
      throw new AdminError(`${place} has no ${ACCOUNT_FILE}: it is no folder of kalends export --folder`);
    const told = JSON.parse(text) as FolderFile;
    if (told.format !== FOLDER_FORMAT) {
      throw new AdminError(
        `${join(place, ACCOUNT_FILE)} has format ${told.format}, and this program reads ${FOLDER_FORMAT}`,
      );
    }
    return told.calendars.map(({ file, ...calendar }) => ({
      calendar,
      count: 1,
      items: () => calendarFiles(place, [file]),
    }));
  },
};

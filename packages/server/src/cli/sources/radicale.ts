import { basename, join } from "node:path";
import { AdminError } from "../../admin/command.js";
import { calendarFiles, foldersIn, isCalendarFile, namesIn, textIn } from "./folder-files.js";
import { addressable, plainCalendar, type Source, type SourceCalendar } from "./source.js";

/** What Radicale keeps of a collection besides its files. */
type Props = Readonly<Record<string, string | undefined>>;

async function calendarIn(folder: string): Promise<SourceCalendar | undefined> {
  const text = await textIn(join(folder, ".Radicale.props"));
  if (text === undefined) return undefined;
  const props = JSON.parse(text) as Props;
  if (props.tag !== "VCALENDAR") return undefined;
  const names = (await namesIn(folder)).filter(isCalendarFile);
  return {
    calendar: {
      ...plainCalendar(addressable(basename(folder))),
      components: (props["C:supported-calendar-component-set"] ?? "")
        .split(",")
        .filter((each) => /^V(EVENT|TODO|JOURNAL)$/.test(each)),
      displayName: props["D:displayname"] ?? null,
      description: props["C:calendar-description"] ?? null,
      color: props["ICAL:calendar-color"] ?? null,
      timezone: props["C:calendar-timezone"] ?? null,
    },
    count: names.length,
    items: () => calendarFiles(folder, names),
  };
}

/** The folder of one person in Radicale's storage, or one calendar in it; address books are left out. */
export const radicale: Source = {
  kind: "radicale",
  what: "the folder of a person in the storage of Radicale (…/collections/collection-root/ann), or of one calendar",
  async calendars(place) {
    const one = await calendarIn(place);
    if (one) return [one];
    const found = await Promise.all((await foldersIn(place)).map((name) => calendarIn(join(place, name))));
    const calendars = found.filter((each) => each !== undefined);
    if (calendars.length > 0) return calendars;
    throw new AdminError(
      `no calendars of Radicale in ${place}: name the folder of one person, for example /var/lib/radicale/collections/collection-root/ann`,
    );
  },
};

import type { CalendarDescription } from "../../admin/commands/account.js";
import type { ImportItem } from "../../admin/commands/import.js";

/** A calendar of another server, or of a folder. */
export interface SourceCalendar {
  readonly calendar: CalendarDescription;
  /** How many items there are, where that is known before they are read. */
  readonly count: number | null;
  /** Its objects, or files with many of them; read when asked for. */
  items(): AsyncIterable<ImportItem>;
}

export interface SourceOptions {
  /** Whose calendars, where a source has those of several people. */
  readonly user: string | undefined;
  /** A password was handed over, in a file or on standard input. */
  readonly passwordGiven: boolean;
  /** The one handed over, or what is typed when asked; it is never in the arguments. */
  readonly password: () => Promise<string>;
}

/** A kind of place that calendars come from. */
export interface Source {
  readonly kind: string;
  /** What it is, for the list of kinds. */
  readonly what: string;
  /** Finds the calendars at a place. Throws `AdminError` saying what was expected there. */
  readonly calendars: (place: string, options: SourceOptions) => Promise<readonly SourceCalendar[]>;
}

/** A calendar of which nothing is known but its name. */
export const plainCalendar = (name: string): CalendarDescription => ({
  name,
  components: [],
  displayName: null,
  description: null,
  color: null,
  timezone: null,
  properties: {},
  unknownProperties: {},
  rights: [],
});

/** A name that can stand in an address; what cannot is left out. */
export const addressable = (name: string): string =>
  name
    .replace(/[\u0000-\u001f\u007f]/g, "")
    .replaceAll("/", "-")
    .replace(/^[~.]+/, "")
    .trim() || "Calendar";

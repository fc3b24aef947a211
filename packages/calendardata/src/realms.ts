import { calendarsNames, icalNames, type NamesOf, plainNames } from "./realm-names.js";

/** One address space in which a calendar is one file. */
export interface Realm {
  /** Path prefix, with both slashes. */
  readonly path: string;
  /** The mailbox that names behind the prefix speak of. */
  readonly names: NamesOf;
  /** What PUT does with the items that are there already: leave them, or remove those the file does not have. */
  readonly put: "append" | "replace";
  /** A replacing PUT is merged with what others changed since its sender last had the file. */
  readonly merges: boolean;
  /** Component types that GET gives, and that a replacing PUT removes. */
  readonly components: readonly string[];
  /** GET is a feed (METHOD:PUBLISH), or the last upload for its owner; PUT publishes what it creates; DELETE withdraws it. */
  readonly publishes: boolean;
}

const EVENTS_AND_TASKS = Object.freeze(["VEVENT", "VTODO"]);

/**
 * All whole-file realms. CommuniGate Pro's two: every event and task of a mailbox; the second replaces what is there.
 * Both do what they say: its "virtual DELETE, then PUT" leaves nothing to merge. MailEnable's hosted files. The paths of Kerio and Axigen, where tasks are not published.
 */
export const realms: readonly Realm[] = Object.freeze([
  {
    path: "/CalendarData/",
    names: plainNames,
    put: "append",
    merges: false,
    components: EVENTS_AND_TASKS,
    publishes: false,
  },
  {
    path: "/CalendarDataDel/",
    names: plainNames,
    put: "replace",
    merges: false,
    components: EVENTS_AND_TASKS,
    publishes: false,
  },
  {
    path: "/calendars/",
    names: calendarsNames,
    put: "replace",
    merges: true,
    components: EVENTS_AND_TASKS,
    publishes: true,
  },
  { path: "/ical/", names: icalNames, put: "replace", merges: true, components: ["VEVENT"], publishes: true },
]);

/** The realm a raw request path lies in; the prefix itself also without its final slash. */
export const realmOf = (path: string): Realm | undefined =>
  realms.find((realm) => path.startsWith(realm.path) || `${path}/` === realm.path);

export const isWholeFilePath = (path: string): boolean => realmOf(path) !== undefined;

/** `DeleteAll=1`, its name in any case, makes any PUT replace; other values mean nothing. */
export const wantsAllDeleted = (query: URLSearchParams): boolean =>
  [...query].some(([name, value]) => name.toLowerCase() === "deleteall" && value === "1");

/** True when a PUT to this realm also removes what its file does not have. */
export const replaces = (realm: Realm, query: URLSearchParams): boolean =>
  realm.put === "replace" || wantsAllDeleted(query);

/** One address space in which a calendar is one file. */
export interface Realm {
  /** Path prefix, with both slashes. */
  readonly path: string;
  /** What PUT does with the items that are there already: leave them, or remove those the file does not have. */
  readonly put: "append" | "replace";
  /** Component types that belong to the file. */
  readonly components: readonly string[];
}

const EVENTS_AND_TASKS = Object.freeze(["VEVENT", "VTODO"]);

/** All whole-file realms. CommuniGate Pro's two: every event and task of a mailbox; the second replaces what is there. */
export const realms: readonly Realm[] = Object.freeze([
  { path: "/CalendarData/", put: "append", components: EVENTS_AND_TASKS },
  { path: "/CalendarDataDel/", put: "replace", components: EVENTS_AND_TASKS },
]);

/** The realm a raw request path lies in; the prefix itself also without its final slash. */
export const realmOf = (path: string): Realm | undefined =>
  realms.find((realm) => path.startsWith(realm.path) || `${path}/` === realm.path);

export const isWholeFilePath = (path: string): boolean => realmOf(path) !== undefined;

/** `DeleteAll=1`, its name in any case, makes any PUT replace; other values mean nothing. */
const wantsAllDeleted = (query: URLSearchParams): boolean =>
  [...query].some(([name, value]) => name.toLowerCase() === "deleteall" && value === "1");

/** True when a PUT to this realm also removes what its file does not have. */
export const replaces = (realm: Realm, query: URLSearchParams): boolean =>
  realm.put === "replace" || wantsAllDeleted(query);

/** One address space in which a calendar is one file. */
export interface Realm {
  /** Path prefix, with both slashes. */
  readonly path: string;
  /** What PUT does with the items that are there already. */
  readonly put: "append";
  /** Component types that belong to the file. */
  readonly components: readonly string[];
}

/** All whole-file realms. CommuniGate Pro's `/CalendarData/`: every event and task of a mailbox, PUT adds. */
export const realms: readonly Realm[] = Object.freeze([
  { path: "/CalendarData/", put: "append", components: ["VEVENT", "VTODO"] },
]);

/** The realm a raw request path lies in; the prefix itself also without its final slash. */
export const realmOf = (path: string): Realm | undefined =>
  realms.find((realm) => path.startsWith(realm.path) || `${path}/` === realm.path);

export const isWholeFilePath = (path: string): boolean => realmOf(path) !== undefined;

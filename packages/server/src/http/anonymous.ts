import type { Reply } from "@kalends/dav-core";

/** An address space that can be read without signing in, and by which verbs. */
interface OpenRealm {
  readonly path: string;
  readonly verbs: readonly string[];
  /** Its own levels say what everybody may do (published calendars); the setting is about entries for `anonymous`. */
  readonly hasLevels?: true;
}

/**
 * Where entries for `anonymous` count, once the setting of that name is on. What is not listed always asks for a password;
 * nothing is ever written without one, save what a publishing level of `full` permits.
 */
const OPEN_REALMS: readonly OpenRealm[] = Object.freeze([
  { path: "/CalDAV/", verbs: ["GET", "HEAD", "PROPFIND", "REPORT"] },
  { path: "/CalendarData/", verbs: ["GET", "HEAD"] },
  { path: "/calendars/", verbs: ["GET", "HEAD", "PROPFIND", "PUT", "DELETE"], hasLevels: true },
  { path: "/ical/", verbs: ["GET", "HEAD", "PROPFIND", "PUT", "DELETE"], hasLevels: true },
]);

/** True where a request without credentials is looked at instead of challenged at once; OPTIONS says nothing of anybody. */
export const isOpen = (verb: string, path: string, { anonymous }: { readonly anonymous: boolean }): boolean =>
  verb === "OPTIONS" ||
  OPEN_REALMS.some(
    ({ path: root, verbs, hasLevels = anonymous }) => hasLevels && path.startsWith(root) && verbs.includes(verb),
  );

const DIFFERENT_BY_SIGN_IN: ReadonlySet<number> = new Set([401, 403, 404, 405, 409, 501]);

/** True for an answer that might be another one for somebody: it becomes 401, and tells nothing of what is there. */
export const mayDiffer = ({ status }: Reply): boolean => DIFFERENT_BY_SIGN_IN.has(status);

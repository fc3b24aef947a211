import { dav } from "@kalends/dav-xml";
import { mkcalendarBody, multigetBody, propfindBody, proppatchBody, queryBody, syncBody } from "../client/bodies.js";
import type { DavRequest } from "../client/connection.js";
import { eventText } from "../generators/text.js";
import { DOMAIN } from "../server.js";
import type { Scene } from "./stage.js";

/** What one action sends. */
export interface Sent extends DavRequest {
  readonly verb: string;
  readonly path: string;
}

export type Request = (scene: Scene) => Sent;

const ICS = { "Content-Type": "text/calendar; charset=utf-8" };
const XML = { "Content-Type": "application/xml; charset=utf-8" };
const NAMES = [dav("getetag"), dav("resourcetype")];
const LOCK = `<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>`;
const BUSY = `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260301T000000Z" end="20260302T000000Z"/></C:free-busy-query>`;
const ACL = `<D:acl xmlns:D="DAV:"><D:ace><D:principal><D:authenticated/></D:principal><D:grant><D:privilege><D:read/></D:privilege></D:grant></D:ace></D:acl>`;

/** How a foreign mailbox is named in each realm of whole files, with its prefix. */
const WHOLE_PATHS = {
  "/CalendarData/": ({ file }: Scene) => `/CalendarData/~${file}`,
  "/CalendarDataDel/": ({ file }: Scene) => `/CalendarDataDel/~${file}`,
  "/calendars/": ({ file }: Scene) => `/calendars/${file.replace("/", `@${DOMAIN}/`)}`,
  "/ical/": ({ file }: Scene) => `/ical/~${file}`,
} as const;

export type WholeRealm = keyof typeof WHOLE_PATHS;
export const WHOLE_REALMS = Object.freeze(Object.keys(WHOLE_PATHS)) as readonly WholeRealm[];

type AtFile = (path: string, scene: Scene) => Sent;

const putFile = (path: string): Sent => ({ verb: "PUT", path, headers: ICS, body: eventText("new") });
const xmlAt =
  (verb: string, body: string): AtFile =>
  (path) => ({ verb, path, headers: { ...XML, Depth: "1" }, body });

/** Every action on a whole file. */
const WHOLE_ACTIONS: Readonly<Record<string, AtFile>> = {
  GET: (path) => ({ verb: "GET", path }),
  HEAD: (path) => ({ verb: "HEAD", path }),
  PUT: putFile,
  "PUT DeleteAll": (path) => putFile(`${path}?DeleteAll=1`),
  "PUT to Del realm": (_, scene) => putFile(WHOLE_PATHS["/CalendarDataDel/"](scene)),
  DELETE: (path) => ({ verb: "DELETE", path }),
  PROPFIND: xmlAt("PROPFIND", propfindBody(NAMES)),
  "calendar-query": xmlAt("REPORT", queryBody("VEVENT", null, NAMES)),
};

/** An action of the matrix of a realm, as `bob` does it. */
export const wholeRequest =
  (realm: WholeRealm, action: string): Request =>
  (scene) => {
    const send = WHOLE_ACTIONS[action];
    if (!send) throw new Error(`nothing is known of ${action}`);
    return send(WHOLE_PATHS[realm](scene), scene);
  };

const xml =
  (verb: string, body: string, depth: string): Request =>
  ({ calendar }) => ({ verb, path: calendar, headers: { ...XML, Depth: depth }, body });

const put =
  (name: string, text: string): Request =>
  ({ calendar }) => ({ verb: "PUT", path: calendar + name, headers: ICS, body: text });

const transferOut =
  (verb: string): Request =>
  ({ calendar, out }) => ({ verb, path: `${calendar}a.ics`, headers: { Destination: `${out}out.ics` } });

const transferIn =
  (verb: string, own: "same" | "other", name: string): Request =>
  (scene) => ({ verb, path: scene.own[own], headers: { Destination: scene.calendar + name } });

const onto =
  (verb: string): Request =>
  ({ calendar, out }) => ({ verb, path: out, headers: { Destination: calendar } });

const lock =
  (name: string): Request =>
  ({ calendar }) => ({ verb: "LOCK", path: calendar + name, headers: { ...XML, Depth: "0" }, body: LOCK });

/** Every action of the DAV matrices, as `bob` does it. */
export const REQUESTS: Readonly<Record<string, Request>> = {
  PROPFIND: xml("PROPFIND", propfindBody(NAMES), "1"),
  "calendar-query": xml("REPORT", queryBody("VEVENT", null, NAMES), "1"),
  GET: ({ calendar }) => ({ verb: "GET", path: `${calendar}a.ics` }),
  "PUT new": put("new.ics", eventText("new")),
  "PUT over": put("a.ics", eventText("a", { summary: "Other" })),
  DELETE: ({ calendar }) => ({ verb: "DELETE", path: `${calendar}a.ics` }),
  "COPY out": transferOut("COPY"),
  "COPY in": transferIn("COPY", "other", "in.ics"),
  "COPY over": transferIn("COPY", "same", "a.ics"),
  "MOVE out": transferOut("MOVE"),
  "MOVE in": transferIn("MOVE", "other", "in.ics"),
  "MOVE over": transferIn("MOVE", "same", "a.ics"),
  LOCK: lock("a.ics"),
  "LOCK new": lock("locked.ics"),
  "LOCK calendar": lock(""),
  PROPPATCH: xml("PROPPATCH", proppatchBody({ [dav("displayname")]: "Ours" }), "0"),
  "MKCALENDAR inside": ({ calendar }) => ({
    verb: "MKCALENDAR",
    path: `${calendar}Inner/`,
    headers: XML,
    body: mkcalendarBody({ [dav("displayname")]: "Inner" }),
  }),
  "DELETE calendar": ({ calendar }) => ({ verb: "DELETE", path: calendar }),
  "PROPFIND of itself": xml("PROPFIND", propfindBody([dav("current-user-privilege-set"), dav("sync-token")]), "0"),
  "sync-collection": xml("REPORT", syncBody("", NAMES), "0"),
  "calendar-multiget": (scene) =>
    xml("REPORT", multigetBody([`${scene.calendar}a.ics`, `${scene.calendar}z.ics`], NAMES), "1")(scene),
  "free-busy-query": xml("REPORT", BUSY, "1"),
  "POST add-member": ({ calendar }) => ({ verb: "POST", path: calendar, headers: ICS, body: eventText("new") }),
  ACL: xml("ACL", ACL, "0"),
  "PUT calendar": put("", eventText("new")),
  MKCALENDAR: ({ calendar }) => ({ verb: "MKCALENDAR", path: calendar }),
  MKCOL: ({ calendar }) => ({ verb: "MKCOL", path: calendar }),
  "COPY onto calendar": onto("COPY"),
  "MOVE onto calendar": onto("MOVE"),
  OPTIONS: ({ calendar }) => ({ verb: "OPTIONS", path: calendar }),
};

import { has, type Right, type RightsMask } from "@kalends/acl";
import { dav } from "@kalends/dav-xml";
import { propfindBody, queryBody, syncBody } from "../client/bodies.js";
import { eventText } from "../generators/text.js";
import type { OwnedCalendar, Sent } from "./rights-world.js";

/** One request about a calendar, and what it must answer by the rights that are held. */
export interface Question {
  readonly title: string;
  readonly realm: "dav" | "file";
  readonly send: (calendar: OwnedCalendar) => Sent;
  /** Rights that must all be held, besides Lookup. */
  readonly needs: readonly Right[];
  /** Taken instead of Lookup and `needs`, where all of one of these are enough. */
  readonly either?: readonly (readonly Right[])[];
  readonly done: number;
  /** Without Lookup. */
  readonly hidden: number;
  /** Somebody else can never do it, whatever he holds on the calendar alone. */
  readonly ownersOnly?: true;
}

/** No version of anything goes by this name: who may write hears 412, and nothing changes. */
const NEVER = { "if-match": '"never"', "content-type": "text/calendar" };
const BUSY = `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260301T000000Z" end="20260302T000000Z"/></C:free-busy-query>`;
const NAMES = [dav("getetag")];

const dir =
  (verb: string, name: string, body = "", headers: Readonly<Record<string, string>> = {}) =>
  ({ mailbox }: OwnedCalendar): Sent => ({ verb, path: `/CalDAV/${mailbox}/${name}`, headers, body });
const file =
  (verb: string, realm: string, headers: Readonly<Record<string, string>> = {}) =>
  ({ mailbox }: OwnedCalendar): Sent => ({ verb, path: `/${realm}/${mailbox}.ics`, headers, body: eventText("new") });
const reading = { done: 200, hidden: 404, needs: ["r"] } as const;
const listing = { done: 207, hidden: 404, needs: ["r"] } as const;
const writing = { done: 412, hidden: 404 } as const;
const making = { done: 412, hidden: 409 } as const;

/** What everybody may ask in every realm, by hand from the mapping of rights to verbs. */
export const QUESTIONS: readonly Question[] = [
  { title: "GET", realm: "dav", send: dir("GET", "a.ics"), ...reading },
  { title: "GET calendar", realm: "dav", send: dir("GET", ""), ...reading },
  {
    title: "PROPFIND",
    realm: "dav",
    send: dir("PROPFIND", "", propfindBody(NAMES), { depth: "0" }),
    ...listing,
    needs: [],
  },
  { title: "PROPFIND 1", realm: "dav", send: dir("PROPFIND", "", propfindBody(NAMES), { depth: "1" }), ...listing },
  {
    title: "calendar-query",
    realm: "dav",
    send: dir("REPORT", "", queryBody("VEVENT", null, NAMES), { depth: "1" }),
    ...listing,
  },
  { title: "sync-collection", realm: "dav", send: dir("REPORT", "", syncBody("", NAMES), { depth: "0" }), ...listing },
  {
    title: "free-busy-query",
    realm: "dav",
    send: dir("REPORT", "", BUSY, { depth: "1" }),
    needs: [],
    either: [["9"], ["l", "r"]],
    done: 200,
    hidden: 404,
  },
  { title: "PUT new", realm: "dav", send: dir("PUT", "new.ics", eventText("new"), NEVER), needs: ["i"], ...making },
  { title: "PUT over", realm: "dav", send: dir("PUT", "a.ics", eventText("a"), NEVER), needs: ["i", "d"], ...making },
  { title: "DELETE", realm: "dav", send: dir("DELETE", "a.ics", "", NEVER), needs: ["d"], ...writing },
  { title: "PROPPATCH", realm: "dav", send: dir("PROPPATCH", "", "", NEVER), needs: ["w"], ...writing },
  { title: "LOCK", realm: "dav", send: dir("LOCK", "a.ics", "", NEVER), needs: ["i", "d"], ...making },
  { title: "POST", realm: "dav", send: dir("POST", "", eventText("new"), NEVER), needs: ["i"], ...writing },
  {
    title: "DELETE calendar",
    realm: "dav",
    send: dir("DELETE", "", "", NEVER),
    needs: ["d"],
    ...writing,
    ownersOnly: true,
  },
  { title: "file GET", realm: "file", send: file("GET", "CalendarData"), ...reading },
  { title: "file PUT", realm: "file", send: file("PUT", "CalendarData", NEVER), needs: ["i"], ...writing },
  { title: "file replace", realm: "file", send: file("PUT", "CalendarDataDel", NEVER), needs: ["i", "d"], ...writing },
  { title: "file DELETE", realm: "file", send: file("DELETE", "CalendarData", NEVER), needs: ["d"], ...writing },
];

/** The status a question must get from somebody with these rights. */
export function statusFor(question: Question, rights: RightsMask, isOwner: boolean): number {
  const { either, needs, hidden, done, ownersOnly } = question;
  const all = (letters: readonly Right[]) => letters.every((letter) => has(rights, letter));
  if (either) return either.some(all) ? done : hidden;
  if (!has(rights, "l")) return hidden;
  if (ownersOnly && !isOwner) return 403;
  return all(needs) ? done : 403;
}

import { CALDAV_NS, cal, child, cs, dav, escapeText, ical } from "@kalends/dav-xml";
import { AdminError } from "../../admin/command.js";
import type { ImportItem } from "../../admin/commands/import.js";
import { componentNamesIn, type DavClient, davClient, type DavResponse, hrefIn } from "./dav-client.js";
import { addressable, plainCalendar, type Source, type SourceCalendar } from "./source.js";

const PRINCIPAL = dav("current-user-principal");
const HOME = cal("calendar-home-set");
const TYPE = dav("resourcetype");
const DESCRIBED = [
  TYPE,
  dav("displayname"),
  cal("calendar-description"),
  cal("calendar-timezone"),
  cal("supported-calendar-component-set"),
  ical("calendar-color"),
];

const isCalendar = (response: DavResponse): boolean => {
  const type = response.property(TYPE);
  return (
    type !== undefined && child(type, cal("calendar")) !== undefined && child(type, cs("subscribed")) === undefined
  );
};

/** Where the calendars of whoever signs in are, from whatever address he was given (RFC 6764 6, RFC 4791 6.2.1). */
async function homeFrom(place: string, client: DavClient): Promise<string> {
  const first = await client.propfind(place, "0", [PRINCIPAL, HOME]).catch((error: unknown) => {
    if (new URL(place).pathname !== "/") throw error;
    return undefined;
  });
  const wellKnown = new URL("/.well-known/caldav", place).href;
  const [told] = first ?? (await client.propfind(wellKnown, "0", [PRINCIPAL, HOME]));
  const home = hrefIn(told, HOME);
  if (home !== undefined) return home;
  const principal = hrefIn(told, PRINCIPAL);
  if (principal === undefined) return place;
  const [person] = await client.propfind(principal, "0", [HOME]);
  return hrefIn(person, HOME) ?? place;
}

const text = (response: DavResponse, name: Parameters<DavResponse["property"]>[0]): string | null =>
  response.property(name)?.text.trim() || null;

const lastSegment = (url: string): string => {
  const segment =
    new URL(url).pathname
      .split("/")
      .filter((each) => each !== "")
      .at(-1) ?? "";
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** The objects of a calendar, by URL; collections in it and other files are left out. */
async function objectsIn(url: string, client: DavClient): Promise<readonly string[]> {
  const responses = await client.propfind(url, "1", [TYPE, dav("getcontenttype")]);
  const self = new URL(url).pathname.replace(/\/$/, "");
  return responses
    .filter((each) => new URL(each.url).pathname.replace(/\/$/, "") !== self)
    .filter((each) => !(each.property(TYPE)?.children ?? []).some(({ name }) => name === dav("collection")))
    .filter((each) => /calendar/i.test(text(each, dav("getcontenttype")) ?? "text/calendar"))
    .map((each) => each.url);
}

/** Objects asked for at once. */
const PORTION = 50;

const DATA = cal("calendar-data");

async function* itemsOf(url: string, objects: readonly string[], client: DavClient): AsyncGenerator<ImportItem> {
  let multiget = true;
  for (let from = 0; from < objects.length; from += PORTION) {
    const wanted = objects.slice(from, from + PORTION);
    const texts: Texts | undefined = multiget ? await multigetOf(url, wanted, client) : undefined;
    multiget = texts !== undefined;
    for (const each of wanted) {
      const found = texts?.get(new URL(each).pathname) ?? (await client.get(each));
      // What went meanwhile is not there any more; nobody misses it.
      if (found !== undefined) yield { name: lastSegment(each), text: found };
    }
  }
}

type Texts = ReadonlyMap<string, string | undefined>;

/** Their texts by path; undefined where the server does not know the report (RFC 4791 7.9). */
async function multigetOf(url: string, objects: readonly string[], client: DavClient): Promise<Texts | undefined> {
  const hrefs = objects.map((each) => `<D:href>${escapeText(new URL(each).pathname)}</D:href>`).join("");
  const body = `<?xml version="1.0" encoding="utf-8"?><C:calendar-multiget xmlns:D="DAV:" xmlns:C="${CALDAV_NS}"><D:prop><C:calendar-data/></D:prop>${hrefs}</C:calendar-multiget>`;
  const responses = await client.report(url, body);
  return responses && new Map(responses.map((each) => [new URL(each.url).pathname, each.property(DATA)?.text]));
}

async function calendarAt(response: DavResponse, client: DavClient): Promise<SourceCalendar> {
  const objects = await objectsIn(response.url, client);
  const components = componentNamesIn(response.property(cal("supported-calendar-component-set")));
  return {
    calendar: {
      ...plainCalendar(addressable(lastSegment(response.url))),
      components: components.filter((each) => /^V(EVENT|TODO|JOURNAL)$/.test(each)),
      displayName: text(response, dav("displayname")),
      description: text(response, cal("calendar-description")),
      color: text(response, ical("calendar-color")),
      timezone: text(response, cal("calendar-timezone")),
    },
    count: objects.length,
    items: () => itemsOf(response.url, objects, client),
  };
}

/** Any CalDAV server, as a client sees it: one calendar, a home, a principal, or just the server. */
export const caldav: Source = {
  kind: "caldav",
  what: "the URL of any CalDAV server, or of one calendar on it, with --user; the password is asked for",
  async calendars(place, { user, password }) {
    if (!/^https?:\/\//i.test(place))
      throw new AdminError("a CalDAV server is named by a URL, for example https://dav.example/");
    const client = davClient(user, user === undefined ? "" : await password());
    const here = await client.propfind(place, "0", DESCRIBED).catch(() => []);
    const one = here.filter(isCalendar);
    const home = one.length > 0 ? place : await homeFrom(place, client);
    const all = one.length > 0 ? one : (await client.propfind(home, "1", DESCRIBED)).filter(isCalendar);
    if (all.length === 0) throw new AdminError(`there are no calendars at ${home}`);
    const found: SourceCalendar[] = [];
    for (const response of all) found.push(await calendarAt(response, client));
    return found;
  },
};

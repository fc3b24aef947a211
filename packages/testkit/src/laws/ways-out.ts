import type { DavClient } from "../client/client.js";
import type { DavResponse } from "../client/connection.js";
import { calendarText } from "../generators/text.js";
import { SECRET, hidden, seen } from "./secrets.js";

/** One way in which something of a calendar may get out; `path` is the calendar, under which `names` are or are not. */
export interface WayOut {
  readonly name: string;
  go(client: DavClient, path: string): Promise<DavResponse>;
}

const names = [...Object.keys(seen), ...Object.keys(hidden)];

const NS = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"';
const PROPS = `<prop><getetag/><getcontentlength/><getcontenttype/><displayname/><resourcetype/><lockdiscovery/>
  <current-user-privilege-set/><quota-used-bytes/><C:schedule-tag/><X:note xmlns:X="urn:x"/><acl/></prop>`;
const DATA = "<prop><getetag/><C:calendar-data/></prop>";
const MARCH = 'start="20260301T000000Z" end="20260401T000000Z"';

const data = (inside: string): string => `<prop><getetag/><C:calendar-data>${inside}</C:calendar-data></prop>`;

const report = (name: string, body: (path: string) => string, headers: Record<string, string> = {}): WayOut => ({
  name,
  go: (client, path) => client.report(path, body(path), headers),
});

const multiget = (name: string, props: string): WayOut =>
  report(`multiget ${name}`, (path) => {
    const hrefs = names.map((each) => `<href>${path}${each}</href>`).join("");
    return `<C:calendar-multiget ${NS}>${props}${hrefs}</C:calendar-multiget>`;
  });

const query = (name: string, filter: string, props = "<prop><getetag/></prop>"): WayOut =>
  report(
    `query ${name}`,
    () =>
      `<C:calendar-query ${NS}>${props}<C:filter><C:comp-filter name="VCALENDAR">${filter}</C:comp-filter></C:filter></C:calendar-query>`,
  );

const events = (inside: string): string => `<C:comp-filter name="VEVENT">${inside}</C:comp-filter>`;
const match = (prop: string, attrs = ""): string =>
  events(`<C:prop-filter name="${prop}"><C:text-match ${attrs}>${SECRET}</C:text-match></C:prop-filter>`);

const sync = (name: string, props: string, limit = ""): WayOut =>
  report(
    `sync ${name}`,
    () => `<sync-collection ${NS}><sync-token/><sync-level>1</sync-level>${limit}${props}</sync-collection>`,
    { Depth: "0" },
  );

const propfind = (name: string, body: string, depth: string, at = ""): WayOut => ({
  name: `PROPFIND ${name}`,
  go: (client, path) =>
    client.request("PROPFIND", path + at, {
      headers: { Depth: depth, "Content-Type": "application/xml" },
      body: `<propfind ${NS}>${body}</propfind>`,
    }),
});

const get = (name: string, at: string, headers: Record<string, string> = {}): WayOut => ({
  name: `GET ${name}`,
  go: (client, path) => client.get(path + at, headers),
});

const FORMATS = ["text/calendar", "application/calendar+json", "application/calendar+xml"];

/** Everything that only reads. */
export const readingWays: readonly WayOut[] = [
  ...names.flatMap((name) => [
    ...FORMATS.map((Accept) => get(`${name} as ${Accept}`, name, { Accept })),
    get(`${name} with zones`, name, { "CalDAV-Timezones": "T" }),
    get(`${name} without zones`, name, { "CalDAV-Timezones": "F" }),
    get(`${name} in part`, name, { Range: "bytes=0-2000" }),
    get(`${name} if it changed`, name, { "If-None-Match": '"x"' }),
    propfind(name, PROPS, "0", name),
    propfind(`allprop ${name}`, "<allprop/>", "0", name),
    { name: `HEAD ${name}`, go: (client: DavClient, path: string) => client.request("HEAD", path + name) },
    { name: `OPTIONS ${name}`, go: (client: DavClient, path: string) => client.request("OPTIONS", path + name) },
  ]),
  ...[...FORMATS, "text/html"].map((Accept) => get(`calendar as ${Accept}`, "", { Accept })),
  {
    name: "GET whole file",
    go: (client, path) => client.get(`${path.replace("/CalDAV/", "/CalendarData/").replace(/\/$/, "")}.ics`),
  },
  propfind("listing", PROPS, "1"),
  propfind("allprop", "<allprop/>", "1"),
  propfind("propname", "<propname/>", "1"),
  multiget("whole", DATA),
  multiget("tags", PROPS),
  multiget("expanded", data(`<C:expand ${MARCH}/>`)),
  multiget("limited", data(`<C:limit-recurrence-set ${MARCH}/>`)),
  multiget("selected", data('<C:comp name="VCALENDAR"><C:allprop/><C:allcomp/></C:comp>')),
  query("all", "", DATA),
  query("events", events("")),
  query("events with data", events(""), DATA),
  query("time", events(`<C:time-range ${MARCH}/>`)),
  query("expanded", events(`<C:time-range ${MARCH}/>`), data(`<C:expand ${MARCH}/>`)),
  query("tasks", '<C:comp-filter name="VTODO"/>', DATA),
  ...["SUMMARY", "DESCRIPTION", "LOCATION", "X-NOTE", "ATTENDEE", "UID", "RELATED-TO"].flatMap((prop) => [
    query(`${prop}`, match(prop)),
    query(`not ${prop}`, match(prop, 'negate-condition="yes"')),
    query(`without ${prop}`, events(`<C:prop-filter name="${prop}"><C:is-not-defined/></C:prop-filter>`)),
  ]),
  query("priority", events('<C:prop-filter name="PRIORITY"><C:text-match>7</C:text-match></C:prop-filter>')),
  query("alarms", events(`<C:comp-filter name="VALARM"><C:time-range ${MARCH}/></C:comp-filter>`)),
  query("no alarms", events('<C:comp-filter name="VALARM"><C:is-not-defined/></C:comp-filter>')),
  query(
    "parameter",
    events(
      `<C:prop-filter name="ATTENDEE"><C:param-filter name="CN"><C:text-match>${SECRET}</C:text-match></C:param-filter></C:prop-filter>`,
    ),
  ),
  sync("whole", DATA),
  sync("tags", PROPS),
  sync("first page", "<prop><getetag/></prop>", "<limit><nresults>2</nresults></limit>"),
  report("free-busy", () => `<C:free-busy-query ${NS}><C:time-range ${MARCH}/></C:free-busy-query>`, { Depth: "1" }),
  report(
    "expand",
    () => `<expand-property ${NS}><property name="owner"><property name="acl"/></property></expand-property>`,
  ),
];

/** A request that writes; `{path}` in it stands for the calendar. */
const at = (name: string, method: string, object: string, headers: Record<string, string> = {}, body = ""): WayOut => ({
  name: `${method} ${name}`,
  go: (client, path) => {
    const filled = Object.entries(headers).map(([key, value]) => [key, value.replace("{path}", path)] as const);
    return client.request(method, path + object, {
      headers: Object.fromEntries(filled),
      body: body.replaceAll("{path}", path),
    });
  },
});

const XML = { "Content-Type": "application/xml" };
const TEXT = { "Content-Type": "text/calendar" };

const mine = (...uids: readonly string[]): string =>
  calendarText(
    uids.flatMap((uid) => [
      ...["BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", "DTSTART:20260301T000000Z", "END:VEVENT"],
    ]),
  );

const uidOf = (name: string): string => name.replace(".ics", "");

/** Everything that tries to change what is not seen as it is; nothing of it may succeed. */
export const writingWays: readonly WayOut[] = names
  .filter((name) => name !== "open.ics")
  .flatMap((name) => [
    at(name, "PUT", name, { ...TEXT, Prefer: "return=representation" }, mine(uidOf(name))),
    at(`${name} if it is there`, "PUT", name, { ...TEXT, "If-Match": "*" }, mine(uidOf(name))),
    at(`${name} under another UID`, "PUT", name, TEXT, mine("another")),
    at(`${name} again`, "POST", "", TEXT, mine(uidOf(name))),
    at(`${name} in a file`, "POST", "", TEXT, mine(uidOf(name), "open")),
    at(name, "DELETE", name),
    at(name, "MOVE", name, { Destination: "{path}moved.ics" }),
    at(`open.ics over ${name}`, "COPY", "open.ics", { Destination: `{path}${name}` }),
    at(
      name,
      "PROPPATCH",
      name,
      XML,
      '<propertyupdate xmlns="DAV:"><set><prop><n xmlns="urn:x">1</n></prop></set></propertyupdate>',
    ),
    at(
      `${name} by multiput`,
      "POST",
      "",
      XML,
      `<M:multiput xmlns:M="http://me.com/_namespace/" xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
       <M:resource><href>{path}${name}</href><set><prop><C:calendar-data>${mine(uidOf(name))}</C:calendar-data></prop></set></M:resource>
       <M:resource><set><prop><C:calendar-data>${mine(uidOf(name))}</C:calendar-data></prop></set></M:resource>
       <M:resource><href>{path}${name}</href><M:delete/></M:resource></M:multiput>`,
    ),
  ]);

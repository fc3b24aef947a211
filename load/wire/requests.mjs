// The requests of CalDAV clients, without their path.
import { utcText } from "../data/times.mjs";

const XML = { "Content-Type": "application/xml; charset=utf-8" };
export const ICS = Object.freeze({ "Content-Type": "text/calendar; charset=utf-8" });

const NAMES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"';
const body = (element, content) =>
  `<?xml version="1.0" encoding="utf-8"?>\n<${element} ${NAMES}>${content}</${element}>`;
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const between = ({ from, to }) => `start="${utcText(from)}" end="${utcText(to)}"`;
const inside = (component, content) =>
  `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="${component}">${content}</C:comp-filter></C:comp-filter></C:filter>`;

const propfind = (depth, names) => ({
  method: "PROPFIND",
  headers: { ...XML, Depth: depth },
  body: body("D:propfind", `<D:prop>${names}</D:prop>`),
});
const report = (element, content) => ({
  method: "REPORT",
  headers: { ...XML, Depth: "1" },
  body: body(element, content),
});

export const listEtags = propfind("1", "<D:getetag/>");
export const pollState = propfind("0", "<S:getctag/><D:sync-token/>");

export const multiget = (hrefs) =>
  report(
    "C:calendar-multiget",
    `<D:prop><D:getetag/><C:calendar-data/></D:prop>${hrefs.map((href) => `<D:href>${escaped(href)}</D:href>`).join("")}`,
  );

export const queryRange = (range, { expand = false } = {}) =>
  report(
    "C:calendar-query",
    `<D:prop><D:getetag/><C:calendar-data>${expand ? `<C:expand ${between(range)}/>` : ""}</C:calendar-data></D:prop>` +
      inside("VEVENT", `<C:time-range ${between(range)}/>`),
  );

export const queryOpenTodos = report(
  "C:calendar-query",
  "<D:prop><D:getetag/><C:calendar-data/></D:prop>" +
    inside("VTODO", '<C:prop-filter name="COMPLETED"><C:is-not-defined/></C:prop-filter>'),
);

export const freeBusy = (range) => report("C:free-busy-query", `<C:time-range ${between(range)}/>`);

/** Changes since a token; all members with "". */
export const syncSince = (token) =>
  report(
    "D:sync-collection",
    `<D:sync-token>${escaped(token)}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>`,
  );

export const makeCalendar = (name) => ({
  method: "MKCALENDAR",
  headers: XML,
  body: body("C:mkcalendar", `<D:set><D:prop><D:displayname>${name}</D:displayname></D:prop></D:set>`),
});

export const putEvent = (path, text, condition = {}) => ({
  method: "PUT",
  path,
  headers: { ...ICS, ...condition },
  body: text,
});

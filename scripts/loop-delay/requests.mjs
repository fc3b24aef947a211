// Requests that cost much, and requests made to cost much. Each: a name and { method, path, headers, body }.
import { bigCalendar } from "../../compat/lib/big-calendar.mjs";
import { ICS, XML } from "../../compat/lib/http.mjs";
import { calendar, component, event } from "../../compat/lib/ics.mjs";

const MiB = 2 ** 20;
const big = "/CalDAV/~lou/Calendar/";
const other = "/CalDAV/~lou/Other/";
const start = "DTSTART:20260105T090000Z";
const dav = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"';

const report = (body, path = big) => ({ method: "REPORT", path, headers: { ...XML, Depth: "1" }, body });
const propfind = (body) => ({ method: "PROPFIND", path: big, headers: { ...XML, Depth: "1" }, body });
const put = (body, path = `${other}x.ics`) => ({ method: "PUT", path, headers: ICS, body });
const filled = (unit, size) => unit.repeat(Math.floor(size / Buffer.byteLength(unit)));

const query = (filter, data = "<C:calendar-data/>") =>
  `<C:calendar-query ${dav}><D:prop><D:getetag/>${data}</D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${filter}</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
const year = 'start="20240101T000000Z" end="20250101T000000Z"';
const hundred = 'start="20260101T000000Z" end="21260101T000000Z"';
const summary = (text) =>
  `<C:prop-filter name="SUMMARY"><C:text-match collation="i;unicode-casemap">${text}</C:text-match></C:prop-filter>`;
const multiget = (count) =>
  `<C:calendar-multiget ${dav}><D:prop><D:getetag/><C:calendar-data/></D:prop>${Array.from({ length: count }, (_, i) => `<D:href>${big}${encodeURIComponent(`${i}@big.example`)}.ics</D:href>`).join("")}</C:calendar-multiget>`;
const props = "<D:getetag/><D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:current-user-privilege-set/>";

const heavy = {
  "whole file of 24 000 items (7 MB)": put(bigCalendar(24_000, false).text, "/CalendarData/Whole.ics"),
  "the same file again": put(bigCalendar(24_000, false).text, "/CalendarData/Whole.ics"),
  "GET of the whole calendar of 10 000": { method: "GET", path: "/CalendarData/Calendar.ics" },
  "PROPFIND of 10 000": propfind(`<D:propfind ${dav}><D:prop>${props}</D:prop></D:propfind>`),
  "PROPFIND allprop of 10 000": propfind(`<D:propfind ${dav}><D:allprop/></D:propfind>`),
  "sync-collection of 10 000": report(
    `<D:sync-collection ${dav}><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`,
  ),
  "multiget of 1 000": report(multiget(1000)),
  "multiget of 5 000": report(multiget(5000)),
  "query for all of 10 000": report(query("")),
  "query with text-match over 10 000": report(query(summary("strasse"))),
  "query with a time range over 10 000": report(query(`<C:time-range ${year}/>`)),
  "query with expand over 10 000": report(
    query(`<C:time-range ${year}/>`, `<C:calendar-data><C:expand ${year}/></C:calendar-data>`),
  ),
  "free-busy-query over a year": report(`<C:free-busy-query ${dav}><C:time-range ${year}/></C:free-busy-query>`),
};

const hostileXml = {
  "XML of 1 MiB: one text": report(query(summary(filled("ü", MiB - 2000)))),
  "XML of 1 MiB: many properties": report(
    `<D:sync-collection ${dav}><D:sync-token/><D:sync-level>1</D:sync-level><D:prop>${filled("<D:getetag/>", MiB - 1000)}</D:prop></D:sync-collection>`,
  ),
  "XML of 19 000 unknown properties": report(
    `<D:sync-collection ${dav}><D:sync-token/><D:sync-level>1</D:sync-level><D:prop>${Array.from({ length: 19_000 }, (_, i) => `<p${i} xmlns="urn:x"/>`).join("")}</D:prop></D:sync-collection>`,
  ),
  "XML of 1 MiB: deep": report(filled("<a>", MiB - 10)),
  "XML of 1 MiB: attributes": report(
    `<D:sync-collection ${dav} ${Array.from({ length: 60_000 }, (_, i) => `a${i}="x"`).join(" ")}/>`,
  ),
  "XML of 1 MiB: references": report(query(summary(filled("&amp;", MiB - 2000)))),
  "XML of 1 MiB: many filters": report(query(filled('<C:prop-filter name="X-A"/>', MiB - 2000))),
  "XML of 1 MiB: hrefs that are nowhere": report(
    `<C:calendar-multiget ${dav}><D:prop><D:getetag/></D:prop>${filled("<D:href>/CalDAV/~lou/Calendar/a</D:href>", MiB - 1000)}</C:calendar-multiget>`,
  ),
  "XML of 256 KiB: PROPPATCH": {
    method: "PROPPATCH",
    path: other,
    headers: XML,
    body: `<D:propertyupdate ${dav}><D:set><D:prop>${Array.from({ length: 8000 }, (_, i) => `<p${i} xmlns="urn:x">a</p${i}>`).join("")}</D:prop></D:set></D:propertyupdate>`,
  },
  "XML of 256 KiB: PROPFIND of 8 000 names": propfind(
    `<D:propfind ${dav}><D:prop>${Array.from({ length: 8000 }, (_, i) => `<p${i} xmlns="urn:x"/>`).join("")}</D:prop></D:propfind>`,
  ),
};

const hostileObjects = {
  "object of 1 MiB: one line": put(event("x@loop", start, `DESCRIPTION:${filled("ü", MiB - 1000)}`)),
  "object of 1 MiB: folded": put(event("x@loop", start, `DESCRIPTION:${filled(`${"a".repeat(70)}\r\n `, MiB - 1000)}`)),
  "object of 1 MiB: attendees": put(
    event(
      "x@loop",
      start,
      ...Array.from({ length: 12_000 }, (_, i) => `ATTENDEE;CN="Person ${i}";RSVP=TRUE:mailto:p${i}@example.com`),
    ),
  ),
  "object of 1 MiB: overrides": put(
    calendar(
      ...component("VEVENT", "x@loop", start, "RRULE:FREQ=DAILY"),
      ...Array.from({ length: 4800 }, (_, i) => [`RECURRENCE-ID:${day(i)}`, `DTSTART:${day(i)}`]).flatMap((lines) =>
        component("VEVENT", "x@loop", ...lines, "SUMMARY:Moved somewhere else for a reason that is long"),
      ),
    ),
  ),
  "object of 1 MiB: EXDATEs": put(
    event("x@loop", start, "RRULE:FREQ=DAILY", ...Array.from({ length: 40_000 }, (_, i) => `EXDATE:${day(i)}`)),
  ),
  "object of 1 MiB: RDATEs in one line": put(
    event("x@loop", start, `RDATE:${Array.from({ length: 55_000 }, (_, i) => day(i)).join(",")}`),
  ),
  "object of 1 MiB: nested components": put(
    event(
      "x@loop",
      start,
      ...Array.from({ length: 30_000 }, () => "BEGIN:X-DEEP"),
      ...Array.from({ length: 30_000 }, () => "END:X-DEEP"),
    ),
  ),
  "object of 1 MiB: alarms": put(
    event(
      "x@loop",
      start,
      ...Array.from({ length: 12_000 }, () => ["BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER:-PT5M", "END:VALARM"]).flat(),
    ),
  ),
  "object of 1 MiB: parameters": put(event("x@loop", start, `X-A${filled(';X-P="a"', MiB - 1000)}:b`)),
  "object of 100 KiB: many lines": put(event("x@loop", start, ...Array.from({ length: 8000 }, () => "X-A:b"))),
  "object of 120 KiB: overrides": put(
    calendar(
      ...component("VEVENT", "x@loop", start, "RRULE:FREQ=DAILY"),
      ...Array.from({ length: 800 }, (_, i) =>
        component("VEVENT", "x@loop", `RECURRENCE-ID:${day(i)}`, `DTSTART:${day(i)}`),
      ).flat(),
    ),
  ),
};

function day(i) {
  return `${new Date(Date.UTC(2026, 0, 5, 9) + i * 86_400_000).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

const rules = [
  "FREQ=SECONDLY",
  "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
  "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31",
  "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYHOUR=3;BYMINUTE=59",
  "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE=0,10,20,30,40,50;BYSETPOS=-1",
  "FREQ=DAILY;INTERVAL=1000000",
  "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYYEARDAY=1",
];
const hostileRules = Object.fromEntries([
  ...rules.map((rule, i) => [
    `rule ${rule.slice(0, 50)}`,
    put(event(`r${i}@loop`, start, "DURATION:PT1H", `RRULE:${rule}`), `${other}r${i}.ics`),
  ]),
  ["query for those rules a hundred years on", report(query(`<C:time-range ${hundred}/>`), other)],
  [
    "the same with expand",
    report(query(`<C:time-range ${hundred}/>`, `<C:calendar-data><C:expand ${hundred}/></C:calendar-data>`), other),
  ],
  [
    "free-busy-query of those rules",
    report(`<C:free-busy-query ${dav}><C:time-range ${year}/></C:free-busy-query>`, other),
  ],
]);

export const requests = Object.entries({ ...heavy, ...hostileXml, ...hostileObjects, ...hostileRules });

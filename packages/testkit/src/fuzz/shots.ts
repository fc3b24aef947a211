import { type Random, seededRandom } from "../generators/random.js";
import { BODY_VERBS, drawXml } from "./bodies.js";
import { drawBrokenHttp } from "./broken-http.js";
import { drawCalendar, drawOtherFormat } from "./calendars.js";
import { drawWeighted, oneOf, timesOf } from "./chance.js";
import { drawHeader, drawHeaders } from "./headers.js";
import { mutated } from "./mutate.js";
import { ATTACKER, CALENDARS, drawOwnObject, drawPath, HONEST, KEPT } from "./paths.js";
import { octets, type RequestShot, type Shot } from "./shot.js";

const VERBS =
  "GET HEAD PUT DELETE OPTIONS PROPFIND PROPPATCH REPORT MKCALENDAR MKCOL COPY MOVE LOCK UNLOCK POST ACL".split(" ");
const RARE_VERBS = "PATCH TRACE SEARCH BIND UNBIND VERSION-CONTROL CHECKOUT SUBSCRIBE QUERY LINK PURGE".split(" ");
/** What the one whose data must stay sends: nothing that changes anything. */
const READING = ["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"] as const;
const XML_TYPE = ["Content-Type", "application/xml; charset=utf-8"] as const;
const ICS_TYPE = ["Content-Type", "text/calendar; charset=utf-8"] as const;

const who = (random: Random): string | null => (random.oneIn(25) ? null : ATTACKER);
const drawVerb = (random: Random): string => oneOf(random, random.oneIn(20) ? RARE_VERBS : VERBS);
const calendarPath = (random: Random): string => `/CalDAV/~mal/${random.pick(CALENDARS)}/`;
const depth = (random: Random) => ["Depth", random.pick(["0", "1", "1", "infinity"])] as const;

/** A UID of its own for each name, mostly: the same one under two names is refused before anything else is tried. */
const underName = (random: Random, calendar: string, path: string): string =>
  random.oneIn(6) ? calendar : calendar.replaceAll(/^UID:.*$/gm, `UID:${path.slice(-40)}`);

const drawKnownPath = (random: Random): string =>
  random.pick([
    ...[calendarPath(random), calendarPath(random), calendarPath(random), drawOwnObject(random)],
    ...["/CalDAV/~mal/", "/CalDAV/~ann/Calendar/", "/principals/users/mal/", "/principals/", "/"],
  ] as [string, ...string[]]);

interface ShotKind {
  readonly name: string;
  /** Share of all shots. */
  readonly weight: number;
  readonly draw: (random: Random) => Shot;
}

type Parts = Omit<RequestShot, "kind" | "as"> & { readonly as?: string | null };

const requests = (name: string, weight: number, draw: (random: Random) => Parts): ShotKind => ({
  name,
  weight,
  draw: (random) => ({ kind: name, as: who(random), ...draw(random) }),
});

/** Everything that is shot at the server, and how often. */
export const SHOT_KINDS: readonly [ShotKind, ...ShotKind[]] = [
  requests("XML body", 26, (random) => {
    const verb = oneOf(random, [...BODY_VERBS, "PROPFIND", "REPORT", "REPORT", "REPORT", "PROPPATCH"] as const);
    const path = verb.startsWith("MK") || random.oneIn(12) ? drawPath(random) : drawKnownPath(random);
    const headers = drawHeaders(random, [XML_TYPE, depth(random)], random.pick([0, 0, 0, 2]));
    return { verb, path, headers, body: drawXml(random, verb) };
  }),
  requests("foreign body", 4, (random) => {
    const body = random.oneIn(3) ? drawCalendar(random) : drawXml(random, oneOf(random, BODY_VERBS));
    return { verb: drawVerb(random), path: drawPath(random), headers: drawHeaders(random, [XML_TYPE]), body };
  }),
  requests("calendar body", 22, (random) => {
    const path = random.oneIn(8) ? drawPath(random) : drawOwnObject(random);
    return {
      verb: "PUT",
      path,
      headers: drawHeaders(random, [ICS_TYPE], random.pick([0, 0, 2])),
      body: underName(random, drawCalendar(random), path),
    };
  }),
  requests("jCal and xCal", 4, (random) => {
    const { type, body } = drawOtherFormat(random);
    return {
      verb: "PUT",
      path: drawOwnObject(random),
      headers: drawHeaders(random, [["Content-Type", type]], 1),
      body,
    };
  }),
  requests("whole file", 3, (random) => {
    const verb = random.pick(["PUT", "PUT", "GET", "DELETE", "HEAD", "OPTIONS", "POST"]);
    const path = `/CalendarData/${random.pick(["", "~mal/"])}${random.pick(CALENDARS)}.ics${random.oneIn(4) ? "?DeleteAll=1" : ""}`;
    return {
      verb,
      path,
      headers: drawHeaders(random, [ICS_TYPE], 1),
      body: verb === "PUT" ? drawCalendar(random) : "",
    };
  }),
  requests("bulk", 4, (random) => {
    const path = `${calendarPath(random)}${random.pick(["", "", "?add-member", "?add-member=1"])}`;
    if (random.oneIn(2))
      return { verb: "POST", path, headers: drawHeaders(random, [XML_TYPE], 1), body: drawXml(random, "POST") };
    const body = timesOf(1 + random.int(4), () => drawCalendar(random)).join("");
    return { verb: "POST", path, headers: drawHeaders(random, [ICS_TYPE], 1), body };
  }),
  requests("copy and move", 5, (random) => {
    const headers = drawHeaders(random, [drawHeader(random, "Destination"), drawHeader(random, "Overwrite")], 2);
    return {
      verb: random.pick(["COPY", "MOVE"]),
      path: random.oneIn(3) ? drawPath(random) : drawOwnObject(random),
      headers,
      body: "",
    };
  }),
  requests("locks", 4, (random) => {
    const verb = random.pick(["LOCK", "LOCK", "UNLOCK"]);
    const path = random.pick([
      drawOwnObject(random),
      calendarPath(random),
      "/WebDAV/~mal/file.txt",
      "/WebDAV/~mal/folder/",
      drawPath(random),
    ]);
    const sure = [drawHeader(random, "Lock-Token"), drawHeader(random, "Timeout"), drawHeader(random, "Depth")];
    const body = verb === "UNLOCK" || random.oneIn(4) ? "" : drawXml(random, "LOCK");
    return { verb, path, headers: drawHeaders(random, [XML_TYPE, ...sure], 2), body };
  }),
  requests("file area", 4, (random) => {
    const path = `/WebDAV/~mal/${random.pick(["", "file.txt", "folder/", "folder/file.txt", "%C3%BC", "a.ics"])}`;
    const body = random.oneIn(2) ? mutated(random, octets("some octets of a file \u0000 é")) : "";
    const sure = [drawHeader(random, "Destination"), drawHeader(random, "Content-Type"), drawHeader(random, "Range")];
    return { verb: drawVerb(random), path, headers: drawHeaders(random, sure, 2), body };
  }),
  requests("removal", 2, (random) => ({
    verb: "DELETE",
    path: random.oneIn(3) ? calendarPath(random) : drawOwnObject(random),
    headers: drawHeaders(random, [], 1),
    body: "",
  })),
  requests("path and headers", 16, (random) => ({
    verb: drawVerb(random),
    path: drawPath(random),
    headers: drawHeaders(random),
    body: "",
  })),
  requests("reading", 4, (random) => {
    const verb = random.pick(READING);
    const body = verb === "PROPFIND" || verb === "REPORT" ? drawXml(random, verb) : "";
    const path = random.oneIn(2)
      ? `/CalDAV/~ann/Calendar/${random.pick(["", "honest-1.ics", "honest-2.ics"])}`
      : drawPath(random);
    return {
      as: HONEST,
      verb,
      path,
      headers: drawHeaders(random, [XML_TYPE, depth(random)]).filter(([name]) => name !== "Authorization"),
      body,
    };
  }),
  { name: "broken HTTP", weight: 4, draw: drawBrokenHttp },
];

/** Whether a shot speaks of what no shot may change by right. */
const namesKept = (shot: Shot): boolean => JSON.stringify(shot).includes(KEPT);

/** The nth shot of a seed, whatever was drawn before it. */
export function drawShot(seed: number, n: number): Shot {
  const random = seededRandom(seed * 1_000_003 + n);
  for (;;) {
    const shot = drawWeighted(random, SHOT_KINDS).draw(random);
    if (!namesKept(shot)) return shot;
  }
}

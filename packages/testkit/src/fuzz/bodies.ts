import type { Random } from "../generators/random.js";
import { drawCalendar } from "./calendars.js";
import { oneOf, some, timesOf } from "./chance.js";
import { changedTree, el, elWith, type Markup, written } from "./markup.js";
import { mutated } from "./mutate.js";
import { drawOwnObject, drawPath } from "./paths.js";
import { octets } from "./shot.js";

type Draw = (random: Random) => Markup;

const NAMES = [
  ..."displayname getetag resourcetype getcontenttype getcontentlength getlastmodified creationdate supportedlock lockdiscovery sync-token supported-report-set owner acl current-user-principal current-user-privilege-set principal-URL group-membership group-member-set acl-restrictions principal-collection-set quota-used-bytes supported-privilege-set inherited-acl-set alternate-URI-set add-member"
    .split(" ")
    .map((name) => `D:${name}`),
  ..."calendar-description calendar-timezone calendar-timezone-id supported-calendar-component-set supported-calendar-data max-resource-size min-date-time max-date-time max-instances calendar-home-set calendar-user-address-set schedule-inbox-URL schedule-calendar-transp supported-collation-set schedule-default-calendar-URL calendar-availability schedule-tag"
    .split(" ")
    .map((name) => `C:${name}`),
  ..."getctag calendar-proxy-read-for source push-transports subscribed-strip-alarms email-address-set"
    .split(" ")
    .map((name) => `CS:${name}`),
  "A:calendar-color",
  "A:calendar-order",
  "X:mine",
  "X:other",
  "X:third",
] as const;
const COMPONENTS = [
  "VEVENT",
  "VTODO",
  "VJOURNAL",
  "VALARM",
  "VTIMEZONE",
  "VFREEBUSY",
  "VAVAILABILITY",
  "X-NONE",
  "vevent",
  "",
] as const;
const PROPERTIES = [
  "SUMMARY",
  "UID",
  "DTSTART",
  "ATTENDEE",
  "RRULE",
  "CATEGORIES",
  "X-NONE",
  "DESCRIPTION",
  "summary",
  "",
] as const;
const STAMPS = [
  "20260101T000000Z",
  "20260301T000000Z",
  "20270101T000000Z",
  "20260101T000000",
  "20260101",
  "00010101T000000Z",
  "99991231T235959Z",
  "19700101T000000Z",
  "20261340T256199Z",
  "x",
  "",
  "-00010101T000000Z",
] as const;
const TEXTS = [
  "x",
  "",
  "Calendar",
  "\u00e9\u00df😀",
  "#FF0000FF",
  "1",
  "-5",
  "a\nb",
  " ",
  "]]>",
  "%",
  "_%_",
  "\\",
  "x".repeat(300),
  "BEGIN:VCALENDAR",
  "Europe/Berlin",
  "opaque",
  "2",
] as const;

const names: Draw = (random) => el("D:prop", ...timesOf(1 + random.int(6), () => el(oneOf(random, NAMES))));
const href: Draw = (random) =>
  el(
    "D:href",
    random.pick([
      drawOwnObject(random),
      drawPath(random),
      "/CalDAV/~ann/Calendar/honest-1.ics",
      "mailto:ann@mail.example",
      "",
      "http://[",
      "/%zz",
    ]),
  );
const hrefs = (random: Random, most: number) => timesOf(random.int(most), () => href(random));

const range =
  (name: string): Draw =>
  (random) => {
    const ends = [`start="${random.pick(STAMPS)}"`, `end="${random.pick(STAMPS)}"`];
    return elWith(name, random.oneIn(4) ? random.pick(ends as [string, string]) : ends.join(" "));
  };
const timeRange = range("C:time-range");
const textMatch: Draw = (random) =>
  elWith(
    "C:text-match",
    `collation="${random.pick(["i;ascii-casemap", "i;octet", "i;unicode-casemap", "default", "x"])}" negate-condition="${random.pick(["yes", "no"])}"`,
    random.pick(TEXTS),
  );

const paramFilter: Draw = (random) =>
  elWith(
    "C:param-filter",
    `name="${random.pick(["PARTSTAT", "TZID", ""])}"`,
    random.pick([el("C:is-not-defined"), textMatch(random)]),
  );
const propFilter: Draw = (random) =>
  elWith(
    "C:prop-filter",
    `name="${random.pick(PROPERTIES)}"`,
    ...some(random, [el("C:is-not-defined"), textMatch(random), timeRange(random), paramFilter(random)], 2),
  );

function compFilter(random: Random, name: string, depth: number): Markup {
  const inner = depth > 3 ? [] : timesOf(random.int(3), () => compFilter(random, random.pick(COMPONENTS), depth + 1));
  const tests = some(random, [el("C:is-not-defined"), timeRange(random), propFilter(random), propFilter(random)], 3);
  return elWith("C:comp-filter", `name="${name}"`, ...tests, ...inner);
}

const filter: Draw = (random) =>
  el("C:filter", compFilter(random, random.oneIn(20) ? random.pick(COMPONENTS) : "VCALENDAR", 0));

function comp(random: Random, name: string, depth: number): Markup {
  const props = random.oneIn(3)
    ? [el("C:allprop")]
    : timesOf(random.int(4), () => elWith("C:prop", `name="${random.pick(PROPERTIES)}"`));
  const comps = depth > 3 ? [] : timesOf(random.int(3), () => comp(random, random.pick(COMPONENTS), depth + 1));
  return elWith("C:comp", `name="${name}"`, ...props, ...comps);
}

const calendarData: Draw = (random) =>
  elWith(
    "C:calendar-data",
    random.pick([
      "",
      'content-type="text/calendar" version="2.0"',
      'content-type="application/calendar+json"',
      'content-type="x/y"',
      'content-type="application/calendar+xml"',
    ]),
    ...some(
      random,
      [
        comp(random, "VCALENDAR", 0),
        range("C:expand")(random),
        range("C:limit-recurrence-set")(random),
        range("C:limit-freebusy-set")(random),
      ],
      3,
    ),
  );
const asked: Draw = (random) => {
  if (random.oneIn(6)) return el(random.pick(["D:allprop", "D:propname"]));
  return el("D:prop", el("D:getetag"), calendarData(random), ...timesOf(random.int(3), () => el(oneOf(random, NAMES))));
};
const limit: Draw = (random) =>
  el("D:limit", el("D:nresults", random.pick(["1", "2", "0", "-1", "x", "99999999999999999999", ""])));
const timezone: Draw = (random) =>
  random.pick([
    el("C:timezone", "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\nEND:VCALENDAR"),
    el("C:timezone-id", random.pick(["Europe/Berlin", "Nowhere/X", "", "utc"])),
  ]);

const values: Draw = (random) =>
  el(
    "D:prop",
    ...timesOf(1 + random.int(4), () => {
      const name = oneOf(random, NAMES);
      return el(
        name,
        ...random.pick<readonly (Markup | string)[]>([
          [random.pick(TEXTS)],
          [names(random)],
          [el("D:collection"), el("C:calendar")],
          [elWith("C:comp", `name="${random.pick(COMPONENTS)}"`)],
          [],
          [href(random)],
        ]),
      );
    }),
  );
const newCollection: Draw = (random) =>
  el(
    "D:set",
    el(
      "D:prop",
      el("D:resourcetype", el("D:collection"), ...some(random, [el("C:calendar"), el("X:mine")], 2)),
      ...timesOf(random.int(3), () => el(oneOf(random, NAMES), random.pick(TEXTS))),
    ),
  );
const search: Draw = (random) => el("D:property-search", names(random), el("D:match", random.pick(TEXTS)));
const expandedProperty = (random: Random, depth: number): Markup =>
  elWith(
    "D:property",
    `name="${random.pick(["owner", "group-member-set", "principal-URL", "acl", "x", ""])}" namespace="${random.pick(["DAV:", "", "urn:ietf:params:xml:ns:caldav"])}"`,
    ...(depth > 5 ? [] : timesOf(random.int(3), () => expandedProperty(random, depth + 1))),
  );
const ace: Draw = (random) =>
  el(
    "D:ace",
    el(
      "D:principal",
      random.pick([
        el("D:all"),
        el("D:authenticated"),
        el("D:self"),
        el("D:unauthenticated"),
        el("D:property", el("D:owner")),
        el("D:href", "/principals/users/mal/"),
        el("D:href", "/principals/users/none/"),
        href(random),
      ]),
    ),
    el(
      random.pick(["D:grant", "D:deny"]),
      ...timesOf(1 + random.int(3), () =>
        el(
          "D:privilege",
          el(
            random.pick([
              "D:read",
              "D:write",
              "D:all",
              "D:bind",
              "D:unlock",
              "C:read-free-busy",
              "X:none",
              "D:write-acl",
            ]),
          ),
        ),
      ),
    ),
    ...some(random, [el("D:protected"), el("D:inherited", href(random)), el("D:invert")], 8),
  );

const ME = 'xmlns:ME="http://me.com/_namespace/"';
const bulkResource: Draw = (random) =>
  el(
    "ME:resource",
    ...some(random, [el("ME:if-match", el("D:getetag", random.pick(["{{etag}}", '"x"', "*", ""]))), href(random)], 2),
    random.oneIn(4)
      ? el("ME:delete")
      : el(
          "D:set",
          el(
            "D:prop",
            el("C:calendar-data", drawCalendar(random)),
            ...timesOf(random.int(2), () => el(oneOf(random, NAMES), random.pick(TEXTS))),
          ),
        ),
  );

/** What a body of each verb looks like. */
const GRAMMAR = {
  PROPFIND: [
    (random) => el("D:propfind", names(random)),
    (random) => el("D:propfind", asked(random)),
    (random) => el("D:propfind", el("D:allprop"), el("D:include", el(oneOf(random, NAMES)))),
    () => el("D:propfind", el("D:propname")),
  ],
  PROPPATCH: [
    (random) =>
      el(
        "D:propertyupdate",
        ...timesOf(1 + random.int(3), () => el(random.pick(["D:set", "D:set", "D:remove"]), values(random))),
      ),
  ],
  MKCALENDAR: [(random) => el("C:mkcalendar", el("D:set", values(random)))],
  MKCOL: [(random) => el("D:mkcol", newCollection(random))],
  REPORT: [
    (random) =>
      el("C:calendar-query", asked(random), filter(random), ...some(random, [timezone(random), limit(random)], 4)),
    (random) => el("C:calendar-query", asked(random), filter(random)),
    (random) => el("C:calendar-multiget", asked(random), ...hrefs(random, 8)),
    (random) => el("C:free-busy-query", timeRange(random)),
    (random) =>
      el(
        "D:sync-collection",
        el("D:sync-token", random.pick(["{{token}}", "", "x", "data:,x_1", "{{token}}9", "data:,_", "urn:x"])),
        el("D:sync-level", random.pick(["1", "infinite", "0", ""])),
        ...some(random, [limit(random)], 2),
        asked(random),
      ),
    (random) => el("D:expand-property", ...timesOf(1 + random.int(3), () => expandedProperty(random, 0))),
    (random) =>
      elWith(
        "D:principal-property-search",
        random.pick(["", 'test="anyof"', 'test="allof"', 'test="x"']),
        ...timesOf(random.int(3), () => search(random)),
        names(random),
        ...some(random, [el("D:apply-to-principal-collection-set")], 2),
      ),
    (random) =>
      el("D:principal-match", random.pick([el("D:self"), el("D:principal-property", el("D:owner"))]), names(random)),
    () => el("D:principal-search-property-set"),
    (random) => el("D:acl-principal-prop-set", names(random)),
    (random) =>
      elWith(
        "CS:calendarserver-principal-search",
        'context="attendee"',
        el("CS:search-token", random.pick(TEXTS)),
        limit(random),
        names(random),
      ),
  ],
  LOCK: [
    (random) =>
      el(
        "D:lockinfo",
        el("D:lockscope", el(random.pick(["D:exclusive", "D:shared", "D:x"]))),
        el("D:locktype", el(random.pick(["D:write", "D:read"]))),
        el("D:owner", random.pick([href(random), el("X:mine"), random.pick(TEXTS)])),
      ),
  ],
  ACL: [(random) => el("D:acl", ...timesOf(random.int(4), () => ace(random)))],
  POST: [
    (random) => el("CS:share", el("CS:set", href(random), el("CS:read-write"))),
    (random) => elWith("ME:multiput", ME, ...timesOf(random.int(5), () => bulkResource(random))),
    (random) => elWith("ME:multiput", ME, ...timesOf(random.int(5), () => bulkResource(random))),
  ],
} satisfies Readonly<Record<string, readonly [Draw, ...Draw[]]>>;

export type BodyVerb = keyof typeof GRAMMAR;
export const BODY_VERBS = Object.keys(GRAMMAR) as BodyVerb[];

const NAMESPACES =
  'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/" xmlns:X="urn:example:"';
const PROLOGUES = [
  "",
  "\ufeff",
  ' <?xml version="1.0"?>',
  '<?xml version="1.1"?>',
  '<?xml version="1.0" encoding="UTF-16"?>',
  '<?xml version="1.0" encoding="ISO-8859-1"?>',
  '<?xml version="1.0" encoding="x"?>',
  "<!-- -->",
  "<?pi x?>",
  '<!DOCTYPE D:x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
  '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
  '<?xml-stylesheet href="x"?>',
  "\u0000",
  "x",
] as const;

/** The body for a verb as its grammar has it, then sometimes with other elements, another head or coding, or damaged octets. */
export function drawXml(random: Random, verb: BodyVerb): string {
  const rules: readonly [Draw, ...Draw[]] = GRAMMAR[verb];
  const made = random.pick(rules)(random);
  const tree = random.oneIn(3) ? changedTree(random, made) : made;
  const bound = random.oneIn(25) ? NAMESPACES.replace("DAV:", random.pick(["dav:", "", "DAV"])) : NAMESPACES;
  const text = written({ ...tree, attributes: ` ${bound}${tree.attributes}` });
  const head = random.oneIn(12) ? random.pick(PROLOGUES) : '<?xml version="1.0" encoding="utf-8"?>';
  const bytes = random.oneIn(30)
    ? Buffer.from(`\ufeff${head}${text}`, "utf16le").toString("latin1")
    : octets(head + text);
  return random.oneIn(4) ? mutated(random, bytes) : bytes;
}

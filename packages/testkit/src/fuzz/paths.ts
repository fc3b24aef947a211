import type { Random } from "../generators/random.js";
import { drawWeighted, timesOf } from "./chance.js";

/** The account that attacks, and the one whose data must stay as they are. */
export const ATTACKER = "mal";
export const HONEST = "ann";
/** A calendar of the attacker that no shot names. */
export const KEPT = "Kept";
export const OBJECTS = ["a.ics", "b.ics", "c.ics", "d.ics", "e", "f.ICS", "%C3%BC.ics", "g%20h.ics"] as const;
export const CALENDARS = ["Calendar", "Play", "New", "%C3%9Cn%C3%AF", "a%20b", "Deep%2FEr", "Tasks"] as const;

const ROOTS = [
  "/CalDAV/",
  "/CalendarData/",
  "/CalendarDataDel/",
  "/principals/",
  "/tz/",
  "/UserDAV/",
  "/.well-known/",
  "/WebDAV/",
  "/calendars/",
  "/ical/",
  "/pub/calendar/",
  "/calendar/",
  "/freebusy/",
  "/feeds/",
  "/api/",
  "/setup/",
  "/healthz",
  "/readyz",
  "/metrics",
  "/",
  "*",
] as const;
const SEGMENTS = [
  ...OBJECTS,
  ...CALENDARS,
  "~mal",
  "~ann",
  "~mal@mail.example",
  "~ann@mail.example",
  "~",
  "~@",
  "~mal@",
  "~@mail.example",
  "~x@y@z",
  "~%6Dal",
  "%7Emal",
  "users",
  "groups",
  "resources",
  "locations",
  "mal",
  "ann",
  "mal@mail.example",
  "inbox",
  "outbox",
  "notifications",
  "attachments",
  "..",
  ".",
  "%2e%2e",
  "%2E",
  "%2F",
  "%5C..%5C",
  "%00",
  "%0d%0a",
  "%7f",
  "%C0%AF",
  "%E0%80%AF",
  "%F8%88%80%80",
  "%ED%A0%80",
  "%FF",
  "%",
  "%zz",
  "%4",
  "%u0041",
  "",
  "%20",
  ".ics",
  ".ics.ics",
  "Calendar.ics",
  "Calendar.ics.ics",
  "caldav",
  "carddav",
  "timezone",
  "zones",
  "capabilities",
  "observances",
  "Europe%2FBerlin",
  "Europe/Berlin",
  "Etc%2FUTC",
  "Nowhere",
  "constructor",
  "__proto__",
  "toString",
  "calendar-proxy-read",
  "calendar-proxy-write",
  "file.txt",
  "folder",
  "a;b=c",
  "a,b",
  "a&b",
  "a'b",
  "+",
  "?",
  "#x",
  "e%CC%81",
  "%E2%80%AE",
  "%F0%9F%8E%89",
  "CON",
  "aux.txt",
  "~ann%2FCalendar",
] as const;
const QUERIES = [
  "?",
  "?DeleteAll=1",
  "?DeleteAll",
  "?start=2026-01-01T00:00:00Z&end=2027-01-01T00:00:00Z",
  "?start=0001-01-01T00:00:00Z",
  "?end=9999-12-31T23:59:59Z",
  "?start=x&end=y",
  "?changedsince=2020-01-01T00:00:00Z",
  "?pattern=*",
  "?pattern=%25%00",
  "?changedsince=%22x%22",
  "?action=list",
  "?a=%zz&b&&&=",
  "?export",
  "?sync-token={{token}}",
  "?lang=en&accept=application/calendar%2Bjson",
  "?start=-271821-04-20T00:00:00Z&end=%2B275760-09-13T00:00:00Z",
] as const;

interface PathSort {
  readonly weight: number;
  readonly make: (random: Random) => string;
}

const HOMES = ["/CalDAV/~mal/", "/CalDAV/", "/CalDAV/~mal@mail.example/"] as const;

const SORTS: readonly [PathSort, ...PathSort[]] = [
  { weight: 30, make: (random) => `${random.pick(HOMES)}${random.pick(CALENDARS)}/${random.pick(OBJECTS)}` },
  { weight: 16, make: (random) => `${random.pick(HOMES)}${random.pick(CALENDARS)}/` },
  { weight: 6, make: (random) => random.pick(HOMES) },
  {
    weight: 6,
    make: (random) => `/CalDAV/~ann/Calendar/${random.pick(["", "honest-1.ics", "honest-2.ics", "none.ics"])}`,
  },
  {
    weight: 6,
    make: (random) =>
      `/CalendarData/${random.pick(["", "~mal/"])}${random.pick(CALENDARS)}${random.pick(["", ".ics", "/"])}`,
  },
  {
    weight: 6,
    make: (random) => `/WebDAV/~mal/${random.pick(["", "folder/", "file.txt", "folder/file.txt", "new/", "a.ics"])}`,
  },
  {
    weight: 4,
    make: (random) =>
      `/tz/${random.pick(["", "capabilities", "zones"])}${random.oneIn(2) ? `/${random.pick(SEGMENTS)}` : ""}${random.oneIn(3) ? "/observances" : ""}`,
  },
  {
    weight: 4,
    make: (random) => `/principals/users/${random.pick(["mal/", "ann/", "", "nobody/", "mal@mail.example/"])}`,
  },
  {
    weight: 14,
    make: (random) =>
      `${random.pick(ROOTS)}${timesOf(random.int(5), () => random.pick(SEGMENTS)).join("/")}${random.pick(["", "/", "//"])}`,
  },
  {
    weight: 3,
    make: (random) => `/CalDAV/~mal/${random.pick(SEGMENTS).repeat(random.pick([10, 100, 1000]))}`.slice(0, 12_000),
  },
  { weight: 2, make: (random) => `/CalDAV/~mal/Calendar${"/a".repeat(1 + random.int(2000))}` },
];

/** A request target: mostly something that exists, else damaged, foreign or endless. Never names what must stay. */
export function drawPath(random: Random): string {
  const plain = drawWeighted(random, SORTS).make(random);
  const path = random.oneIn(12) ? damaged(random, plain) : plain;
  return random.oneIn(14) ? path + random.pick(QUERIES) : path;
}

function damaged(random: Random, path: string): string {
  const at = random.int(path.length + 1);
  return path.slice(0, at) + random.pick(SEGMENTS) + path.slice(at + random.int(4));
}

/** A place where something of the attacker's can be put. */
export const drawOwnObject = (random: Random): string =>
  `/CalDAV/~mal/${random.pick(CALENDARS)}/${random.pick(OBJECTS)}`;

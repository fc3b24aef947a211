import type { Random } from "../generators/random.js";
import { mutated } from "./mutate.js";
import { drawOwnObject, drawPath } from "./paths.js";

type Draw = (random: Random) => string;
export type Header = readonly [name: string, value: string];

const from =
  (...values: readonly [string, ...string[]]): Draw =>
  (random) =>
    random.pick(values);

const ETAGS = [
  "*",
  "{{etag}}",
  'W/"x"',
  '"x"',
  '""',
  '"a", "b"',
  "x",
  '"unclosed',
  'W/"',
  '"a" "b"',
  ",,,",
  '"\\""',
  '{{etag}}, "y"',
] as const;
const DATES = [
  "Fri, 02 Jan 2026 03:04:05 GMT",
  "Sunday, 06-Nov-94 08:49:37 GMT",
  "Sun Nov  6 08:49:37 1994",
  "0",
  "-1",
  "Fri, 99 Foo 99999 99:99:99 GMT",
  "now",
  "Sat, 01 Jan 275761 00:00:00 GMT",
  "2026-01-01T00:00:00Z",
] as const;
const LISTS = [
  '(["x"])',
  "({{etagged}})",
  "(<{{lock}}>)",
  "(<{{token}}>)",
  "(Not <{{token}}>)",
  "(<urn:uuid:0>)",
  "(",
  "()",
  "((<a>))",
  "<x> (<y>)",
  "(Not Not <x>)",
  "(<DAV:no-lock>)",
  "(Not <DAV:no-lock>)",
  "</CalDAV/~mal/Calendar/> (<{{token}}>)",
  "</CalDAV/~ann/Calendar/> (<{{token}}>)",
  "<http://[> (<x>)",
  "<http://%> (<x>)",
  "</%zz> (<x>)",
  "<http://mail.example/CalDAV/~mal/Play/> (<{{lock}}>) (Not <x>)",
  '(["x" "y"])',
  "(<x>) </y> (<z>)",
  "<> (<x>)",
  "(<x",
  '(["x)',
  "</..> (Not <x>)",
  "</CalDAV/~mal/%00> (Not <x>)",
] as const;

/** The headers that mean something, and what is sent in them. */
const HEADERS = {
  If: (random) => (random.oneIn(12) ? `${random.pick(LISTS)} `.repeat(200) : random.pick(LISTS)),
  Depth: from("0", "1", "infinity", "Infinity", "2", "-1", "", "1, 0", "1,noroot", "infinite", "0x1", "1e0"),
  Destination: (random) =>
    `${random.pick(["", "", "http://mail.example", "https://mail.example:443", "http://else.example", "//mail.example", "ftp://x", "http://[", "x"])}${random.oneIn(3) ? drawPath(random) : drawOwnObject(random)}`,
  Range: from(
    "bytes=0-4",
    "bytes=-5",
    "bytes=5-1",
    "bytes=0-",
    "bytes=-",
    "bytes=99999999999999999999-",
    "bytes=0-0,2-3",
    "lines=1-2",
    "bytes=a-b",
    `bytes=${"0-1,".repeat(300)}0-1`,
    "bytes=-0",
  ),
  Prefer: from(
    "return=minimal",
    "return=representation",
    "depth-noroot",
    "handling=lenient",
    'return="minimal"',
    "return=minimal, depth-noroot;x=y",
    ",,,=;",
    "wait=-1",
    "return",
    '"unclosed',
  ),
  Overwrite: from("T", "F", "t", "", "X", "TF"),
  "Lock-Token": from("<{{lock}}>", "{{lock}}", "<urn:uuid:0>", "<", "<>", "<opaquelocktoken:x> <y>", "*"),
  Timeout: from(
    "Second-60",
    "Infinite",
    "Infinite, Second-4100000000",
    "Second--1",
    "Second-99999999999999999999",
    "Second-",
    "Minute-3",
    "Second-0",
  ),
  "If-Match": from(...ETAGS),
  "If-None-Match": from(...ETAGS),
  "If-Range": from(...ETAGS, ...DATES),
  "If-Modified-Since": from(...DATES),
  "If-Unmodified-Since": from(...DATES),
  "If-Schedule-Tag-Match": from(...ETAGS),
  Accept: from(
    "text/calendar",
    "application/calendar+json",
    "application/calendar+xml",
    "*/*",
    "text/*;q=0",
    "text/calendar;q=x",
    "a/b;q=2;;;,,",
    "application/calendar+json;q=0.1,text/calendar;q=0.001",
    "",
    "/",
    `${"a/b,".repeat(900)}*/*`,
  ),
  "Accept-Charset": from("utf-8", "x;q=0", "*"),
  "Accept-Encoding": from("gzip", "identity;q=0", "*;q=0"),
  "Content-Type": from(
    "application/xml",
    "text/xml; charset=utf-8",
    "text/xml; charset=utf-16",
    "application/xml; charset=latin1",
    "text/calendar; charset=utf-8",
    "text/calendar",
    "application/calendar+json",
    "application/calendar+xml",
    "text/calendar; charset=iso-8859-1",
    "text/calendar; charset=nonsense",
    "text/calendar; component=VEVENT; method=REQUEST",
    "text/plain",
    "",
    "/",
    "x",
    ";;;",
    "text/calendar; charset=",
    'application/xml; charset="utf-8',
    "multipart/mixed; boundary=x",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
  ),
  "Content-Encoding": from("identity", "gzip", "br", "x", "", "gzip, gzip", "IDENTITY"),
  "Content-Language": from("en", "xx-yy-zz", ""),
  "Content-Range": from("bytes 0-4/10", "bytes */*", "x"),
  "CalDAV-Timezones": from("T", "F", "t", "x", ""),
  Brief: from("t", "f", "x"),
  "X-MobileMe-DAV-Options": from("return-changed-data", "x"),
  "X-HTTP-Method-Override": from("DELETE", "PROPFIND"),
  "X-Forwarded-Host": from("evil.example", "a, b"),
  "X-Forwarded-Proto": from("https", "javascript"),
  Authorization: (random) =>
    random.pick([
      "Basic",
      "Basic ",
      "Basic !!!",
      `Basic ${basic("mal:wrong")}`,
      `Basic ${basic("mal")}`,
      `Basic ${basic(":")}`,
      `Basic ${basic("mal@mail.example:mal-password")}`,
      `Basic ${basic("\u0000:\u0000")}`,
      `Basic ${basic("mal@nowhere:x")}`,
      "Bearer x",
      "Digest username=x",
      `basic ${basic("MAL:mal-password")}`,
      `Basic ${basic("x".repeat(3000))}`,
      `Basic ${basic(`mal:${"y".repeat(500)}`)}`,
      "Basic /w==",
      `Basic ${basic("@:@")}`,
    ]),
  "User-Agent": from("curl/8", "DAVx5/4", "Mozilla/5.0 Thunderbird", "iOS/17", "macOS/14 CalendarAgent", ""),
  Cookie: from("a=b", ";;;"),
  Origin: from("http://evil.example", "null"),
  Host: from(
    "mail.example",
    "MAIL.EXAMPLE.",
    "unknown.example",
    "",
    "[::1]:99",
    "a b",
    "mail.example:x",
    "mail.example:99999999",
    "xn--",
    "..",
    "é",
  ),
} satisfies Readonly<Record<string, Draw>>;

const NAMES = Object.keys(HEADERS) as (keyof typeof HEADERS)[];

/** Line ends would begin a request of their own; those are for the shots about broken HTTP. */
const oneLine = (value: string): string => value.replaceAll(/[\r\n]/g, " ");

/** Up to five headers, some of them damaged or twice; those in `sure` are there most of the time, as given. */
export function drawHeaders(random: Random, sure: readonly Header[] = [], most = 4): readonly Header[] {
  const kept = sure.filter(() => !random.oneIn(15));
  const more: Header[] = [];
  for (let left = random.int(most + 1); left > 0; left--) {
    const name = NAMES[random.int(NAMES.length)] ?? "If";
    // Another name or another host finds nothing of what is to be tried.
    if ((name === "Authorization" || name === "Host") && !random.oneIn(4)) continue;
    const value = HEADERS[name](random);
    more.push([name, oneLine(random.oneIn(12) ? mutated(random, value, 2) : value).slice(0, 9000)]);
  }
  const replaced = new Set(more.map(([name]) => name));
  return [...kept.filter(([name]) => !replaced.has(name) || random.oneIn(4)), ...more];
}

/** One header as it is usually drawn. */
export const drawHeader = (random: Random, name: keyof typeof HEADERS): Header => [name, HEADERS[name](random)];

const basic = (text: string): string => Buffer.from(text, "utf8").toString("base64");

import type { Random } from "../generators/random.js";
import { oneOf, some, timesOf } from "./chance.js";
import {
  type Draw,
  NAMES,
  TEXTS,
  names,
  href,
  hrefs,
  timeRange,
  filter,
  asked,
  limit,
  timezone,
  values,
  newCollection,
  search,
  expandedProperty,
  ace,
  ME,
  bulkResource,
} from "./elements.js";
import { changedTree, el, elWith, written } from "./markup.js";
import { mutated } from "./mutate.js";
import { octets } from "./shot.js";

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

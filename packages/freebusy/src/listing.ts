import {
  decodePropfind,
  type Exchange,
  encodeSegment,
  type Item,
  multistatus,
  parseDepth,
  type PropRequest,
  type Reply,
  refuseStatus,
  writeLocks,
} from "@kalends/dav-core";
import { type Clark, dav, formatHttpDate, formatIsoDate, type XmlOut } from "@kalends/dav-xml";
import { FOLDER, PUB } from "./address.js";
import { shown } from "./lock.js";
import { type Person, personAsking } from "./person.js";

/** A folder of the publishing area, or the one file in it; locked before it is there it is empty (RFC 4918 7.3). */
interface Entry {
  readonly href: string;
  readonly name: string;
  /** Null for a folder. */
  readonly person: Person | null;
}

type Write = (out: XmlOut, entry: Entry, person: Person) => void;

interface Property {
  readonly name: Clark;
  readonly on: "all" | "file" | "published";
  readonly write: Write;
}

const one = (out: XmlOut, around: string, inside: string): void => {
  out.open(dav(around));
  out.leaf(dav(inside));
  out.close();
};

const published = (name: string, value: (file: NonNullable<Person["file"]>) => string): Property => ({
  name: dav(name),
  on: "published",
  write: (out, _, { file }) => out.text(file === null ? "" : value(file)),
});

/** What publishing clients ask for (RFC 4918 15). */
const PROPERTIES: readonly Property[] = [
  { name: dav("displayname"), on: "all", write: (out, { name }) => out.text(name) },
  { name: dav("resourcetype"), on: "all", write: (out, { person }) => person === null && out.leaf(dav("collection")) },
  published("getetag", ({ etag }) => `"${etag}"`),
  published("getlastmodified", ({ uploadedAt }) => formatHttpDate(uploadedAt)),
  published("creationdate", ({ uploadedAt }) => formatIsoDate(uploadedAt)),
  { name: dav("getcontenttype"), on: "file", write: (out) => out.text("text/calendar; charset=utf-8") },
  {
    name: dav("getcontentlength"),
    on: "file",
    write: (out, _, { file }) => out.text(String(Buffer.byteLength(file?.data ?? ""))),
  },
  {
    name: dav("lockdiscovery"),
    on: "file",
    write: (out, { href }, { lock }) => writeLocks(out, { place: { root: href }, locks: lock ? [shown(lock)] : [] }),
  },
  {
    name: dav("supportedlock"),
    on: "file",
    write(out) {
      out.open(dav("lockentry"));
      one(out, "lockscope", "exclusive");
      one(out, "locktype", "write");
      out.close();
    },
  },
];

const has = ({ on }: Property, { person }: Entry): boolean =>
  on === "all" || (person !== null && (on === "file" || person.file !== null));

function itemOf(entry: Entry, request: PropRequest, asking: Person): Item {
  const there = PROPERTIES.filter((each) => has(each, entry));
  const wanted = request.form === "prop" ? there.filter(({ name }) => request.names.includes(name)) : there;
  const found = wanted.map(({ name, write }) =>
    request.form === "propname" ? { name } : { name, write: (out: XmlOut) => write(out, entry, asking) },
  );
  const names = request.form === "prop" ? request.names : [];
  const missing = names.filter((name) => !there.some((each) => each.name === name)).map((name) => ({ name }));
  const propstats = [
    { status: 200, props: found },
    { status: 404, props: missing },
  ];
  return {
    href: entry.href,
    propstats: propstats.filter(({ props }, i) => props.length > 0 || (i === 0 && missing.length === 0)),
  };
}

const folders: readonly Entry[] = [
  { href: PUB, name: "pub", person: null },
  { href: FOLDER, name: "calendar", person: null },
];

/** PROPFIND in the publishing area: its folders, and the asker's own file where there is one (RFC 4918 9.1). */
export async function list(href: string, cx: Exchange, file: Person | null): Promise<Reply> {
  if (cx.by === null) return refuseStatus(401, "Publishing takes your name and password.");
  const request = decodePropfind(await cx.xml());
  const { depth, noroot } = parseDepth(cx.headers.get("depth"), "infinity");
  const asking = file ?? (await personAsking(cx.by.id, cx));
  if (!asking) return refuseStatus(404, "There is nothing here.");
  const isThere = asking.file !== null || asking.lock !== null;
  const own = { href: `${FOLDER}${encodeSegment(asking.login)}.vfb`, name: `${asking.login}.vfb`, person: asking };
  const self = file === null ? folders.find((each) => each.href === href) : { ...own, href };
  if (!self || (file !== null && !isThere)) return refuseStatus(404, "Nothing was published here.");
  const below = [...folders, ...(isThere ? [own] : [])].filter(
    (each) => file === null && each.href.startsWith(href) && each.href !== href,
  );
  const children = below.filter((each) => depth === "infinity" || !each.href.slice(href.length, -1).includes("/"));
  const shownEntries = [...(noroot ? [] : [self]), ...(depth === 0 ? [] : children)];
  return multistatus(shownEntries.map((entry) => itemOf(entry, request, asking)));
}

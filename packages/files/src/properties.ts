import { type AnyProperty, FILE, type FileResource, lockProperties, property, type Resource } from "@kalends/dav-core";
import { type Clark, dav, integer, readFragment, text, xmlToString } from "@kalends/dav-xml";
import { areaUse, type CollectionId, changeDeadProperties, type FileUse, type ReadTx, sql } from "@kalends/store";
import { HOLDERS } from "./kinds.js";

const ofFile = <V>(value: (at: FileResource) => V) => ({
  from: "row" as const,
  value: (at: Resource): V | undefined => (at.rows === "file" ? value(at) : undefined),
});

const getcontentlength = property<number>({
  name: dav("getcontentlength"),
  spec: "RFC 4918 15.4",
  on: [FILE],
  allprop: true,
  source: ofFile(({ file }) => file.size),
  codec: integer,
});

const getcontenttype = property<string>({
  name: dav("getcontenttype"),
  spec: "RFC 4918 15.5",
  on: [FILE],
  allprop: true,
  source: ofFile(({ file }) => file.type),
  codec: text,
});

const getetag = property<string>({
  name: dav("getetag"),
  spec: "RFC 4918 15.6",
  on: [FILE],
  allprop: true,
  source: ofFile(({ file }) => `"${file.etag}"`),
  codec: text,
});

const DISPLAYNAME: Clark = dav("displayname");
const nameOf = ({ path }: FileResource): string => path.slice(path.lastIndexOf("/") + 1);

/** The names people gave, which lie among the dead properties so that they go where their resource goes. */
async function givenNames(resources: readonly Resource[], tx: ReadTx): Promise<ReadonlyMap<string, string>> {
  const files = resources.flatMap((at) => (at.rows === "file" ? [at] : []));
  const ids = [...new Set(files.map(({ collection }) => collection.id))];
  const rows = await tx.rows<{ collection: CollectionId; name: string; xml: string }>(sql`
    select collection_id as collection, name, xml from dead_property
    where collection_id = any(${ids}::bigint[]) and property = ${DISPLAYNAME}
      and name = any(${[...new Set(files.map(({ path }) => path))]}::text[])`);
  const given = new Map(rows.map((row) => [`${row.collection} ${row.name}`, readFragment(row.xml).text]));
  return new Map(
    files.map((at) => {
      const own = at.path === "" ? `Files of ${at.collection.owner.login}` : nameOf(at);
      return [at.href, given.get(`${at.collection.id} ${at.path}`) ?? own];
    }),
  );
}

/** What is not named otherwise goes by its name in the path. */
const displayname = property<string>({
  name: DISPLAYNAME,
  spec: "RFC 4918 15.2",
  on: ["*file"],
  allprop: true,
  needs: "l",
  source: { from: "batch", load: (resources, tx) => givenNames(resources, tx) },
  codec: text,
  write: {
    when: "both",
    store: {
      column: "own",
      apply(value, on) {
        const { collection, path } = on as FileResource;
        const set = value ? [{ property: DISPLAYNAME, xml: xmlToString(value) }] : [];
        return changeDeadProperties(collection.id, path, set, value ? [] : [DISPLAYNAME]);
      },
    },
  },
});

/** The whole area shares one quota, so every folder tells the same (RFC 4331 3). */
async function octetsUsed(resources: readonly Resource[], tx: ReadTx): Promise<ReadonlyMap<string, number>> {
  const files = resources.flatMap((at) => (at.rows === "file" ? [at] : []));
  const ids = [...new Set(files.map(({ collection }) => collection.id))];
  const rows = await tx.rows<FileUse & { id: CollectionId }>(areaUse(ids));
  const used = new Map(rows.map(({ id, octets }) => [id, octets]));
  return new Map(files.map(({ href, collection }) => [href, used.get(collection.id) ?? 0]));
}

const quotaUsedBytes = property<number>({
  name: dav("quota-used-bytes"),
  spec: "RFC 4331 4",
  on: HOLDERS,
  allprop: false,
  source: { from: "batch", load: (resources, tx) => octetsUsed(resources, tx) },
  codec: integer,
});

const quotaAvailableBytes = property<number>({
  name: dav("quota-available-bytes"),
  spec: "RFC 4331 3",
  on: HOLDERS,
  allprop: false,
  source: {
    from: "batch",
    async load(resources, tx, { services }) {
      const used = await octetsUsed(resources, tx);
      return new Map([...used].map(([href, octets]) => [href, Math.max(0, services.limits.filesQuota - octets)]));
    },
  },
  codec: integer,
});

export const fileProperties: readonly AnyProperty[] = [
  getcontentlength,
  getcontenttype,
  getetag,
  displayname,
  quotaUsedBytes,
  quotaAvailableBytes,
  ...lockProperties([FILE, ...HOLDERS]),
];

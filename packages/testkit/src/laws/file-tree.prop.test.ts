import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dav } from "@kalends/dav-xml";
import type { DavClient } from "../client/client.js";
import { eachDatabase } from "../databases.js";
import { startServer, type TestServer } from "../server.js";

/** What the area should hold: folders are null, files their text; dead properties by path. */
interface Tree {
  readonly at: Map<string, string | null>;
  readonly marks: Map<string, string>;
}

const NAMES = ["a", "b", "a b", "ä", "a0", "a-", "A"];
const path = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));

const deed = fc.oneof(
  fc.record({ do: fc.constant("PUT" as const), at: path, text: fc.string({ maxLength: 12 }) }),
  fc.record({ do: fc.constant("MKCOL" as const), at: path }),
  fc.record({ do: fc.constant("DELETE" as const), at: path }),
  fc.record({ do: fc.constant("PROPPATCH" as const), at: path, mark: fc.constantFrom("x", "y") }),
  fc.record({
    do: fc.constantFrom("COPY" as const, "MOVE" as const),
    at: path,
    to: path,
    overwrite: fc.boolean(),
    shallow: fc.boolean(),
  }),
);
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

const parent = (at: string): string => at.slice(0, Math.max(0, at.lastIndexOf("/")));
const isWithin = (at: string, around: string): boolean => at === around || at.startsWith(`${around}/`);
const isFolder = ({ at }: Tree, where: string): boolean => where === "" || at.get(where) === null;

function remove({ at, marks }: Tree, where: string): void {
  for (const map of [at, marks]) for (const key of [...map.keys()]) if (isWithin(key, where)) map.delete(key);
}

/** Moves nothing: what is at one place is also at the other. */
function copy({ at, marks }: Tree, from: string, to: string, whole: boolean): void {
  const seen = (key: string) => (whole ? isWithin(key, from) : key === from);
  for (const [key, value] of [...at]) if (seen(key)) at.set(to + key.slice(from.length), value);
  for (const [key, value] of [...marks]) if (seen(key)) marks.set(to + key.slice(from.length), value);
}

function transfer(tree: Tree, d: Extract<Deed, { to: string }>): number {
  const there = tree.at.get(d.at);
  const mapped = tree.at.has(d.to);
  if (there === undefined) return 404;
  if (!mapped && !isFolder(tree, parent(d.to))) return 409;
  if (isWithin(d.to, d.at) || isWithin(d.at, d.to)) return 403;
  if (mapped && !d.overwrite) return 412;
  if (there === null && d.shallow && d.do === "MOVE") return 400;
  if (mapped) remove(tree, d.to);
  copy(tree, d.at, d.to, !d.shallow || there !== null);
  if (d.do === "MOVE") remove(tree, d.at);
  return mapped ? 204 : 201;
}

/** The status the standard wants, after which the tree is as it should be. */
function expected(tree: Tree, d: Deed): number {
  const there = tree.at.get(d.at);
  if ("to" in d) return transfer(tree, d);
  if (d.do === "DELETE" || d.do === "PROPPATCH") {
    if (there === undefined) return 404;
    if (d.do === "DELETE") remove(tree, d.at);
    else tree.marks.set(d.at, d.mark);
    return d.do === "DELETE" ? 204 : 207;
  }
  if (d.do === "MKCOL" ? there !== undefined : there === null) return 405;
  if (there === undefined && !isFolder(tree, parent(d.at))) return 409;
  tree.at.set(d.at, d.do === "PUT" ? d.text : null);
  return there === undefined ? 201 : 204;
}

const hrefOf = (area: string, where: string): string => area + where.split("/").map(encodeURIComponent).join("/");

async function done(ann: DavClient, area: string, d: Deed): Promise<number> {
  const headers: Record<string, string> = {};
  if ("to" in d) {
    headers.Destination = hrefOf(area, d.to);
    headers.Overwrite = d.overwrite ? "T" : "F";
    if (d.shallow) headers.Depth = "0";
  }
  const set = `<propertyupdate xmlns="DAV:"><set><prop><mark xmlns="urn:x">${"mark" in d ? d.mark : ""}</mark></prop></set></propertyupdate>`;
  const body = "text" in d ? d.text : d.do === "PROPPATCH" ? set : undefined;
  return (await ann.request(d.do, hrefOf(area, d.at), { headers, body })).status;
}

/** What the server tells of everything: texts of files, null for folders, and the dead property. */
async function told(ann: DavClient, area: string): Promise<Tree> {
  const tree: Tree = { at: new Map(), marks: new Map() };
  const listing = await ann.propfind(area, [dav("resourcetype"), "{urn:x}mark"], "infinity");
  for (const { href, found } of listing.responses) {
    const where = decodeURIComponent(href.slice(area.length)).replace(/\/$/, "");
    if (where === "") continue;
    const mark = found("{urn:x}mark");
    if (mark) tree.marks.set(where, mark);
    tree.at.set(where, href.endsWith("/") ? null : (await ann.get(href)).text);
  }
  return tree;
}

const sorted = (map: ReadonlyMap<string, unknown>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

eachDatabase("the file area as a tree", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ database });
  });
  afterAll(() => server.stop());

  it("does what a plain tree in memory does (RFC 4918 9; DAV-60, DAV-64, DAV-71..75, DAV-77)", async () => {
    const runs = Number(process.env.KALENDS_PROPERTY_RUNS ?? 12);
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 5, maxLength: 30 }), async (deeds) => {
        const ann = await server.someone();
        const area = `/WebDAV/~${ann.login}/`;
        const tree: Tree = { at: new Map(), marks: new Map() };
        for (const d of deeds) {
          const wanted = expected(tree, d);
          expect([d, await done(ann, area, d)]).toEqual([d, wanted]);
        }
        const now = await told(ann, area);
        expect(sorted(now.at)).toEqual(sorted(tree.at));
        expect(sorted(now.marks)).toEqual(sorted(tree.marks));
      }),
      { numRuns: runs },
    );
    expect(server.faults).toEqual([]);
  });
});

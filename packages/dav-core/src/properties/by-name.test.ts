import { type CollectionId, countingStatements, raw, sql } from "@kalends/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import { exchange, openWorld, putObjects } from "../../test/reading.js";
import { addCollection, type World } from "../../testing/world.js";
import type { Answer } from "../exchange.js";
import { parsePath } from "../paths/address.js";
import { resolve } from "../resolve/resolve.js";
import { readMembersByName } from "./by-name.js";
import { bodyOf } from "../rows/member-row.js";
import { type CollectionResource, listMembers } from "./listing.js";
import { type Plan, plan } from "./plan.js";

let world: World;
let id: CollectionId;
let collection: CollectionResource;
const names = Array.from({ length: 1200 }, (_, i) => `e${String(i).padStart(4, "0")}.ics`);

beforeAll(async () => {
  world = await openWorld();
  id = await addCollection(world, "ann", "Cal");
  await putObjects(world, id, names);
  const cx = exchange(world, "REPORT", "/CalDAV/~ann/Cal/", {});
  const { target } = await resolve(parsePath(cx.path, world.registry.mailboxRoots), cx, world.registry);
  if (!target.mapped || target.resource.rows !== "collection") throw new Error("the calendar was not found");
  collection = target.resource;
});
afterAll(() => world.db.close());

const cx = () => exchange(world, "REPORT", "/CalDAV/~ann/Cal/", {});
const bodies = () => plan({ form: "prop", names: ["{urn:ietf:params:xml:ns:caldav}calendar-data"] }, world.registry);

async function gathered<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

/** The href of a response, and its first status. */
const toldIn = (answer: Answer): readonly unknown[] => {
  if (typeof answer !== "string") return [answer.href, answer.status];
  return [/<D:href>(.*?)</.exec(answer)?.[1], Number(/ (\d{3}) /.exec(answer)?.[1])];
};

it("reads members by name in one statement, the missing ones as 404 under the client's own hrefs (CAL-111, CAL-113)", async () => {
  const wanted = new Map([
    ["e0003.ics", "/CalDAV/%7Eann/Cal/e0003.ics"],
    ["no.ics", "/CalDAV/%7Eann/Cal/no.ics"],
    ["e0001.ics", "/CalDAV/%7Eann/Cal/e0001.ics"],
  ]);
  const { value, count } = await countingStatements(() =>
    gathered(readMembersByName(collection, wanted, bodies(), cx(), world.registry)),
  );
  expect(count).toBe(1);
  expect(value.map(toldIn)).toEqual([
    ["/CalDAV/%7Eann/Cal/e0001.ics", 200],
    ["/CalDAV/%7Eann/Cal/e0003.ics", 200],
    ["/CalDAV/%7Eann/Cal/no.ics", 404],
  ]);
});

it("asks nothing when nothing is named (RFC 4791 7.9)", async () => {
  const { value, count } = await countingStatements(() =>
    gathered(readMembersByName(collection, new Map(), bodies(), cx(), world.registry)),
  );
  expect([value, count]).toEqual([[], 0]);
});

it("cuts a listing of bodies by their octets, and still gives each member once in order (RFC 4791 7.8)", async () => {
  await world.db.rows(sql`update object set size = 750000 where collection_id = ${id} and name < 'e0007'`);
  const pages: number[] = [];
  const seen: string[] = [];
  const { count } = await countingStatements(async () => {
    for await (const page of listMembers(collection, bodies(), cx(), world.registry)) {
      pages.push(page.length);
      seen.push(...page.map(({ name }) => name));
    }
  });
  expect(count).toBe(3);
  expect(seen).toEqual(names);
  expect(pages.slice(0, 2)).toEqual([3, 3]);
});

it("gives members that are named each once and in order, over several pages, and only where a condition holds (RFC 4791 7.8)", async () => {
  const asked = ["e0006.ics", "e0002.ics", "no.ics", "e0005.ics", "e0001.ics", "e0002.ics", "e0004.ics", "e0003.ics"];
  await world.db.rows(sql`update object set size = 750000 where collection_id = ${id} and name < 'e0007'`);
  const selection = { names: sql`${asked}::text[]`, where: sql`o.name <> ${"e0003.ics"}` };
  const { value, count } = await countingStatements(() =>
    gathered(listMembers(collection, bodies(), cx(), world.registry, selection)),
  );
  expect(count).toBe(2);
  expect(value.map(({ name }) => name)).toEqual(["e0001.ics", "e0002.ics", "e0004.ics", "e0005.ics", "e0006.ics"]);
});

it("narrows a listing by a condition and reads further columns (RFC 4791 7.8)", async () => {
  const compiled = plan({ form: "prop", names: ["{DAV:}getetag"] }, world.registry);
  const selection = { where: sql`o.uid = ${"e0005.ics"} or o.uid = ${"e0006.ics"}`, columns: ["uid"] as const };
  const { value, count } = await countingStatements(() =>
    gathered(listMembers(collection, compiled, cx(), world.registry, selection)),
  );
  expect(count).toBe(1);
  expect(value.map(({ member }) => [member.uid, member.component, "data" in member])).toEqual([
    ["e0005.ics", "", false],
    ["e0006.ics", "", false],
  ]);
});

it("tells of whom a condition is sure, and reads the text of the others alone unless all is asked for (RFC 4791 7.8)", async () => {
  const etags = plan({ form: "prop", names: ["{DAV:}getetag"] }, world.registry);
  const marked = raw(
    "select * from (values ('e0002.ics', true), ('e0001.ics', false), ('e0002.ics', false)) u(name, sure)",
  );
  const told = async (compiled: Plan) => {
    const selection = { marked, sure: raw("n.sure") };
    const found = await gathered(listMembers(collection, compiled, cx(), world.registry, selection));
    return found.map(({ name, member }) => [name, member.sure === true, bodyOf(member) !== ""]);
  };
  expect(await told(etags)).toEqual([
    ["e0001.ics", false, true],
    ["e0002.ics", true, false],
  ]);
  expect(await told(bodies())).toEqual([
    ["e0001.ics", false, true],
    ["e0002.ics", true, true],
  ]);
});

it("cuts a listing by the octets of those texts alone that it reads (RFC 4791 7.8)", async () => {
  await world.db.rows(sql`update object set size = 750000 where collection_id = ${id} and name < 'e0007'`);
  const etags = plan({ form: "prop", names: ["{DAV:}getetag"] }, world.registry);
  const pages = async (sure: string) => {
    const { value, count } = await countingStatements(() =>
      gathered(listMembers(collection, etags, cx(), world.registry, { sure: raw(sure) })),
    );
    expect(value.map(({ name }) => name)).toEqual(names);
    return count;
  };
  expect([await pages("true"), await pages("o.name > 'e0003.ics'"), await pages("false")]).toEqual([1, 2, 3]);
});

it("lists names that hold what usually stands between the cells of a listing (DAV-20)", async () => {
  const odd = "e0008\u001f.ics";
  await world.db.rows(sql`update object set name = ${odd} where collection_id = ${id} and name = 'e0008.ics'`);
  const etags = plan({ form: "prop", names: ["{DAV:}getetag"] }, world.registry);
  const { value, count } = await countingStatements(() =>
    gathered(listMembers(collection, etags, cx(), world.registry)),
  );
  expect(value.map(({ name }) => name)).toEqual(names.map((name) => (name === "e0008.ics" ? odd : name)).sort());
  expect(count).toBe(2);
});

import { sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addCollection, lunch, openWorld, put, send, tokenOf, type World } from "../../test/world.js";
import type { ObjectGuard, ObjectWrite } from "./guards.js";

const seen: ObjectWrite[] = [];
let act: (() => Promise<unknown>) | undefined;
/** Runs once, between the judgement of a request and its transaction: the place where others get in. */
const intruder: ObjectGuard = {
  name: "intruder",
  async check(write) {
    seen.push(write);
    const now = act;
    act = undefined;
    await now?.();
    return undefined;
  },
};
const meanwhile = (action: () => Promise<unknown>) => {
  act = action;
};

let world: World;
let number = 0;
let here: string;
let there: string;

beforeAll(async () => {
  world = await openWorld({ guards: [intruder], emit: [] });
});
afterAll(() => world.db.close());
beforeEach(async () => {
  number += 1;
  here = `/CalDAV/~ann/Here${number}/`;
  there = `/CalDAV/~ann/There${number}/`;
  await addCollection(world, "ann", `Here${number}`);
  await addCollection(world, "ann", `There${number}`);
  await put(world, `${here}a.ics`, lunch("a"));
  seen.length = 0;
});

const move = (headers: Readonly<Record<string, string>> = {}) =>
  send(world, "MOVE", `${here}a.ics`, { headers: { destination: `${there}a.ics`, ...headers } });
const dinner = lunch("a").replace("Lunch", "Dinner");
const read = async (path: string) => (await send(world, "GET", path)).text;

describe("a MOVE while others write", () => {
  it("takes what is there by then, or answers 412 where If-Match names another (DAV-08, DAV-80)", async () => {
    meanwhile(() => put(world, `${here}a.ics`, dinner));
    expect((await move()).status).toBe(201);
    expect(await read(`${there}a.ics`)).toBe(dinner);
    await send(world, "DELETE", `${there}a.ics`);
    const { headers } = await put(world, `${here}a.ics`, lunch("a"));
    meanwhile(() => put(world, `${here}a.ics`, dinner));
    expect((await move({ "if-match": headers.ETag ?? "" })).status).toBe(412);
    expect([await read(`${here}a.ics`), (await send(world, "GET", `${there}a.ics`)).status]).toEqual([dinner, 404]);
  });

  it("finds nothing any more when the source was removed, and writes nothing (RFC 9110 15.5.5, SYNC-81)", async () => {
    const token = await tokenOf(world, there);
    meanwhile(() => send(world, "DELETE", `${here}a.ics`));
    expect((await move()).status).toBe(404);
    expect(await tokenOf(world, there)).toBe(token);
  });

  it("answers 412 to Overwrite F when the destination was taken meanwhile, and replaces it otherwise (DAV-72)", async () => {
    meanwhile(() => put(world, `${there}a.ics`, dinner));
    expect((await move({ overwrite: "F" })).status).toBe(412);
    await send(world, "DELETE", `${there}a.ics`);
    meanwhile(() => put(world, `${there}a.ics`, dinner));
    expect((await move()).status).toBe(204);
    expect(await read(`${there}a.ics`)).toBe(lunch("a"));
  });

  it("finds the UID taken meanwhile, and the source untouched (CAL-33, SYNC-81)", async () => {
    const token = await tokenOf(world, here);
    meanwhile(() => put(world, `${there}other.ics`, dinner));
    const late = await move();
    expect(late.status).toBe(409);
    expect(late.text).toContain(`${there}other.ics`);
    expect([await tokenOf(world, here), await read(`${here}a.ics`)]).toEqual([token, lunch("a")]);
  });

  it("answers 409 when the calendar it goes to is removed meanwhile (RFC 4918 9.9.4)", async () => {
    meanwhile(() => world.db.rows(sql`delete from collection where display_name = ${`There${number}`}`));
    expect((await move()).status).toBe(409);
    expect(await read(`${here}a.ics`)).toBe(lunch("a"));
  });

  it("keeps both calendars to the sync tokens that If names (SYNC-70, SYNC-72)", async () => {
    for (const path of [here, there]) {
      const header = `<${path}> (<${await tokenOf(world, path)}>)`;
      meanwhile(() => put(world, `${path}z.ics`, lunch("z")));
      expect((await move({ if: header })).status).toBe(412);
    }
    expect(await read(`${here}a.ics`)).toBe(lunch("a"));
    expect((await move({ if: `<${there}> (<${await tokenOf(world, there)}>)` })).status).toBe(201);
  });
});

describe("rules on writes", () => {
  it("see both ends of a MOVE as such, and a COPY as something new (CAL-31)", async () => {
    await move();
    const ends = [here, there].map((path) => path.split("/").at(-2));
    const told = seen.map(({ collection, before, after, move: both }) => [
      collection.displayName,
      before === null,
      after === null,
      [both?.from.name, both?.to.name],
    ]);
    expect(told).toEqual([
      [ends[1], true, false, ["a.ics", "a.ics"]],
      [ends[0], false, true, ["a.ics", "a.ics"]],
    ]);
    seen.length = 0;
    await send(world, "COPY", `${there}a.ics`, { headers: { destination: `${here}a.ics` } });
    expect(seen.map((write) => write.move)).toEqual([undefined]);
  });
});

describe("a COPY of a calendar while others write to it", () => {
  it("has what came in meanwhile too (DAV-71, DAV-78)", async () => {
    meanwhile(() => put(world, `${here}b.ics`, lunch("b")));
    const copied = await send(world, "COPY", here, { headers: { destination: `/CalDAV/~ann/New${number}/` } });
    expect(copied.status).toBe(201);
    expect(await read(`/CalDAV/~ann/New${number}/b.ics`)).toBe(lunch("b"));
  });
});

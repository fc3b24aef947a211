import { afterAll, beforeAll, expect, it } from "vitest";
import { addCollection, lunch, openWorld, put, send, tokenOf, type World, xml } from "../../test/world.js";

let world: World;
const path = "/CalDAV/~ann/Cal/";
const home = "/CalDAV/~ann/";
const CTAG = "http://me.com/_namespace/ctag/";

beforeAll(async () => {
  world = await openWorld();
  await addCollection(world, "ann", "Cal");
});
afterAll(() => world.db.close());

/** The same world, where something happens between the judgement of a request and its transaction. */
function disturbed(disturb: () => Promise<unknown>): World {
  const db = new Proxy(world.db, {
    get(target, key) {
      if (key === "write")
        return async (work: Parameters<typeof target.write>[0]) => (await disturb(), target.write(work));
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return { ...world, db };
}
const rename = xml("D:propertyupdate", "<D:set><D:prop><D:displayname>New</D:displayname></D:prop></D:set>");

it("PROPPATCH holds the sync token in If to its end (SYNC-72)", async () => {
  const patch = (at: World, token: string) =>
    send(at, "PROPPATCH", path, { headers: { if: `(<${token}>)` }, body: rename });
  const intruder = disturbed(() => put(world, `${path}a.ics`, lunch("a")));
  expect((await patch(intruder, await tokenOf(world, path))).status).toBe(412);
  expect((await patch(world, await tokenOf(world, path))).status).toBe(207);
});

it("MKCALENDAR holds the state of the home, and tells the new CTags (SYNC-72, APL-07)", async () => {
  const make = (at: World, slug: string, state: string) =>
    send(at, "MKCALENDAR", `${home}${slug}/`, { headers: { if: `<${home}> (<${state}>)` } });
  const intruder = disturbed(() => send(world, "MKCALENDAR", `${home}Other/`));
  const late = await make(intruder, "Late", CTAG + encodeURIComponent(await tokenOf(world, home)));
  expect([late.status, late.text.includes("<ME:ctag-ok/>")]).toEqual([412, true]);
  expect((await send(world, "PROPFIND", `${home}Late/`, { headers: { depth: "0" } })).status).toBe(404);
  const made = await make(world, "Now", CTAG + (await tokenOf(world, home)));
  expect(made.status).toBe(201);
  expect(made.headers).toMatchObject({
    CTag: await tokenOf(world, `${home}Now/`),
    "Home-CTag": await tokenOf(world, home),
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCollection, lunch, openWorld, put, report, told, type World } from "../../test/world.js";

let world: World;
const path = "/CalDAV/~ann/Cal/";
const DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data";

beforeAll(async () => {
  world = await openWorld();
  await addCollection(world, "ann", "Cal");
  await addCollection(world, "ann", "Other");
  for (const uid of ["a", "b", "c d@x"]) await put(world, `${path}${encodeURIComponent(uid)}.ics`, lunch(uid));
  await put(world, "/CalDAV/~ann/Other/o.ics", lunch("o"));
  await addCollection(world, "ann", "Work/Team");
  await put(world, "/CalDAV/~ann/Work/Team/t.ics", lunch("t"));
});
afterAll(() => world.db.close());

const multiget = (hrefs: readonly string[], at = path, depth = "1") =>
  report(
    world,
    at,
    "C:calendar-multiget",
    `<D:prop><D:getetag/><D:getcontenttype/><C:calendar-data/></D:prop>${hrefs.map((href) => `<D:href>${href}</D:href>`).join("")}`,
    depth,
  );

describe("calendar-multiget", () => {
  it("gives tag, type and text of each, and 404 for what is not there (CAL-110, CAL-111)", async () => {
    const items = told(await multiget([`${path}a.ics`, `${path}gone.ics`]));
    expect(items.map(({ href, status }) => [href, status])).toEqual([
      [`${path}a.ics`, 0],
      [`${path}gone.ics`, 404],
    ]);
    expect(items[0]?.props.get(DATA)?.el.text).toBe(lunch("a").replaceAll("\r\n", "\n"));
    expect(items[0]?.props.get("{DAV:}getcontenttype")?.el.text).toBe("text/calendar; charset=utf-8; component=vevent");
  });

  it("reaches a nested mailbox by both forms of its path and answers with one (CAL-110, DAV-11)", async () => {
    const [plain, encoded] = ["/CalDAV/~ann/Work/Team/", "/CalDAV/~ann/Work%2FTeam/"];
    for (const at of [plain, encoded, "/CalDAV/~ann/"]) {
      for (const base of [plain, encoded]) {
        const items = told(await multiget([`${base}t.ics`], at));
        expect(items.map(({ href, status }) => [href, status])).toEqual([[`${encoded}t.ics`, 0]]);
      }
    }
  });

  it("takes absolute URIs, other encodings and duplicates, each answered once (CAL-110, CAL-113)", async () => {
    const items = told(
      await multiget([
        `https://mail.example${path}a.ics`,
        `${path}%61.ics`,
        `${path}a.ics`,
        `${path}c%20d%40x.ics`,
        `${path}c%20d@x.ics`,
      ]),
    );
    expect(items.map(({ href }) => href)).toEqual([`${path}a.ics`, `${path}c%20d@x.ics`]);
  });

  it.each([
    "/CalDAV/~ann/Other/o.ics",
    "https://elsewhere.example/CalDAV/~ann/Cal/a.ics",
    "/CalDAV/~ann/Cal/../a.ics",
    "a.ics",
    "/%zz",
  ])("answers %s with 404 of its own (CAL-111)", async (href) => {
    const items = told(await multiget([href, `${path}a.ics`]));
    expect(items.map((item) => [item.href, item.status])).toEqual([
      [`${path}a.ics`, 0],
      [href, 404],
    ]);
  });

  it("works on a home, over several calendars (CAL-114)", async () => {
    const items = told(await multiget([`${path}a.ics`, "/CalDAV/~ann/Other/o.ics"], "/CalDAV/~ann/"));
    expect(items.filter(({ props }) => props.get(DATA)?.status === 200)).toHaveLength(2);
  });

  it("works on an object for that object alone (CAL-112)", async () => {
    const items = told(await multiget([`${path}a.ics`, `${path}b.ics`], `${path}a.ics`, "0"));
    expect(items.map(({ href, status }) => [href, status])).toEqual([
      [`${path}a.ics`, 0],
      [`${path}b.ics`, 404],
    ]);
  });

  it("asks the database three times at most, for a thousand names (CAL-113)", async () => {
    const hrefs = Array.from({ length: 1_000 }, (_, i) => `${path}n${i}.ics`);
    const answer = await multiget([`${path}a.ics`, ...hrefs]);
    expect(told(answer)).toHaveLength(1_001);
    expect(answer.statements).toBeLessThanOrEqual(3);
  });

  it("gives way to others while it looks for many names (CAL-113)", async () => {
    let turns = 0;
    const tick = () => {
      turns += 1;
      ticking = setImmediate(tick);
    };
    let ticking = setImmediate(tick);
    await multiget(Array.from({ length: 3_000 }, (_, i) => `/CalDAV/~bob/n${i}.ics`));
    clearImmediate(ticking);
    // A hundred names are sorted in one turn, two hundred answers written in another.
    expect(turns).toBeGreaterThanOrEqual(30 + 15);
  });
});

import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "../client/client.js";
import { eachDatabase } from "../databases.js";
import { eventText } from "../generators/text.js";
import { startServer, type TestServer } from "../server.js";
import { listedEtags, sorted, syncedView } from "./sync-client.js";

const EACH = 20;

eachDatabase("MOVEs that cross", (database) => {
  let server: TestServer;
  let ann: DavClient & { readonly home: string };
  beforeAll(async () => {
    server = await startServer({ database });
    ann = await server.someone();
  });
  afterAll(() => server.stop());

  const move = async (from: string, to: string) =>
    (await ann.request("MOVE", from, { headers: { Destination: to } })).status;

  it("and PUTs in between all succeed; nothing is lost or twice there (DAV-81, SYNC-18)", async () => {
    const [left, right] = [`${ann.home}Left/`, `${ann.home}Right/`];
    for (const path of [left, right]) await ann.mkcalendar(path);
    const numbers = Array.from({ length: EACH }, (_, n) => n);
    await Promise.all(numbers.map((n) => ann.put(`${left}l${n}.ics`, eventText(`l${n}`))));
    await Promise.all(numbers.map((n) => ann.put(`${right}r${n}.ics`, eventText(`r${n}`))));
    const views = [syncedView(ann, left), syncedView(ann, right)] as const;
    for (const view of views) await view.sync();
    const statuses = await Promise.all(
      numbers.flatMap((n) => [
        move(`${left}l${n}.ics`, `${right}l${n}.ics`),
        move(`${right}r${n}.ics`, `${left}r${n}.ics`),
        ann.put(`${left}new${n}.ics`, eventText(`new${n}`)).then(({ status }) => status),
      ]),
    );
    expect(statuses.filter((status) => status !== 201)).toEqual([]);
    for (const [path, view, expected] of [
      [left, views[0], ["r", "new"]],
      [right, views[1], ["l"]],
    ] as const) {
      const listed = await listedEtags(ann, path);
      const names = expected.flatMap((name) => numbers.map((n) => `${path}${name}${n}.ics`));
      expect([...listed.keys()].sort()).toEqual(names.sort());
      await view.sync();
      expect(sorted(view.etags)).toEqual(sorted(listed));
    }
    expect(server.faults).toEqual([]);
  }, 120_000);

  it("of one object have one winner (DAV-81)", async () => {
    const paths = [`${ann.home}Left/one.ics`, `${ann.home}Right/one.ics`] as const;
    await ann.put(paths[0], eventText("one"));
    const targets = Array.from({ length: 8 }, (_, n) => `${ann.home}Right/to${n}.ics`);
    const statuses = await Promise.all(targets.map((to) => move(paths[0], to)));
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => ![201, 404, 409].includes(status))).toEqual([]);
    const found = await Promise.all(targets.map(async (path) => (await ann.get(path)).status));
    expect(found.filter((status) => status === 200)).toHaveLength(1);
    expect((await ann.get(paths[0])).status).toBe(404);
  });
});

import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "../client/client.js";
import { eachDatabase } from "../databases.js";
import { eventText } from "../generators/text.js";
import { startServer, type TestServer } from "../server.js";
import { runs } from "./runs.js";
import { listedEtags, type SyncedView, sorted, syncedView } from "./sync-client.js";

type Act =
  | { readonly act: "put"; readonly by: 0 | 1; readonly name: number; readonly text: number; readonly blind: boolean }
  | { readonly act: "delete"; readonly by: 0 | 1; readonly name: number }
  | { readonly act: "move"; readonly by: 0 | 1; readonly name: number; readonly to: number }
  | { readonly act: "sync"; readonly by: 0 | 1; readonly limit: number | undefined };

const by = fc.constantFrom(0 as const, 1 as const);
const name = fc.integer({ min: 0, max: 4 });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant("put" as const), by, name, text: fc.nat(2), blind: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("delete" as const), by, name }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("move" as const), by, name, to: name }) },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant("sync" as const), by, limit: fc.constantFrom(undefined, 1, 2) }),
  },
);

eachDatabase("two devices and the server", (database) => {
  let server: TestServer;
  let ann: DavClient & { readonly home: string };
  let count = 0;
  beforeAll(async () => {
    server = await startServer({ database });
    ann = await server.someone();
  });
  afterAll(() => server.stop());

  const file = (path: string, n: number) => `${path}n${n}.ics`;

  async function perform(act: Act, path: string, views: readonly [SyncedView, SyncedView]): Promise<number> {
    const view = views[act.by];
    if (act.act === "sync") {
      await view.page(act.limit);
      return 207;
    }
    const href = file(path, act.name);
    const etag = view.etags.get(href);
    const known: Record<string, string> = etag === undefined ? {} : { "If-Match": etag };
    if (act.act === "delete") return (await ann.delete(href, known)).status;
    if (act.act === "move") {
      return (await ann.request("MOVE", href, { headers: { Destination: file(path, act.to) } })).status;
    }
    const headers = act.blind ? {} : etag === undefined ? { "If-None-Match": "*" } : known;
    // The UID stays with the object when it is moved, so names and UIDs meet in all ways.
    return (await ann.put(href, eventText(`u${act.name}`, { summary: `text ${act.text}` }), headers)).status;
  }

  it("agree after any interleaving of edits and syncs (SYNC-15..18, SYNC-21, SYNC-51, SYNC-52)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 14, size: "max" }), async (acts) => {
        const path = `${ann.home}run${count++}/`;
        expect((await ann.mkcalendar(path)).status).toBe(201);
        const views = [syncedView(ann, path), syncedView(ann, path)] as const;
        for (const each of acts) expect(await perform(each, path, views)).toBeLessThan(500);
        await views[0].sync();
        await views[1].sync(2);
        const fresh = syncedView(ann, path);
        await fresh.sync();
        const listed = sorted(await listedEtags(ann, path));
        expect(sorted(fresh.etags)).toEqual(listed);
        expect(sorted(views[0].etags)).toEqual(listed);
        expect(sorted(views[1].etags)).toEqual(listed);
        expect((await ann.delete(path)).status).toBe(204);
      }),
      { numRuns: runs(250) },
    );
  }, 600_000);
});

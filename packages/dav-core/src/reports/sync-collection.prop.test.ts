import type { CollectionId } from "@kalends/store";
import { sql } from "@kalends/store";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openWorld, putObjects, removeObject, send, tell } from "../../test/reading.js";
import { addCollection, type World } from "../../testing/world.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.db.close());

const names = ["a.ics", "B.ics", "c d.ics", "é.ics", "Z.ics"];
const name = fc.constantFrom(...names);

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("put" as const), names: fc.uniqueArray(name, { minLength: 1 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), name }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("sync" as const),
      client: fc.nat(1),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
);

interface Client {
  token: string;
  readonly held: Map<string, string>;
}

const ETAG = "{DAV:}getetag";

/** One page; true when there is more. */
async function syncPage(client: Client, path: string, limit: number): Promise<boolean> {
  const body = `<sync-collection xmlns="DAV:"><sync-token>${client.token}</sync-token><sync-level>1</sync-level>
    <limit><nresults>${limit}</nresults></limit><prop><getetag/></prop></sync-collection>`;
  const { items, token = "", hrefs } = await tell(await send(world, "REPORT", path, { body }));
  expect(items.size).toBe(hrefs.length);
  let more = false;
  for (const [href, { status, props }] of items) {
    if (status === 507) more = true;
    else if (status === 404) client.held.delete(href);
    else client.held.set(href, props[ETAG]?.el.text ?? "");
  }
  client.token = token;
  return more;
}

async function serverState(id: CollectionId, path: string): Promise<Map<string, string>> {
  const rows = await world.db.rows<{ name: string; etag: string }>(
    sql`select name, etag from object where collection_id = ${id}`,
  );
  return new Map(rows.map(({ name, etag }) => [path + encodeURIComponent(name), `"${etag}"`]));
}

let runs = 0;

it("brings any client to the server's state, whatever happens between pages (SYNC-51, SYNC-52, SYNC-83)", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      runs += 1;
      const path = `/CalDAV/~ann/Run${runs}/`;
      const id = await addCollection(world, "ann", `Run${runs}`);
      const clients: Client[] = [
        { token: "", held: new Map() },
        { token: "", held: new Map() },
      ];
      for (const each of steps) {
        if (each.do === "put") await putObjects(world, id, each.names);
        else if (each.do === "remove") await removeObject(world, id, each.name);
        else for (const client of clients.slice(each.client, each.client + 1)) await syncPage(client, path, each.limit);
      }
      const wanted = await serverState(id, path);
      for (const client of clients) {
        while (await syncPage(client, path, 2)) expect(client.token).not.toBe("");
        expect(new Map([...client.held].sort())).toEqual(new Map([...wanted].sort()));
      }
    }),
    { numRuns: 25 },
  );
});

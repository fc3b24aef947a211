import { dav } from "@kalends/dav-xml";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "../client/client.js";
import type { DavResponse } from "../client/connection.js";
import { eachDatabase } from "../databases.js";
import { seededRandom } from "../generators/random.js";
import { eventText } from "../generators/text.js";
import { startServer, type TestServer } from "../server.js";
import { runs } from "./runs.js";
import { listedEtags, sorted, syncedView } from "./sync-client.js";

const WRITERS = 8;
const WRITES = 12;

eachDatabase("writers side by side", (database) => {
  let server: TestServer;
  let ann: DavClient & { readonly home: string };
  beforeAll(async () => {
    server = await startServer({ database });
    ann = await server.someone();
  });
  afterAll(() => server.stop());

  /** Asks again when the server says that too many write the same object, as clients do. */
  async function insistently(ask: () => Promise<DavResponse>): Promise<number> {
    const { status, headers } = await ask();
    if (status !== 503) return status;
    expect(headers["retry-after"]).toBe("1");
    return insistently(ask);
  }

  /** Writes, changes and removes among a few names that all writers share. */
  async function write(path: string, writer: number, seed: number): Promise<readonly number[]> {
    const random = seededRandom(seed * WRITERS + writer);
    const statuses: number[] = [];
    for (let n = 0; n < WRITES; n++) {
      const name = random.int(10);
      const href = `${path}n${name}.ics`;
      const text = eventText(`u${name}`, { summary: `${writer} ${n}` });
      const isRemoval = random.oneIn(4);
      statuses.push(await insistently(() => (isRemoval ? ann.delete(href) : ann.put(href, text))));
    }
    return statuses;
  }

  it("leave a client that polls all along with what a fresh one sees (SYNC-21, SYNC-83)", async () => {
    for (let run = 0; run < runs(5); run++) {
      const path = `${ann.home}parallel${run}/`;
      await ann.mkcalendar(path);
      const polling = syncedView(ann, path);
      let writing = true;
      const writers = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(path, writer, run))).finally(
        () => {
          writing = false;
        },
      );
      while (writing) await polling.page(3);
      const statuses = (await writers).flat();
      expect(statuses.filter((status) => ![201, 204, 404].includes(status))).toEqual([]);
      await polling.sync();
      const fresh = syncedView(ann, path);
      await fresh.sync();
      const listed = sorted(await listedEtags(ann, path));
      expect(sorted(fresh.etags)).toEqual(listed);
      expect(sorted(polling.etags)).toEqual(listed);
    }
    expect(server.faults).toEqual([]);
  }, 300_000);

  it("have one winner when they create the same object (DAV-122)", async () => {
    const path = `${ann.home}Calendar/one.ics`;
    const attempt = (n: number) => ann.put(path, eventText("one", { summary: `${n}` }), { "If-None-Match": "*" });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => attempt(n)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 412)]);
  });

  it("have one winner when they claim the same UID under different names (CAL-05)", async () => {
    const attempt = (n: number) => ann.put(`${ann.home}Calendar/uid${n}.ics`, eventText("claimed"));
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => attempt(n)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  });

  it("have one winner when each wants the collection as it was (SYNC-70, SYNC-72)", async () => {
    const path = `${ann.home}Tokens/`;
    await ann.mkcalendar(path);
    const token = (await ann.propfind(path, [dav("sync-token")])).of(path).found(dav("sync-token"));
    const headers = { If: `<${path}> (<${token}>)` };
    const attempt = (n: number) => ann.put(`${path}t${n}.ics`, eventText(`t${n}`), headers);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => attempt(n)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 412)]);
  });

  it("have one winner when they change the same version (DAV-121, SYNC-72)", async () => {
    const path = `${ann.home}Calendar/change.ics`;
    const { headers } = await ann.put(path, eventText("change"));
    const attempt = (n: number) =>
      ann.put(path, eventText("change", { summary: `${n}` }), { "If-Match": headers.etag ?? "" });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => attempt(n)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([204, ...Array.from({ length: 9 }, () => 412)]);
  });
});

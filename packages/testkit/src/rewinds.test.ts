import { parseSyncToken, formatSyncToken } from "@kalends/dav-core";
import { type Revision, rewindAll } from "@kalends/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eachDatabase } from "./databases.js";
import { eventText } from "./generators/text.js";
import { startServer, type TestServer } from "./server.js";

eachDatabase("sync after a backup was restored", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ database });
  });
  afterAll(() => server.stop());

  /** The token of somebody who saw so many changes more. */
  function later(token: string, changes: number): string {
    const point = parseSyncToken(token);
    if (!point) throw new Error(`not a token: ${token}`);
    return formatSyncToken({ ...point, revision: (point.revision + changes) as Revision });
  }

  it("goes on for those who saw nothing newer, and begins anew for the others (RFC 6578 3.2)", async () => {
    const ann = await server.someone();
    const at = `${ann.home}Calendar/`;
    await ann.put(`${at}a.ics`, eventText("a"));
    const old = (await ann.syncCollection(at, "")).syncToken ?? "";
    const home = (await ann.syncCollection(ann.home, "")).syncToken ?? "";
    await server.db.rows(rewindAll());

    const same = await ann.syncCollection(at, old);
    expect(same.responses).toEqual([]);
    expect((await ann.syncCollection(ann.home, home)).responses).toEqual([]);
    for (const [path, token] of [
      [at, old],
      [ann.home, home],
    ] as const) {
      for (const changes of [1, 7, 1000]) {
        await expect(ann.syncCollection(path, later(token, changes))).rejects.toThrow(/403.*valid-sync-token/s);
      }
    }
    await ann.put(`${at}b.ics`, eventText("b"));
    for (const token of [old, same.syncToken ?? ""]) {
      const { responses } = await ann.syncCollection(at, token);
      expect(responses.map(({ href }) => href)).toEqual([`${at}b.ics`]);
    }
    await expect(ann.syncCollection(at, later(old, 1))).rejects.toThrow(/403/);
  });

  it("a second time as well: both lost times stay lost (RFC 6578 3.2)", async () => {
    const ann = await server.someone();
    const at = `${ann.home}Calendar/`;
    const first = (await ann.syncCollection(at, "")).syncToken ?? "";
    await server.db.rows(rewindAll());
    const second = (await ann.syncCollection(at, first)).syncToken ?? "";
    await server.db.rows(rewindAll());
    for (const token of [first, second]) {
      expect((await ann.syncCollection(at, token)).responses).toEqual([]);
      await expect(ann.syncCollection(at, later(token, 1))).rejects.toThrow(/403/);
    }
  });
});

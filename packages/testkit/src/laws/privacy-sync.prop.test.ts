import { dav } from "@kalends/dav-xml";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "../client/client.js";
import { eachDatabase } from "../databases.js";
import { type Random, seededRandom } from "../generators/random.js";
import { eventText } from "../generators/text.js";
import { startServer, type TestServer } from "../server.js";
import { runs } from "./runs.js";
import { listedEtags, sorted, syncedView } from "./sync-client.js";

type Person = DavClient & { readonly login: string; readonly home: string };

const CLASSES = ["PUBLIC", "CONFIDENTIAL", "PRIVATE", "X-OWN"];
const isHidden = (openness: string): boolean => openness === "PRIVATE" || openness === "X-OWN";
const NAMES = 6;

eachDatabase("following a calendar of which a part is private", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ database });
  });
  afterAll(() => server.stop());

  async function setting() {
    const ann = await server.someone();
    const path = `${ann.home}Team/`;
    await ann.mkcalendar(path);
    const share = async (letters: string): Promise<Person> => {
      const who = await server.someone();
      await server.setRights(`~${ann.login}/Team`, who.login, letters);
      return who;
    };
    return { ann, path, reader: await share("lr"), administrator: await share("lra") };
  }

  const event = (name: number, openness: string, text: number): string =>
    eventText(`u${name}`, { summary: `${text}`, lines: [`CLASS:${openness}`] });

  /** One change by the owner; gives what became of the name. */
  async function change(
    ann: Person,
    path: string,
    random: Random,
    n: number,
  ): Promise<readonly [string, string | null]> {
    const name = random.int(NAMES);
    const href = `${path}e${name}.ics`;
    if (random.oneIn(4)) {
      await ann.delete(href);
      return [href, null];
    }
    const openness = CLASSES[random.int(CLASSES.length)] ?? "PUBLIC";
    const { status } = await ann.put(href, event(name, openness, n));
    expect([201, 204]).toContain(status);
    return [href, openness];
  }

  /** A follower that sees to it that nothing is told as gone that could never be seen. */
  function follower(client: DavClient, path: string, everSeen: ReadonlySet<string>) {
    let token = "";
    return async () => {
      const { responses, syncToken = "" } = await client.syncCollection(path, token, { names: [dav("getetag")] });
      for (const { href, status } of responses) if (status === 404) expect(everSeen).toContain(href);
      token = syncToken;
    };
  }

  it("ends with what is seen, page by page, however it is hidden and shown again (SYNC-12, SYNC-15, RFC 6578 3.5.2)", async () => {
    for (let run = 0; run < runs(8); run++) {
      const { ann, path, reader, administrator } = await setting();
      const random = seededRandom(run);
      const everSeen = new Set<string>();
      const views = [ann, reader, administrator].map((who) => ({ who, view: syncedView(who, path) }));
      const look = follower(reader, path, everSeen);
      for (let n = 0; n < 30; n++) {
        const [href, openness] = await change(ann, path, random, n);
        if (openness !== null && !isHidden(openness)) everSeen.add(href);
        for (const { view } of views) if (random.oneIn(4)) await view.page(1 + random.int(3));
        if (random.oneIn(3)) await look();
      }
      for (const { who, view } of views) {
        await view.sync(1 + random.int(4));
        expect(sorted(view.etags)).toEqual(sorted(await listedEtags(who, path)));
      }
      await look();
    }
    expect(server.faults).toEqual([]);
  }, 300_000);

  it("begins anew for whoever comes to see more, or less (RFC 6578 3.2, ACL-74)", async () => {
    const { ann, path, reader } = await setting();
    await ann.put(`${path}open.ics`, event(1, "PUBLIC", 1));
    await ann.put(`${path}secret.ics`, event(2, "PRIVATE", 1));
    const tokenOf = async () => (await reader.syncCollection(path, "")).syncToken ?? "";
    for (const [letters, count] of [
      ["lra", 2],
      ["lr", 1],
    ] as const) {
      const token = await tokenOf();
      await server.setRights(`~${ann.login}/Team`, reader.login, letters);
      await expect(reader.syncCollection(path, token)).rejects.toThrow("valid-sync-token");
      expect((await reader.syncCollection(path, "")).responses).toHaveLength(count);
    }
  });

  it("has tags of its own for what is seen in part, which hold and change with it (RFC 9110 8.8.3)", async () => {
    const { ann, path, reader } = await setting();
    const href = `${path}e.ics`;
    await ann.put(href, event(1, "CONFIDENTIAL", 1));
    const tag = async (who: DavClient) => (await who.get(href)).headers.etag ?? "";
    const first = await tag(reader);
    expect(first).not.toBe(await tag(ann));
    expect((await reader.get(href, { "If-None-Match": first })).status).toBe(304);
    expect(new Map(await listedEtags(reader, path)).get(href)).toBe(first);
    await ann.put(href, event(1, "CONFIDENTIAL", 2));
    expect(await tag(reader)).toBe(first);
    await ann.put(href, event(1, "PUBLIC", 2));
    expect(await tag(reader)).toBe(await tag(ann));
  });

  it.each([
    ["owner", [404, 404, 404]],
    ["administrators", [404, 404, 200]],
    ["writers", [404, 200, 200]],
  ] as const)("with privacy.entitled=%s is seen in full by those named (SHR-92)", async (entitled, expected) => {
    const own = await startServer({ database, config: { privacy: { entitled } } });
    try {
      const ann = await own.someone();
      const href = `${ann.home}Calendar/e.ics`;
      await ann.put(href, event(1, "PRIVATE", 1));
      const statuses: number[] = [];
      for (const letters of ["lr", "lrid", "lra"]) {
        const bob = await own.someone();
        await own.setRights(`~${ann.login}/Calendar`, bob.login, letters);
        statuses.push((await bob.get(href)).status);
      }
      expect(statuses).toEqual(expected);
      expect((await ann.get(href)).status).toBe(200);
    } finally {
      await own.stop();
    }
  });
});

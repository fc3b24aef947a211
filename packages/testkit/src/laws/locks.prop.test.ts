import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "../client/client.js";
import { giveBack, submitting, takeLock } from "../client/locks.js";
import { eachDatabase } from "../databases.js";
import { type Random, seededRandom } from "../generators/random.js";
import { eventText } from "../generators/text.js";
import { startServer, type TestServer } from "../server.js";
import { runs } from "./runs.js";

const ROUNDS = 12;
const NAMES = 3;

type Person = DavClient & { readonly login: string; readonly home: string };

eachDatabase("two people who lock and write", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ database });
  });
  afterAll(() => server.stop());

  async function pair(): Promise<{ readonly people: readonly [Person, Person]; readonly path: string }> {
    const ann = await server.someone();
    const bob = await server.someone();
    const path = `${ann.home}Team/`;
    await ann.mkcalendar(path);
    await server.setRights(`~${ann.login}/Team`, bob.login, "lrid");
    return { people: [ann, bob], path };
  }

  const etagAt = async (who: Person, href: string): Promise<string | null> => {
    const { status, headers } = await who.get(href);
    return status === 200 ? (headers.etag ?? "") : null;
  };

  /** Writes that submit nothing, of whoever: they may pass only where nobody holds a lock. */
  async function disturb(who: Person, path: string, random: Random): Promise<void> {
    for (let n = 0; n < ROUNDS * 3; n++) {
      const name = random.int(NAMES);
      const href = `${path}n${name}.ics`;
      const text = eventText(`u${name}`, { summary: `${who.login} ${n}` });
      const { status } = random.oneIn(4) ? await who.delete(href) : await who.put(href, text);
      expect([201, 204, 404, 423, 503]).toContain(status);
    }
  }

  /** Takes a lock, sees that nothing changes while it is held but by itself, and gives it back. */
  async function guard(who: Person, path: string, random: Random, held: number[]): Promise<void> {
    for (let n = 0; n < ROUNDS; n++) {
      const name = random.int(NAMES);
      const href = `${path}n${name}.ics`;
      const isWhole = random.oneIn(3);
      const { status, token } = await takeLock(who, isWhole ? path : href, { depth: "infinity" });
      if (token === null) {
        expect([207, 423]).toContain(status);
        continue;
      }
      held.push(status);
      const first = await etagAt(who, href);
      expect(await etagAt(who, href)).toBe(first);
      const headers = isWhole ? { If: `<${path}> (<${token}>)` } : submitting(token);
      const text = eventText(`u${name}`, { summary: `held ${who.login} ${n}` });
      let written = await who.put(href, text, headers);
      // Too many at once: the answer says to come again.
      while (written.status === 503) written = await who.put(href, text, headers);
      expect(written.status).toBe(first === null ? 201 : 204);
      expect(await etagAt(who, href)).toBe(written.headers.etag);
      expect((await giveBack(who, isWhole ? path : href, token)).status).toBe(204);
    }
  }

  it("never write through each other's locks, however they interleave (DAV-95, DAV-96)", async () => {
    for (let run = 0; run < runs(3); run++) {
      const { people, path } = await pair();
      const held: number[] = [];
      await Promise.all(
        people.flatMap((who, n) => [
          guard(who, path, seededRandom(run * 10 + n), held),
          disturb(who, path, seededRandom(run * 10 + n + 5)),
        ]),
      );
      expect(held.length).toBeGreaterThan(0);
    }
    expect(server.faults).toEqual([]);
  }, 300_000);

  it("have one winner when both lock the same thing at once (DAV-92)", async () => {
    const { people, path } = await pair();
    const both = await Promise.all(
      Array.from({ length: 10 }, (_, n) => takeLock(people[n % 2] ?? people[0], `${path}one.ics`)),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 423)]);
  });
});

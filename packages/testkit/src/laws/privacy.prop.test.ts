import { addMember } from "@kalends/accounts";
import { runAdmin } from "@kalends/server";
import { insertPrincipal, sql } from "@kalends/store";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "../client/client.js";
import type { DavResponse } from "../client/connection.js";
import { eachDatabase } from "../databases.js";
import { takeLock } from "../client/locks.js";
import { taskText } from "../generators/text.js";
import { DOMAIN, startServer, type TestServer } from "../server.js";
import { runs } from "./runs.js";
import { hidden, SECRET, secretEvent, secretObject, seen } from "./secrets.js";
import { readingWays, type WayOut, writingWays } from "./ways-out.js";

type Person = DavClient & { readonly login: string; readonly home: string };

const ENCODED = Buffer.from(SECRET).toString("base64").slice(0, 9);

/** Everything an answer says. */
const saidBy = ({ headers, text }: DavResponse): string => `${JSON.stringify(headers)}\n${unfolded(text)}`;

/** A word may be cut in two by a fold. */
const unfolded = (text: string): string => text.replaceAll(/(?:\r|&#13;|&#xD;)?\n[ \t]/gi, "");

const tells = (answer: DavResponse): boolean =>
  [SECRET, SECRET.toUpperCase(), ENCODED].some((word) => saidBy(answer).includes(word));

eachDatabase("what is private", (database) => {
  let server: TestServer;
  let ann: Person;
  let full: string;
  let bare: string;
  beforeAll(async () => {
    server = await startServer({ database });
    ann = await server.someone();
    [full, bare] = [`${ann.home}Full/`, `${ann.home}Bare/`];
    for (const path of [full, bare]) {
      await ann.mkcalendar(path);
      await fill(path, seen);
    }
    await fill(full, hidden);
  });
  afterAll(() => server.stop());

  async function fill(path: string, objects: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(objects)) {
      const { status, text: why } = await ann.put(path + name, text);
      if (status !== 201) throw new Error(`${name}: ${status} ${why}`);
    }
  }

  const share = async (who: string, letters: string): Promise<void> => {
    for (const slug of ["Full", "Bare"]) await server.setRights(`~${ann.login}/${slug}`, who, letters);
  };

  /** Somebody with these rights on both calendars. */
  async function reader(letters: string): Promise<Person> {
    const bob = await server.someone();
    if (letters !== "") await share(bob.login, letters);
    return bob;
  }

  async function inGroup(): Promise<Person> {
    const bob = await server.someone();
    const { domain_id } = (await server.db.one<{ domain_id: never }>(
      sql`select domain_id from principal where login = ${bob.login}`,
    )) ?? { domain_id: undefined as never };
    const names = { login: `team-${bob.login}`, displayName: "Team", firstName: null, lastName: null };
    await server.db.rows(insertPrincipal({ domain: domain_id, kind: "group", ...names, isAdmin: false }));
    await addMember(server.db, names.login, bob.login, DOMAIN);
    await share(names.login, "lr");
    return bob;
  }

  async function nobody(): Promise<DavClient> {
    await share("anonymous", "lr");
    return server.client(null);
  }

  async function switchedOff(): Promise<Person> {
    const bob = await reader("lra");
    await runAdmin(
      { command: "user.enabled", args: { name: bob.login, enabled: false } },
      server.house,
      () => undefined,
    );
    return bob;
  }

  const readers: readonly (readonly [string, () => Promise<DavClient>])[] = [
    ["somebody without rights", () => reader("")],
    ["nobody who is signed in", nobody],
    ["who sees free and busy", () => reader("l9")],
    ["a reader", () => reader("lrs")],
    ["a writer", () => reader("lrswipcd9")],
    ["a member of a group that reads", inGroup],
    ["an account that is switched off", switchedOff],
  ];

  /** The answer without hrefs and UIDs that were asked for: those come back with their 404, and are no news. */
  function news(answer: DavResponse, way: WayOut): DavResponse {
    const asked = way.name.startsWith("multiget") || Object.keys(hidden).some((name) => way.name.includes(name));
    const text = answer.text.replaceAll(new RegExp(`${SECRET}[123]`, "g"), "");
    return asked ? { ...answer, headers: {}, text } : answer;
  }

  async function leaks(client: DavClient, ways: readonly WayOut[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (const way of ways) {
      const answer = await way.go(client, full);
      const told = news(answer, way);
      if (tells(told)) found.push(`${way.name}: ${answer.status} ${saidBy(told)}`);
    }
    return found;
  }

  /** What is neither refused nor a list of refusals. */
  async function undecided(client: DavClient, ways: readonly WayOut[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (const way of ways) {
      const { status } = await way.go(client, full);
      if (status !== 207 && (status < 400 || status >= 500)) found.push(`${way.name}: ${status}`);
    }
    return found;
  }

  it.each(readers)(
    "is told to %s in no way out (SHR-90, SHR-92)",
    async (_, make) => {
      const client = await make();
      expect(await leaks(client, readingWays)).toEqual([]);
      expect(await leaks(client, writingWays)).toEqual([]);
      expect(await undecided(client, writingWays)).toEqual([]);
      for (const [name, text] of Object.entries({ ...seen, ...hidden })) {
        expect((await ann.get(full + name)).text).toBe(text);
      }
      expect(server.faults).toEqual([]);
    },
    300_000,
  );

  it.each([
    ["the owner", async () => ann],
    ["who administers the mailbox", () => reader("lra")],
  ] as const)("is seen by %s as it is stored (SHR-90)", async (_, make) => {
    const client = await make();
    for (const [name, text] of Object.entries({ ...seen, ...hidden })) {
      expect((await client.get(full + name)).text).toBe(text);
    }
    const found = await leaks(client, readingWays);
    expect(found.length).toBeGreaterThan(readingWays.length / 4);
  });

  const sameFor = (answer: DavResponse, path: string): string => {
    const { date: _, "x-request-id": _id, ...headers } = answer.headers;
    return `${answer.status} ${JSON.stringify(headers)} ${answer.text}`
      .replaceAll(path, "PATH/")
      .replaceAll(path.replace("/CalDAV/", "/CalendarData/"), "PATH/")
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[-_]p?\d+(_[\w-]*)?(-[\w-]+)?/g, "STATE")
      .replaceAll(/\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT|\d{4}-\d\d-\d\dT[\d:.]+Z|\d{8}T\d{6}Z/g, "TIME")
      .replaceAll(/Full|Bare/g, "NAME")
      .replaceAll(/"content-length":"\d+"/g, '"content-length"');
  };

  it.each(readers.slice(3, 5))(
    "does not show to %s that it is there at all (RFC 4791 6.1.1, SHR-90)",
    async (_, make) => {
      const client = await make();
      const different: string[] = [];
      for (const way of readingWays.filter(({ name }) => name !== "sync first page")) {
        const [there, not] = [sameFor(await way.go(client, full), full), sameFor(await way.go(client, bare), bare)];
        if (there !== not) different.push(`${way.name}\n${there}\n${not}`);
      }
      expect(different).toEqual([]);
    },
    300_000,
  );

  it("is busy time to those who may know when (RFC 4791 7.10)", async () => {
    const bob = await reader("l9");
    const path = `${ann.home}Times/`;
    await ann.mkcalendar(path);
    await server.setRights(`~${ann.login}/Times`, bob.login, "l9");
    await ann.put(`${path}a.ics`, secretObject(secretEvent("a", 5, ["CLASS:PRIVATE"])));
    await ann.put(`${path}b.ics`, secretObject(secretEvent("b", 6, ["CLASS:CONFIDENTIAL"])));
    const answer = await bob.report(
      path,
      '<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260301T000000Z" end="20260401T000000Z"/></C:free-busy-query>',
    );
    expect(answer.text.match(/^FREEBUSY.*$/gm)).toEqual([
      expect.stringContaining("20260305T110000Z"),
      expect.stringContaining("20260306T110000Z"),
    ]);
    expect(tells(answer)).toBe(false);
  });

  it("is not told by the places of locks (RFC 4918 9.10.3)", async () => {
    const bob = await reader("lrswid");
    const path = `${ann.home}Locked/`;
    await ann.mkcalendar(path);
    await server.setRights(`~${ann.login}/Locked`, bob.login, "lrid");
    await fill(path, hidden);
    const { token } = await takeLock(ann, `${path}${SECRET}1.ics`);
    expect(token).not.toBeNull();
    const { answer } = await takeLock(bob, path, { depth: "infinity" });
    const emptied = await bob.delete(path.replace("/CalDAV/", "/CalendarData/").replace(/\/$/, ""));
    for (const each of [answer, emptied]) {
      expect(each.text).toContain(each === answer ? "423" : "lock");
      expect(tells(each)).toBe(false);
    }
  });

  it("is not told by what a time range finds: what is shown has no date, so any range has it (SHR-90, CAL-79)", async () => {
    const bob = await reader("lr");
    const path = `${ann.home}Tasks/`;
    await ann.mkcalendar(path);
    await server.setRights(`~${ann.login}/Tasks`, bob.login, "lr");
    await ann.put(`${path}a.ics`, taskText("a", ["CREATED:20260310T000000Z", "CLASS:CONFIDENTIAL"]));
    const early = { start: "20260101T000000Z", end: "20260201T000000Z" };
    expect((await ann.query(path, "VTODO", early)).responses).toHaveLength(0);
    expect((await bob.query(path, "VTODO", early)).responses).toHaveLength(1);
  });

  it("does not come along with a copy (RFC 4918 9.8)", async () => {
    const bob = await reader("lrswid");
    const own = `${bob.home}Mine/`;
    await bob.mkcalendar(own);
    const copy = (from: string, to: string) => bob.request("COPY", from, { headers: { Destination: to } });
    expect((await copy(`${full}busy.ics`, `${own}busy.ics`)).status).toBe(201);
    expect((await copy(`${full}${SECRET}1.ics`, `${own}x.ics`)).status).toBe(404);
    expect((await copy(full, `${bob.home}All/`)).status).toBe(201);
    for (const path of [own, `${bob.home}All/`]) {
      const whole = await bob.get(path);
      expect(whole.text).toContain("UID:busy");
      expect(tells(whole)).toBe(false);
    }
    expect(await leaks(bob, readingWays)).toEqual([]);
  });

  it("stays when a writer empties the mailbox, and what he sees in part keeps him from it (SHR-90)", async () => {
    const bob = await reader("lrswid");
    const path = `${ann.home}Empty/`;
    await ann.mkcalendar(path);
    await server.setRights(`~${ann.login}/Empty`, bob.login, "lrid");
    await fill(path, { ...hidden, "open.ics": seen["open.ics"] ?? "", "busy.ics": seen["busy.ics"] ?? "" });
    const file = path.replace("/CalDAV/", "/CalendarData/").replace(/\/$/, "");
    expect((await bob.delete(file)).status).toBe(403);
    expect((await bob.get(`${path}open.ics`)).status).toBe(200);
    await ann.delete(`${path}busy.ics`);
    expect((await bob.delete(file)).status).toBe(204);
    expect((await bob.get(`${path}open.ics`)).status).toBe(404);
    const whole = `${file.replace("/CalendarData/", "/CalendarDataDel/")}.ics`;
    expect((await bob.put(whole, seen["open.ics"] ?? "")).headers["kalends-result"]).toContain("added=1");
    expect((await bob.put(whole, taskText("other"))).headers["kalends-result"]).toContain("removed=1");
    for (const name of Object.keys(hidden)) expect((await ann.get(path + name)).status).toBe(200);
  });

  it("is told by no right but Administer, whatever is asked (SHR-92)", async () => {
    const bob = await reader("");
    const way = fc.constantFrom(...readingWays, ...writingWays);
    const letters = fc.subarray([..."lrswipcd9"]).map((list) => list.join(""));
    await fc.assert(
      fc.asyncProperty(letters, fc.array(way, { minLength: 1, maxLength: 4 }), async (rights, ways) => {
        await server.setRights(`~${ann.login}/Full`, bob.login, rights);
        expect(await leaks(bob, ways)).toEqual([]);
      }),
      { numRuns: runs(25) },
    );
    await server.setRights(`~${ann.login}/Full`, bob.login, "lra");
    expect((await leaks(bob, readingWays)).length).toBeGreaterThan(0);
  }, 300_000);
});

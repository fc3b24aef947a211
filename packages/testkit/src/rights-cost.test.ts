import { cs, dav } from "@kalends/dav-xml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { propfindBody } from "./client/bodies.js";
import type { DavClient } from "./client/client.js";
import { readMultistatus } from "./client/multistatus.js";
import { eachDatabase } from "./databases.js";
import { eventText } from "./generators/text.js";
import { startServer, type TestServer } from "./server.js";

type Person = DavClient & { readonly login: string; readonly home: string };

const CALENDARS = 200;
/** By turns: through himself, his group, his group's group, everybody; taken again; nothing. */
const ENTRIES = [
  ["bob", "lr", true],
  ["team", "lrid", true],
  ["wide", "lr", true],
  ["anyone", "l", true],
  ["taken", "", false],
  ["none", "", false],
] as const;

eachDatabase("what rights cost", (database) => {
  let server: TestServer;
  let ann: Person;
  let bob: Person;
  beforeAll(async () => {
    const now = Date.now();
    // The home has its first two calendars and the inbox besides.
    server = await startServer({ database, clock: () => now, config: { limits: { calendarsPerHome: CALENDARS + 3 } } });
    ann = await server.someone();
    bob = await server.someone();
    for (const name of ["team", "wide"]) await server.admin("group.add", { name });
    await server.admin("group.member", { name: "team", add: bob.login });
    await server.admin("group.member", { name: "wide", add: "team" });
    await fillHome();
    // What is counted is a request of somebody whose sign-in is remembered.
    await bob.request("OPTIONS", bob.home);
  });
  afterAll(() => server.stop());

  async function fillHome(): Promise<void> {
    for (let n = 0; n < CALENDARS; n += 1) {
      const slug = `Team${String(n).padStart(3, "0")}`;
      expect((await ann.mkcalendar(`${ann.home}${slug}/`)).status).toBe(201);
      const [who, letters] = ENTRIES[n % ENTRIES.length] ?? ENTRIES[0];
      const mailbox = `~${ann.login}/${slug}`;
      if (who === "taken") {
        await server.setRights(mailbox, "team", "lr");
        await server.setRights(mailbox, "-wide", "l");
      } else if (who !== "none") await server.setRights(mailbox, who === "bob" ? bob.login : who, letters);
    }
  }

  it(`lists a home of ${CALENDARS} calendars with mixed rights in three statements at most (ACL-82, DAV-27)`, async () => {
    const names = [dav("resourcetype"), dav("displayname"), cs("getctag"), dav("current-user-privilege-set")];
    const options = { headers: { Depth: "1" }, body: propfindBody(names) };
    const { value, count } = await server.countStatements(() => bob.request("PROPFIND", ann.home, options));
    const seen = readMultistatus(value.xml()).responses.flatMap(({ href }) => /Team(\d+)/.exec(href)?.[1] ?? []);
    const expected = Array.from({ length: CALENDARS }, (_, n) => n).filter((n) => ENTRIES[n % ENTRIES.length]?.[2]);
    expect(seen.map(Number)).toEqual(expected);
    expect(count).toBeLessThanOrEqual(3);
  });

  it("takes no statement more with entries than without (ACL-82)", async () => {
    await ann.put(`${ann.home}Team001/a.ics`, eventText("a"));
    const path = `${ann.home}Team001/a.ics`;
    const own = await server.countStatements(() => ann.get(path));
    const foreign = await server.countStatements(() => bob.get(path));
    expect([own.value.status, foreign.value.status]).toEqual([200, 200]);
    expect(foreign.count).toBe(own.count);
  });
});

const postgres = process.env.KALENDS_TEST_POSTGRES;
describe.runIf(postgres)("two servers on one database", () => {
  let first: TestServer;
  let second: TestServer;
  beforeAll(async () => {
    first = await startServer({ database: "postgres" });
    second = await startServer({ database: { sharedWith: first } });
  });
  afterAll(async () => {
    await second.stop();
    await first.stop();
  });

  it("hold every change of rights, groups and accounts in force with the next request (ACL-74, ACL-85)", async () => {
    const ann = await first.someone();
    const bob = await first.someone();
    const elsewhere = second.client(bob.login);
    await ann.mkcalendar(`${ann.home}Team/`);
    await ann.put(`${ann.home}Team/a.ics`, eventText("a"));
    await first.admin("group.add", { name: "crew" });
    const both = async () => {
      const path = `${ann.home}Team/a.ics`;
      return [(await bob.get(path)).status, (await elsewhere.get(path)).status];
    };
    const mailbox = `~${ann.login}/Team`;
    const steps: readonly (readonly [() => Promise<unknown>, number])[] = [
      [async () => undefined, 404],
      [() => first.setRights(mailbox, bob.login, "lr"), 200],
      [() => second.setRights(mailbox, bob.login, "l"), 403],
      [() => first.setRights(mailbox, "crew", "r"), 403],
      [() => second.admin("group.member", { name: "crew", add: bob.login }), 200],
      [() => first.setRights(mailbox, "-anyone", "r"), 403],
      [() => second.setRights(mailbox, "-anyone", ""), 200],
      [() => first.admin("group.member", { name: "crew", remove: bob.login }), 403],
      [() => second.setRights(mailbox, bob.login, ""), 404],
      [() => second.setRights(mailbox, bob.login, "lr"), 200],
      [() => first.admin("user.services", { name: ann.login, off: "webcal" }), 403],
      [() => second.admin("user.services", { name: ann.login, on: "webcal" }), 200],
      [() => second.admin("user.enabled", { name: bob.login, enabled: false }), 401],
      [() => first.admin("user.enabled", { name: bob.login, enabled: true }), 200],
      [() => second.admin("user.remove", { name: bob.login, sure: true }), 401],
    ];
    for (const [n, [step, status]] of steps.entries()) {
      await step();
      expect([n, ...(await both())]).toEqual([n, status, status]);
    }
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { eventText } from "./generators/text.js";
import { DOMAIN, startServer, type TestServer } from "./server.js";

type Person = DavClient & { readonly login: string; readonly home: string };

eachDatabase("where rights come from", (database) => {
  let server: TestServer;
  let ann: Person;
  let bob: Person;
  let number = 0;

  beforeAll(async () => {
    server = await startServer({ database });
    await server.admin("domain.add", { name: "other.example" });
  });
  beforeEach(async () => {
    ann = await server.someone();
    bob = await server.someone();
    await ann.mkcalendar(calendar());
    await ann.put(file(), eventText("a"));
  });
  afterAll(() => server.stop());

  const calendar = () => `${ann.home}Team/`;
  const file = () => `${calendar()}a.ics`;
  const entry = (who: string, letters: string) => server.setRights(`~${ann.login}/Team`, who, letters);
  /** The home's own entries: they are what new mailboxes start with. */
  const homeEntry = async (who: Person, rights: number) =>
    server.db.script(`insert into grant_entry (collection_id, subject, positive, rights)
      select h.home_id, 'p:' || w.id, true, ${rights} from principal h, principal w
      where h.login = '${ann.login}' and w.login = '${who.login}'`);
  const get = async (who: DavClient) => (await who.get(file())).status;
  const groupOf = async (...members: readonly string[]) => {
    const name = `group${(number += 1)}`;
    await server.admin("group.add", { name });
    for (const add of members) await server.admin("group.member", { name, add });
    return name;
  };

  describe("a new mailbox", () => {
    it("starts with a copy of the entries of what it is made in; later changes there do not reach it (CGP-17)", async () => {
      await homeEntry(bob, 1 + 2);
      await ann.mkcalendar(`${ann.home}New/`);
      await ann.put(`${ann.home}New/a.ics`, eventText("a"));
      expect((await bob.get(`${ann.home}New/a.ics`)).status).toBe(200);
      expect(await get(bob)).toBe(404);
      await server.db.script("delete from grant_entry g using principal p where p.home_id = g.collection_id");
      expect((await bob.get(`${ann.home}New/a.ics`)).status).toBe(200);
    });

    it("is made by somebody else with Create on the home, and belongs to the owner of the home (CGP-17)", async () => {
      expect((await bob.mkcalendar(`${ann.home}Theirs/`)).status).toBe(409);
      await homeEntry(bob, 1 + 2 + 64);
      expect((await bob.mkcalendar(`${ann.home}Theirs/`)).status).toBe(201);
      expect((await ann.put(`${ann.home}Theirs/a.ics`, eventText("a"))).status).toBe(201);
      expect((await bob.get(`${ann.home}Theirs/a.ics`)).status).toBe(200);
      expect((await bob.put(`${ann.home}Theirs/b.ics`, eventText("b"))).status).toBe(403);
    });
  });

  describe("removing somebody else's mailbox takes Create around it and Delete on it (CGP-17)", () => {
    it.each([
      ["neither", 1 + 2, "lr", 403],
      ["Create alone", 1 + 64, "lr", 403],
      ["Delete alone", 1, "lrd", 403],
      ["both", 1 + 64, "ld", 204],
    ] as const)("%s: %i %s", async (_title, around, on, status) => {
      await homeEntry(bob, around);
      await entry(bob.login, on);
      expect((await bob.delete(calendar())).status).toBe(status);
      expect((await ann.get(file())).status).toBe(status === 204 ? 404 : 200);
    });
  });

  describe("groups", () => {
    it("give to members at any depth, from the next request on, and no longer when they leave (ACL-21, ACL-74, CGP-18)", async () => {
      const inner = await groupOf(bob.login);
      const middle = await groupOf(inner);
      const outer = await groupOf(middle);
      await entry(outer, "lr");
      expect(await get(bob)).toBe(200);
      await server.admin("group.member", { name: middle, remove: inner });
      expect(await get(bob)).toBe(404);
      await server.admin("group.member", { name: outer, add: bob.login });
      expect(await get(bob)).toBe(200);
    });

    it("may form a loop (ACL-21)", async () => {
      const one = await groupOf(bob.login);
      const two = await groupOf(one);
      await server.admin("group.member", { name: one, add: two });
      await entry(two, "lr");
      expect(await get(bob)).toBe(200);
    });

    it("take their entries with them when they are removed (ACL-74)", async () => {
      const team = await groupOf(bob.login);
      await entry(team, "lr");
      expect(await get(bob)).toBe(200);
      await server.admin("group.remove", { name: team });
      expect(await get(bob)).toBe(404);
      expect(await server.admin("rights.show", { mailbox: `~${ann.login}/Team` })).toHaveLength(1);
    });
  });

  describe("identifiers", () => {
    const stranger = async () => {
      const login = `stranger${(number += 1)}@other.example`;
      await server.createAccount(login, "secret-secret");
      return server.client(login, "secret-secret");
    };
    const foreign = () => file().replace(ann.login, `${ann.login}@${DOMAIN}`);

    it("anyone: every account of the server, of other domains too, and nobody without credentials (CGP-18)", async () => {
      await entry("anyone", "lr");
      expect(await get(bob)).toBe(200);
      expect((await (await stranger()).get(foreign())).status).toBe(200);
      expect(await get(server.client(null))).toBe(401);
    });

    it("anyone@domain: the accounts of that domain alone (CGP-18)", async () => {
      await entry("anyone@other.example", "lr");
      expect(await get(bob)).toBe(404);
      expect((await (await stranger()).get(foreign())).status).toBe(200);
    });

    it("negative ones beat whatever gives, whoever they name (CGP-18, RFC 4314 2)", async () => {
      const team = await groupOf(bob.login);
      await entry(bob.login, "lrid");
      await entry(`-${team}`, "d");
      expect((await bob.delete(file())).status).toBe(403);
      await entry("-anyone", "r");
      expect(await get(bob)).toBe(403);
      await entry("-anyone", "l");
      expect(await get(bob)).toBe(404);
      expect((await ann.get(file())).status).toBe(200);
    });

    it("anonymous: not for those who have signed in (ACL-22, CGP-18)", async () => {
      await entry("anonymous", "lr");
      expect(await get(bob)).toBe(404);
    });
  });
});

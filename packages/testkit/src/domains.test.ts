import { cs, dav } from "@kalends/dav-xml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { readMultistatus } from "./client/multistatus.js";
import { eachDatabase } from "./databases.js";
import { eventText } from "./generators/text.js";
import { DOMAIN, startServer, type TestServer } from "./server.js";

const SECRET = "secret-secret";

eachDatabase("domains", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ database });
    await server.admin("domain.add", { name: "other.example" });
    await server.admin("domain.alias", { name: "other.example", alias: "alias.example" });
    for (const login of [`sam@${DOMAIN}`, "sam@other.example"]) {
      await server.createAccount(login, SECRET);
      const sam = server.client(login, SECRET);
      await sam.put(`/CalDAV/Calendar/${login}.ics`, eventText(login));
    }
  });
  afterAll(() => server.stop());

  const names = async (client: DavClient, path: string, host: string) => {
    const headers = { Host: host, Depth: "1" };
    const answer = await client.request("PROPFIND", path, { headers });
    return readMultistatus(answer.xml())
      .responses.map(({ href }) => href)
      .filter((href) => href.endsWith(".ics"));
  };

  describe("are chosen by Host (CGP-08)", () => {
    it.each([
      ["mail.example", DOMAIN],
      ["other.example", "other.example"],
      ["OTHER.example:8100", "other.example"],
      ["alias.example", "other.example"],
      ["unknown.example", DOMAIN],
      ["127.0.0.1", DOMAIN],
    ])("%s means %s for a name without domain", async (host, domain) => {
      const sam = server.client("sam", SECRET);
      const found = await names(sam, "/CalDAV/Calendar/", host);
      expect(found.map((href) => decodeURIComponent(href))).toEqual([`/CalDAV/Calendar/sam@${domain}.ics`]);
    });

    it("a whole name means the same account everywhere, an alias of the domain too", async () => {
      for (const login of ["sam@other.example", "SAM@alias.example"]) {
        const sam = server.client(login, SECRET);
        for (const host of ["mail.example", "other.example"]) {
          expect(await names(sam, "/CalDAV/Calendar/", host)).toEqual(["/CalDAV/Calendar/sam@other.example.ics"]);
        }
      }
    });

    it("~user belongs to the domain of Host, ~user@domain to that one, by any of its names (CGP-04, CGP-08)", async () => {
      const sam = server.client(`sam@${DOMAIN}`, SECRET);
      await server.setRights("~sam@other.example/Calendar", `sam@${DOMAIN}`, "lr");
      const foreign = "sam@other.example.ics";
      for (const [path, host] of [
        ["/CalDAV/~sam@other.example/Calendar/", "mail.example"],
        ["/CalDAV/~sam@alias.example/Calendar/", "mail.example"],
        ["/CalDAV/~sam/Calendar/", "other.example"],
        ["/CalDAV/~sam/Calendar/", "alias.example"],
      ] as const) {
        expect(await names(sam, path, host)).toEqual([path + foreign]);
      }
      expect(await names(sam, "/CalDAV/~sam/Calendar/", "mail.example")).toEqual([
        `/CalDAV/~sam/Calendar/sam@${DOMAIN}.ics`,
      ]);
    });

    it("an alias that is taken away means nobody any more", async () => {
      await server.admin("domain.alias", { name: "other.example", alias: "gone.example" });
      expect((await server.client("sam@gone.example", SECRET).get("/CalDAV/Calendar/")).status).toBe(200);
      await server.admin("domain.remove-alias", { alias: "gone.example" });
      expect((await server.client("sam@gone.example", SECRET).get("/CalDAV/")).status).toBe(401);
    });
  });

  describe("and accounts have switches (CGP-13)", () => {
    const PATHS = [
      ["GET", "/CalDAV/Calendar/a.ics"],
      ["PROPFIND", "/CalDAV/Calendar/"],
      ["GET", "/CalendarData/Calendar.ics"],
      ["PUT", "/CalendarDataDel/Calendar.ics"],
    ] as const;

    it.each(["account", "domain"] as const)(
      "webcal off for the %s: 403 that names it, nothing lost (CGP-13)",
      async (of) => {
        const login = `${of}@other.example`;
        await server.createAccount(login, SECRET);
        const person = server.client(login, SECRET);
        await person.put("/CalDAV/Calendar/a.ics", eventText("a"));
        const command = of === "account" ? "user.services" : "domain.services";
        const name = of === "account" ? login : "other.example";
        await server.admin(command, { name, off: "webcal" });
        for (const [verb, path] of PATHS) {
          const { status, text } = await person.request(verb, path, { headers: { Depth: "0" } });
          expect([verb, path, status]).toEqual([verb, path, 403]);
          if (path.startsWith("/CalendarData"))
            expect(text).toBe(`The calendar service is switched off for this ${of}.\n`);
          else expect(text).toMatch(new RegExp(`<[^>]*service-switched-off[^>]*>webcal of the ${of}</`));
        }
        await server.admin(command, { name, on: "webcal" });
        expect((await person.get("/CalDAV/Calendar/a.ics")).text).toContain("SUMMARY:Lunch");
      },
    );

    it("the owner's count for others as well, and only for those who may see the mailbox (CGP-14)", async () => {
      const ann = await server.someone();
      const bob = await server.someone();
      await ann.put(`${ann.home}Calendar/a.ics`, eventText("a"));
      await server.setRights(`~${ann.login}/Calendar`, bob.login, "lr");
      const path = `${ann.home}Calendar/a.ics`;
      const statuses = async () => [
        (await bob.get(path)).status,
        (await bob.get(`/CalendarData/~${ann.login}/Calendar.ics`)).status,
        (await bob.get(`${ann.home}Tasks/a.ics`)).status,
      ];
      expect(await statuses()).toEqual([200, 200, 404]);
      await server.admin("user.services", { name: ann.login, off: "webcal" });
      expect(await statuses()).toEqual([403, 403, 404]);
      await server.admin("user.services", { name: ann.login, on: "webcal" });
      await server.admin("user.enabled", { name: ann.login, enabled: false });
      expect(await statuses()).toEqual([403, 403, 404]);
      await server.admin("user.enabled", { name: ann.login, enabled: true });
      expect(await statuses()).toEqual([200, 200, 404]);
    });
  });

  describe("accounts", () => {
    it("disabled and removed ones cannot sign in, from the next request on (CGP-15)", async () => {
      const ann = await server.someone();
      const status = async () => (await ann.get(`${ann.home}Calendar/`)).status;
      expect(await status()).toBe(200);
      await server.admin("user.enabled", { name: ann.login, enabled: false });
      expect(await status()).toBe(401);
      await server.admin("user.enabled", { name: ann.login, enabled: true });
      expect(await status()).toBe(200);
      await expect(server.admin("user.remove", { name: ann.login, sure: false })).rejects.toThrow("--yes");
      expect(await status()).toBe(200);
      await server.admin("user.remove", { name: ann.login, sure: true });
      expect(await status()).toBe(401);
    });

    it("answer to their aliases, in paths and at the sign-in", async () => {
      const ann = await server.someone();
      await server.admin("user.alias", { name: ann.login, alias: "nickname", remove: false });
      const known = server.client("nickname", ann.login);
      expect((await known.get("/CalDAV/~nickname/Calendar/")).status).toBe(200);
      await server.admin("user.alias", { name: ann.login, alias: "nickname", remove: true });
      expect((await known.get("/CalDAV/Calendar/")).status).toBe(401);
    });

    it("are administrators when they are made such, without signing in anew (ACL-62)", async () => {
      const ann = await server.someone();
      const stranger = "/principals/users/sam@other.example/";
      const look = async () => (await ann.request("PROPFIND", stranger, { headers: { Depth: "0" } })).status;
      expect(await look()).toBe(404);
      await server.admin("user.admin", { name: ann.login, isAdmin: true });
      expect(await look()).toBe(207);
      await server.admin("user.admin", { name: ann.login, isAdmin: false });
      expect(await look()).toBe(404);
    });
  });

  describe("say how far their people find each other (ACL-62)", () => {
    const PEOPLE = "people.example";
    let ann: DavClient;
    const person = (login: string) => server.client(`${login}@${PEOPLE}`, SECRET);
    beforeAll(async () => {
      await server.admin("domain.add", { name: PEOPLE });
      for (const login of ["ann", "bob", "carl", "boss"]) await server.createAccount(`${login}@${PEOPLE}`, SECRET);
      await server.admin("user.admin", { name: `boss@${PEOPLE}`, isAdmin: true });
      await server.admin("resource.add", { name: `attic@${PEOPLE}`, kind: "room" });
      for (const name of ["team", "inner"]) await server.admin("group.add", { name: `${name}@${PEOPLE}` });
      await server.admin("group.member", { name: `team@${PEOPLE}`, add: `ann@${PEOPLE}` });
      await server.admin("group.member", { name: `team@${PEOPLE}`, add: `inner@${PEOPLE}` });
      await server.admin("group.member", { name: `inner@${PEOPLE}`, add: `bob@${PEOPLE}` });
      ann = person("ann");
    });

    const logins = (answer: { xml(): Parameters<typeof readMultistatus>[0] }) =>
      readMultistatus(answer.xml())
        .responses.filter(({ status }) => status === null)
        .map(({ href }) => /([^/@]+)@/.exec(href)?.[1] ?? "")
        .filter((login) => login !== "");
    const search = async (who: DavClient, property: string, text: string, kind = "contains") => {
      const body = `<D:principal-property-search xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:property-search><D:prop><${property}/></D:prop><D:match match-type="${kind}">${text}</D:match></D:property-search><D:prop><D:displayname/></D:prop></D:principal-property-search>`;
      return logins(await who.request("REPORT", "/principals/", { headers: { Depth: "0" }, body }));
    };
    const typed = async (who: DavClient, text: string) => {
      const body = `<CS:calendarserver-principal-search xmlns:CS="http://calendarserver.org/ns/" xmlns:D="DAV:" context="attendee"><CS:search-token>${text}</CS:search-token><D:prop><D:displayname/></D:prop></CS:calendarserver-principal-search>`;
      return logins(await who.request("REPORT", "/principals/", { headers: { Depth: "0" }, body }));
    };
    const listed = async (who: DavClient, part: string) =>
      logins(await who.request("PROPFIND", `/principals/${part}/`, { headers: { Depth: "1" } }));
    const named = async (who: DavClient, login: string, part = "users") =>
      (await who.request("PROPFIND", `/principals/${part}/${login}@${PEOPLE}/`, { headers: { Depth: "0" } })).status;
    const members = async (who: DavClient) => {
      const path = `/principals/groups/team@${PEOPLE}/`;
      const told = (await who.propfind(path, [dav("group-member-set")])).of(path).props.get(dav("group-member-set"));
      return (told?.element.children ?? []).map(({ text }) => /([^/@]+)@/.exec(text)?.[1]);
    };

    // What ann finds: by listing, by a part of the name, by the whole address, by the path of one who shares no group.
    it.each([
      ["all", ["ann", "bob", "boss", "carl"], ["attic"], ["bob"], ["carl"], 207, 207, ["inner", "ann"]],
      ["groups", ["ann", "bob"], [], ["bob"], [], 404, 207, ["inner", "ann"]],
      ["exact", ["ann"], [], [], ["carl"], 207, 207, ["ann"]],
      ["off", ["ann"], [], [], [], 404, 404, ["ann"]],
    ] as const)("%s", async (policy, users, rooms, part, whole, stranger, colleague, team) => {
      await server.admin("domain.people", { name: PEOPLE, policy });
      expect(await listed(ann, "users")).toEqual(users);
      expect(await listed(ann, "locations")).toEqual(rooms);
      expect(await search(ann, "D:displayname", "bo")).toEqual(policy === "all" ? ["bob", "boss"] : part);
      expect(await typed(ann, "bob")).toEqual(part);
      for (const text of [`carl@${PEOPLE}`, `mailto:Carl@${PEOPLE}`]) {
        expect(await search(ann, "C:calendar-user-address-set", text, "equals")).toEqual(whole);
      }
      expect(await typed(ann, `carl@${PEOPLE}`)).toEqual(whole);
      expect([await named(ann, "carl"), await named(ann, "bob"), await named(ann, "ann")]).toEqual([
        stranger,
        colleague,
        207,
      ]);
      expect([...(await members(ann))].sort()).toEqual([...team].sort());
      expect(await listed(person("boss"), "users")).toEqual(["ann", "bob", "boss", "carl"]);
      expect(await listed(server.client("sam@other.example", SECRET), "users")).not.toContain("ann");
    });

    it("says the policy in force, and refuses another domain's", async () => {
      expect(await server.admin("domain.people", { name: PEOPLE, policy: "exact" })).toEqual({ policy: "exact" });
      expect(await server.admin("domain.people", { name: DOMAIN })).toEqual({ policy: "all" });
      await expect(server.admin("domain.people", { name: "nowhere.example" })).rejects.toThrow("no domain");
    });

    it("keeps names, owners and own groups to those who may know them by their rights (ACL-15)", async () => {
      await server.admin("domain.people", { name: PEOPLE, policy: "off" });
      await server.setRights(`~carl@${PEOPLE}/Calendar`, `ann@${PEOPLE}`, "lr");
      const path = `/CalDAV/~carl@${PEOPLE}/Calendar/`;
      const told = (await ann.propfind(path, [dav("owner"), cs("getctag")])).of(path);
      expect(told.props.get(dav("owner"))?.element.children.map(({ text }) => text)).toEqual([
        `/principals/users/carl@${PEOPLE}/`,
      ]);
    });
  });
});

import { cal, dav } from "@kalends/dav-xml";
import { runAdmin } from "@kalends/server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { propfindBody, queryBody } from "./client/bodies.js";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { calendarText, eventText } from "./generators/text.js";
import { startServer, type TestServer } from "./server.js";

type Person = DavClient & { readonly login: string; readonly home: string };
type Attempt = readonly [method: string, path: string, headers?: Readonly<Record<string, string>>, body?: string];

const ICS = { "Content-Type": "text/calendar; charset=utf-8" };
const XML = { "Content-Type": "application/xml; charset=utf-8" };
const busy = `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260301T000000Z" end="20260302T000000Z"/></C:free-busy-query>`;
const acl = `<D:acl xmlns:D="DAV:"/>`;
const colour = `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:displayname>Mine</D:displayname></D:prop></D:set></D:propertyupdate>`;
const lock = `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>`;

eachDatabase("an app password", (database) => {
  let server: TestServer;
  let ann: Person;
  let home: string;
  let team: string;
  let main: string;

  beforeAll(async () => {
    server = await startServer({ database });
  });
  beforeEach(async () => {
    ann = await server.someone();
    home = ann.home;
    team = `${home}Team/`;
    main = `${home}Calendar/`;
    await ann.mkcalendar(team);
    for (const at of [team, main]) await ann.put(`${at}a.ics`, eventText("a"));
  });
  afterAll(() => server.stop());

  const run = (command: string, args: unknown) => runAdmin({ command, args }, server.house, () => undefined);
  const create = async (limits: object, name = ann.login) =>
    (await run("user.app-password.create", { name, label: "test", ...limits })) as { generated: string };
  const limited = async (limits: object): Promise<DavClient> =>
    server.client(ann.login, (await create(limits)).generated);
  const revision = async () => (await ann.propfind(team, [dav("sync-token")])).of(team).found(dav("sync-token")) ?? "";

  /** Everything that changes something, each as it would work for the account itself. */
  const changes = (): readonly Attempt[] => [
    ["PUT", `${team}b.ics`, ICS, eventText("b")],
    ["PUT", `${team}a.ics`, ICS, eventText("a", { summary: "Changed" })],
    ["DELETE", `${team}a.ics`],
    ["DELETE", team],
    ["PROPPATCH", team, XML, colour],
    ["PROPPATCH", `${team}a.ics`, XML, colour],
    ["PROPPATCH", `/principals/users/${ann.login}@mail.example/`, XML, colour],
    ["MKCALENDAR", `${home}New/`],
    ["MKCOL", `${home}New/`],
    ["COPY", `${team}a.ics`, { Destination: `${server.base}${team}c.ics` }],
    ["MOVE", `${team}a.ics`, { Destination: `${server.base}${team}c.ics` }],
    ["COPY", `${team}a.ics`, { Destination: `${server.base}${main}c.ics` }],
    ["MOVE", `${team}a.ics`, { Destination: `${server.base}${main}c.ics` }],
    ["COPY", team, { Destination: `${server.base}${home}Copy/` }],
    ["MOVE", team, { Destination: `${server.base}${home}Moved/` }],
    ["ACL", team, XML, acl],
    ["LOCK", `${team}a.ics`, { ...XML, Depth: "0" }, lock],
    ["POST", team, ICS, eventText("d")],
    ["PUT", `/CalendarData/Team.ics`, ICS, calendarText([])],
    ["PUT", `/CalendarData/Team.ics`, ICS, eventText("e")],
    ["DELETE", `/CalendarData/Team.ics`],
  ];

  async function refusals(client: DavClient): Promise<readonly string[]> {
    const passed: string[] = [];
    for (const [method, path, headers = {}, body] of changes()) {
      const { status, text } = await client.request(method, path, { headers, body });
      const propertyRefused = status === 207 && !/ 200 /.test(text);
      if (status < 400 && !propertyRefused) passed.push(`${method} ${path} ${status}`);
    }
    return passed;
  }

  describe("for reading", () => {
    it("reads what its account reads: GET, PROPFIND, sync, multiget, query, whole files (RFC 3744 6)", async () => {
      const reader = await limited({ access: "read" });
      expect((await reader.get(`${team}a.ics`)).status).toBe(200);
      expect((await reader.get(`/CalendarData/Team.ics`)).text).toContain("UID:a");
      expect((await reader.propfind(home, [dav("displayname")], "1")).responses.length).toBeGreaterThan(3);
      expect((await reader.syncCollection(team, "")).responses).toHaveLength(1);
      expect((await reader.multiget(team, [`${team}a.ics`])).of(`${team}a.ics`).found(cal("calendar-data"))).toContain(
        "UID:a",
      );
      expect((await reader.query(team, "VEVENT", null)).responses).toHaveLength(1);
      expect((await reader.report(team, busy)).status).toBe(200);
    });

    it("changes nothing, by no method (ACL-70)", async () => {
      const reader = await limited({ access: "read" });
      const before = await revision();
      expect(await refusals(reader)).toEqual([]);
      expect(await revision()).toBe(before);
      expect((await ann.propfind(home, [dav("displayname")], "1")).responses.length).toBe(
        (await reader.propfind(home, [dav("displayname")], "1")).responses.length,
      );
      const shown = await reader.propfind(team, [dav("current-user-privilege-set")]);
      const told = shown.of(team).props.get(dav("current-user-privilege-set"))?.element.children ?? [];
      const names = told.flatMap((privilege) => privilege.children.map(({ name }) => name));
      expect(names).toContain(dav("read"));
      for (const name of ["write", "write-content", "bind", "unbind", "write-acl", "all", "unlock"])
        expect(names).not.toContain(dav(name));
    });

    it("releases no locks, not even its holder's own", async () => {
      const taken = await ann.request("LOCK", `${team}a.ics`, { headers: { ...XML, Depth: "0" }, body: lock });
      const headers = { "Lock-Token": taken.headers["lock-token"] ?? "" };
      expect(taken.status).toBe(200);
      const reader = await limited({ access: "read" });
      expect((await reader.request("UNLOCK", `${team}a.ics`, { headers })).status).toBe(403);
      expect((await ann.request("UNLOCK", `${team}a.ics`, { headers })).status).toBe(204);
    });

    it("does not change what somebody else shares either", async () => {
      const bob = await server.someone();
      await server.setRights(`~${ann.login}/Team`, bob.login, "lrwidca");
      const reader = server.client(bob.login, (await create({ access: "read" }, bob.login)).generated);
      expect((await bob.put(`${team}z.ics`, eventText("z"))).status).toBe(201);
      expect((await reader.get(`${team}z.ics`)).status).toBe(200);
      expect((await reader.put(`${team}y.ics`, eventText("y"))).status).toBe(403);
      expect((await reader.delete(`${team}z.ics`)).status).toBe(403);
    });
  });

  describe("for certain calendars", () => {
    it("does what it likes there, but keeps the calendar itself as it stands", async () => {
      const one = await limited({ calendars: ["Team"] });
      expect((await one.put(`${team}b.ics`, eventText("b"))).status).toBe(201);
      expect((await one.delete(`${team}b.ics`)).status).toBe(204);
      expect((await one.request("PUT", "/CalendarData/Team.ics", { headers: ICS, body: eventText("e") })).status).toBe(
        204,
      );
      for (const [method, path, headers] of [
        ["DELETE", team],
        ["MOVE", team, { Destination: `${server.base}${home}Moved/` }],
        ["COPY", team, { Destination: `${server.base}${home}Copy/` }],
        ["MKCALENDAR", `${home}New/`],
      ] as const)
        expect([method, (await one.request(method, path, headers ? { headers } : {})).status]).toEqual([method, 403]);
    });

    it("finds no others, whatever it asks (ACL-71, CAL-79, CAL-111)", async () => {
      const one = await limited({ calendars: ["Team"] });
      const children = (await one.propfind(home, [dav("displayname")], "1")).responses.map(({ href }) => href);
      expect(children.sort()).toEqual([home, team].sort());
      expect((await one.syncCollection(home, "")).responses.map(({ href }) => href)).toEqual([team]);
      for (const [method, path, headers, body] of [
        ["GET", `${main}a.ics`],
        ["GET", main],
        ["PROPFIND", main, { ...XML, Depth: "1" }, propfindBody([dav("displayname")])],
        ["REPORT", main, { ...XML, Depth: "1" }, queryBody("VEVENT", null, [])],
        ["GET", "/CalDAV/"],
        ["GET", "/CalendarData/Calendar.ics"],
        ["GET", "/CalendarData/"],
        ["PUT", "/CalendarData/Calendar.ics", ICS, eventText("x")],
        ["DELETE", "/CalendarData/Calendar.ics"],
        ["PUT", `${main}x.ics`, ICS, eventText("x")],
        ["DELETE", `${main}a.ics`],
        ["PROPFIND", `${home}inbox/`, { ...XML, Depth: "0" }, propfindBody([dav("displayname")])],
      ] as const satisfies readonly Attempt[]) {
        const { status, text } = await one.request(method, path, { headers, body });
        expect([method, path, [403, 404, 409].includes(status)]).toEqual([method, path, true]);
        expect(text).not.toContain("Lunch");
      }
      const stolen = await one.multiget(home, [`${main}a.ics`, `${team}a.ics`]);
      expect(stolen.of(`${main}a.ics`).status).toBe(404);
      expect(stolen.of(`${team}a.ics`).found(cal("calendar-data"))).toContain("UID:a");
      expect((await one.query(home, "VEVENT", null)).responses.every(({ href }) => href.startsWith(team))).toBe(true);
    });

    it("copies and moves nothing into others or out of them (RFC 4918 9.8, 9.9)", async () => {
      const one = await limited({ calendars: ["Team"] });
      for (const method of ["COPY", "MOVE"])
        for (const [from, to] of [
          [team, main],
          [main, team],
        ] as const) {
          const headers = { Destination: `${server.base}${to}copied.ics` };
          expect((await one.request(method, `${from}a.ics`, { headers })).status).toBeGreaterThanOrEqual(403);
        }
      expect((await ann.get(`${main}copied.ics`)).status).toBe(404);
      expect((await ann.get(`${team}copied.ics`)).status).toBe(404);
    });

    it("does not hear of others when they change (SYNC-40)", async () => {
      const one = await limited({ calendars: ["Team"], access: "read" });
      const { syncToken = "" } = await one.syncCollection(home, "");
      await ann.proppatch(main, { [dav("displayname")]: "Renamed" });
      expect((await one.syncCollection(home, syncToken)).responses).toEqual([]);
      await ann.proppatch(team, { [dav("displayname")]: "Renamed" });
      expect((await one.syncCollection(home, syncToken)).responses.map(({ href }) => href)).toEqual([team]);
    });

    it("reaches a calendar of somebody else as far as its account does", async () => {
      const bob = await server.someone();
      await server.setRights(`~${ann.login}/Team`, bob.login, "lr");
      await server.setRights(`~${ann.login}/Calendar`, bob.login, "lr");
      const { generated } = await create({ calendars: [`~${ann.login}/Team`] }, bob.login);
      const one = server.client(bob.login, generated);
      expect((await one.get(`${team}a.ics`)).status).toBe(200);
      expect((await one.put(`${team}b.ics`, eventText("b"))).status).toBe(403);
      expect((await one.get(`${main}a.ics`)).status).toBe(404);
      expect((await one.propfind(home, [dav("displayname")], "1")).responses.map(({ href }) => href)).toEqual([
        home,
        team,
      ]);
      await server.setRights(`~${ann.login}/Team`, bob.login, "");
      expect((await one.get(`${team}a.ics`)).status).toBe(404);
    });
  });

  it("for free/busy files reaches no calendar and changes nothing", async () => {
    const sender = await limited({ access: "free-busy" });
    for (const path of [`${team}a.ics`, team, "/CalendarData/Team.ics", home])
      expect([path, (await sender.get(path)).status]).toEqual([path, 404]);
    expect(await refusals(sender)).toEqual([]);
  });

  it("ends at its time, and at once when it is revoked", async () => {
    await expect(create({ until: "2001-01-01" })).rejects.toThrow("has passed");
    await expect(create({ calendars: ["Nowhere"] })).rejects.toThrow("no mailbox");
    const reader = await limited({ access: "read", until: "90d", calendars: ["Team"], networks: ["127.0.0.0/8"] });
    expect((await reader.get(`${team}a.ics`)).status).toBe(200);
    const [listed] = (await run("user.app-password.list", { name: ann.login })) as readonly { id: number }[];
    expect(listed).toMatchObject({
      label: "test",
      limits: `only reading; in ~${ann.login}@mail.example/Team; from 127.0.0.0/8`,
      until: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\dZ$/),
    });
    await run("user.app-password.revoke", { name: ann.login, id: listed?.id });
    expect((await reader.get(`${team}a.ics`)).status).toBe(401);
  });

  it("from another network is a wrong password", async () => {
    const elsewhere = await limited({ networks: ["192.0.2.0/24"] });
    expect((await elsewhere.get(`${team}a.ics`)).status).toBe(401);
  });
});

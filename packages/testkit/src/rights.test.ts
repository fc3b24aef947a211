import { cal, dav } from "@kalends/dav-xml";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { queryBody } from "./client/bodies.js";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { eventText } from "./generators/text.js";
import { startServer, type TestServer } from "./server.js";

type Person = DavClient & { readonly login: string; readonly home: string };

const busy = `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260301T000000Z" end="20260302T000000Z"/></C:free-busy-query>`;

eachDatabase("somebody else's calendar", (database) => {
  let server: TestServer;
  let ann: Person;
  let bob: Person;
  // Not the default calendar, whose busy time colleagues see from the beginning.
  const calendar = () => `${ann.home}Team/`;
  const file = () => `${calendar()}a.ics`;

  beforeAll(async () => {
    server = await startServer({ database });
  });
  beforeEach(async () => {
    ann = await server.someone();
    bob = await server.someone();
    await ann.mkcalendar(calendar());
    await ann.put(file(), eventText("a"));
  });
  afterAll(() => server.stop());

  const status = async (method: string, path: string, body?: string, headers = {}) =>
    (await bob.request(method, path, { headers: { Depth: "0", ...headers }, body })).status;

  it("does not exist without any right (ACL-71, CAL-79, CAL-111)", async () => {
    await server.setRights(`~${ann.login}/Team`, bob.login, "");
    for (const method of ["GET", "PROPFIND", "DELETE", "PROPPATCH"]) {
      expect([method, await status(method, file())]).toEqual([method, 404]);
    }
    expect(await status("REPORT", calendar(), queryBody("VEVENT", null, []))).toBe(404);
    const own = await bob.multiget(`${bob.home}Calendar/`, [file()]);
    expect(own.responses.map((told) => told.status)).not.toContain(200);
    expect(own.responses.every((told) => told.found(cal("calendar-data")) === undefined)).toBe(true);
  });

  it("can be read with Lookup and Read, but not written (ACL-70, DAV-16, SYNC-60)", async () => {
    await server.setRights(`~${ann.login}/Team`, bob.login, "lr");
    expect(await status("GET", file())).toBe(200);
    expect((await bob.syncCollection(calendar(), "")).responses).toHaveLength(1);
    for (const answer of [await bob.put(file(), eventText("a", { summary: "x" })), await bob.delete(file())]) {
      expect(answer.status).toBe(403);
      const [condition] = answer.xml().children;
      expect(condition?.name).toBe(dav("need-privileges"));
    }
    const listing = await bob.propfind(calendar(), [dav("current-user-privilege-set"), dav("owner")]);
    const privileges = listing.of(calendar()).props.get(dav("current-user-privilege-set"))?.element.children ?? [];
    const names = privileges.flatMap((privilege) => privilege.children.map(({ name }) => name));
    expect(names).toContain(dav("read"));
    expect(names).not.toContain(dav("write-content"));
    expect((await ann.get(file())).text).toContain("Lunch");
  });

  it("takes new objects with Insert alone, and replaces them with Insert and Delete (RFC 4791 5.3.2, ACL-10)", async () => {
    await server.setRights(`~${ann.login}/Team`, bob.login, "lri");
    expect((await bob.put(`${calendar()}b.ics`, eventText("b"))).status).toBe(201);
    expect((await bob.put(`${calendar()}b.ics`, eventText("b", { summary: "x" }))).status).toBe(403);
    expect((await bob.delete(`${calendar()}b.ics`)).status).toBe(403);
    await server.setRights(`~${ann.login}/Team`, bob.login, "lrid");
    expect((await bob.put(`${calendar()}b.ics`, eventText("b", { summary: "x" }))).status).toBe(204);
    expect((await bob.delete(`${calendar()}b.ics`)).status).toBe(204);
  });

  it("tells only busy time with Free-busy (CAL-121, ACL-05, ACL-72)", async () => {
    await server.setRights(`~${ann.login}/Team`, bob.login, "9");
    expect(await status("REPORT", calendar(), busy, { Depth: "1" })).toBe(200);
    expect([403, 404]).toContain(await status("GET", file()));
    expect([403, 404]).toContain(await status("REPORT", calendar(), queryBody("VEVENT", null, [])));
    await server.setRights(`~${ann.login}/Team`, bob.login, "");
    expect(await status("REPORT", calendar(), busy, { Depth: "1" })).toBe(404);
  });

  it("shows colleagues when its owner is busy if it is the default one, and nothing else (ACL-05)", async () => {
    expect(await status("REPORT", `${ann.home}Calendar/`, busy, { Depth: "1" })).toBe(200);
    expect([403, 404]).toContain(await status("REPORT", `${ann.home}Calendar/`, queryBody("VEVENT", null, [])));
    expect([403, 404]).toContain(await status("GET", `${ann.home}Calendar/`));
  });

  it.each([
    ["l", "read-current-user-privilege-set"],
    ["lr", "read read-current-user-privilege-set read-free-busy"],
    ["li", "bind read-current-user-privilege-set"],
    ["ld", "read-current-user-privilege-set unbind"],
    ["lid", "bind read-current-user-privilege-set unbind write-content"],
    ["lw", "read-current-user-privilege-set write-properties"],
    ["la", "read-acl read-current-user-privilege-set share unlock write-acl"],
    ["l9", "read-current-user-privilege-set read-free-busy"],
    ["ls", "read-current-user-privilege-set"],
  ])("shows the letters %s as privileges: %s (CGP-22, ACL-10)", async (letters, privileges) => {
    await server.setRights(`~${ann.login}/Team`, bob.login, letters);
    const name = dav("current-user-privilege-set");
    const [found] = (await bob.propfind(calendar(), [name])).responses;
    const told = found?.props.get(name)?.element.children.map(({ children: [each] }) => each?.name ?? "") ?? [];
    expect(told.map((each) => each.replace(/^\{.*\}/, "")).sort()).toEqual(privileges.split(" "));
  });

  it("opens and closes with the very next request (ACL-74, ACL-85)", async () => {
    await server.setRights(`~${ann.login}/Team`, bob.login, "lr");
    expect(await status("GET", file())).toBe(200);
    await server.setRights(`~${ann.login}/Team`, bob.login, "");
    expect(await status("GET", file())).toBe(404);
  });

  it("belongs to its owner for everybody (ACL-15)", async () => {
    await server.setRights(`~${ann.login}/Team`, bob.login, "lr");
    const { element } = (await bob.propfind(calendar(), [dav("owner")])).of(calendar()).props.get(dav("owner")) ?? {};
    expect(element?.children.map(({ text }) => text)).toEqual([`/principals/users/${ann.login}@mail.example/`]);
  });
});

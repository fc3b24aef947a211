import { createDomain } from "@kalends/accounts";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { DOMAIN, startServer, type TestServer } from "./server.js";

type Person = DavClient & { readonly login: string; readonly home: string };

const fileOf = (uid: string) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
const acl = (principal: string) =>
  `<D:acl xmlns:D="DAV:"><D:ace><D:principal>${principal}</D:principal><D:grant><D:privilege><D:read/></D:privilege></D:grant></D:ace></D:acl>`;

eachDatabase("calendars shared with other accounts", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ database });
    await createDomain(server.db, "other.example");
    await server.admin("user.add", { name: "eve@other.example", password: "a-long-enough-password-7" });
  });
  afterEach(() => server.admin("domain.sharing", { name: DOMAIN, policy: "all" }));
  afterAll(() => server.stop());

  const post = (who: Person, body: unknown, type = "application/json") =>
    who.request("POST", "/api/shares", { headers: { "Content-Type": type }, body: JSON.stringify(body) });
  const statusOf = async (answer: Promise<{ status: number }>) => (await answer).status;
  const listed = async (who: Person) =>
    (JSON.parse((await who.get("/api/shares")).text) as { shares: readonly unknown[] }).shares;
  const grant = (who: Person, principal: string) =>
    who.request("ACL", `${who.home}Calendar/`, {
      headers: { "Content-Type": "application/xml" },
      body: acl(principal),
    });

  it("are read or written by whom the owner names, by account name alone, until he takes it back (PUB-10, PUB-11)", async () => {
    const [ann, bob] = [await server.someone(), await server.someone()];
    const place = `/CalDAV/~${ann.login}/Calendar/`;
    await ann.put(`${place}1.ics`, fileOf("1@s"));
    expect(await statusOf(bob.get(`${place}1.ics`))).toBe(404);
    expect(await statusOf(post(ann, { calendar: "Calendar", who: bob.login, level: "read" }))).toBe(204);
    expect(await statusOf(bob.get(`${place}1.ics`))).toBe(200);
    expect(await statusOf(bob.put(`${place}2.ics`, fileOf("2@s")))).toBe(403);
    expect(await statusOf(bob.put(`${place}1.ics`, fileOf("1@s")))).toBe(403);
    expect(await statusOf(post(ann, { calendar: "Calendar", who: bob.login, level: "full" }))).toBe(204);
    expect(await statusOf(bob.put(`${place}2.ics`, fileOf("2@s")))).toBe(201);
    expect(await statusOf(bob.delete(`${place}1.ics`))).toBe(204);
    const who = `${bob.login}@${DOMAIN}`;
    expect(await listed(ann)).toEqual([{ calendar: "Calendar", who, level: "full", letters: "lrid" }]);
    expect(await statusOf(ann.delete(`/api/shares/Calendar/${bob.login}`))).toBe(204);
    expect(await statusOf(bob.get(place))).toBe(404);
    expect(await listed(ann)).toEqual([]);
  });

  it("are given by owners alone, to accounts that exist (PUB-10)", async () => {
    const [ann, bob] = [await server.someone(), await server.someone()];
    await server.setRights(`~${ann.login}/Calendar`, bob.login, "lr");
    const wrong: readonly (readonly [Person, unknown, number])[] = [
      [bob, { calendar: "Nothing", who: ann.login, level: "read" }, 404],
      [bob, { calendar: `~${ann.login}/Calendar`, who: bob.login, level: "full" }, 404],
      [ann, { calendar: "Calendar", who: "nobody-here", level: "read" }, 404],
      [ann, { calendar: "Calendar", who: ann.login, level: "read" }, 409],
      [ann, { calendar: "Calendar", who: bob.login, level: "own" }, 400],
      [ann, { calendar: "Calendar", who: bob.login }, 400],
    ];
    for (const [by, body, status] of wrong) expect(await statusOf(post(by, body)), JSON.stringify(body)).toBe(status);
    expect(await statusOf(post(ann, {}, "text/plain"))).toBe(415);
    expect((await server.client(null).get("/api/shares")).status).toBe(401);
    expect(await listed(bob)).toEqual([]);
  });

  it("are permitted for all, within the domain, or not at all, by JSON and by ACL alike (PUB-10, ACL-40)", async () => {
    const [ann, bob] = [await server.someone(), await server.someone()];
    const outside = { calendar: "Calendar", who: "eve@other.example", level: "read" };
    const inside = { calendar: "Calendar", who: bob.login, level: "read" };
    const people = "<D:authenticated/>";
    const bobs = `<D:href>/principals/users/${bob.login}@${DOMAIN}/</D:href>`;
    const policies = [
      ["all", 204, 204, 200, 200],
      ["domain", 403, 204, 403, 200],
      ["off", 403, 403, 403, 403],
    ] as const;
    for (const [policy, toEve, toBob, toAll, byAcl] of policies) {
      expect(await server.admin("domain.sharing", { name: DOMAIN, policy })).toEqual({ policy });
      expect(await statusOf(post(ann, outside)), `${policy}: outside`).toBe(toEve);
      expect(await statusOf(post(ann, inside)), `${policy}: inside`).toBe(toBob);
      for (const { who } of (await listed(ann)) as readonly { who: string }[]) {
        expect(await statusOf(ann.delete(`/api/shares/Calendar/${who}`)), `${policy}: taking back`).toBe(204);
      }
      const answer = await grant(ann, people);
      expect(answer.status, `${policy}: everybody`).toBe(toAll);
      if (toAll === 403) expect(answer.text).toContain("allowed-principal");
      expect(await statusOf(grant(ann, bobs)), `${policy}: ACL`).toBe(byAcl);
      const empty = `<D:acl xmlns:D="DAV:"/>`;
      const taken = ann.request("ACL", `${ann.home}Calendar/`, {
        headers: { "Content-Type": "application/xml" },
        body: empty,
      });
      expect(await statusOf(taken), `${policy}: an empty list`).toBe(200);
    }
  });

  it("stay when the policy gets stricter, may be sent back as they are, and bind no administrator (PUB-10)", async () => {
    const [ann, bob] = [await server.someone(), await server.someone()];
    await post(ann, { calendar: "Calendar", who: bob.login, level: "read" });
    await server.admin("domain.sharing", { name: DOMAIN, policy: "off" });
    expect(await statusOf(bob.get(`${ann.home}Calendar/`, { Accept: "text/calendar" }))).toBe(200);
    expect(await statusOf(post(ann, { calendar: "Calendar", who: bob.login, level: "read" }))).toBe(204);
    expect(await statusOf(post(ann, { calendar: "Calendar", who: bob.login, level: "full" }))).toBe(403);
    await server.admin("share.add", { mailbox: `~${ann.login}/Calendar`, who: bob.login, level: "full" });
    expect(await server.admin("share.list", { who: ann.login })).toMatchObject([{ level: "full" }]);
    await server.admin("share.remove", { mailbox: `~${ann.login}/Calendar`, who: bob.login });
    expect(await server.admin("share.list", { who: ann.login })).toEqual([]);
    await expect(
      server.admin("share.add", { mailbox: `~${ann.login}/Calendar`, who: bob.login, level: "own" }),
    ).rejects.toThrow("no level");
  });
});

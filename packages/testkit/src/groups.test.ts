import { setAdmin } from "@kalends/accounts";
import { dav } from "@kalends/dav-xml";
import { type PrincipalId, sql } from "@kalends/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { startServer, type TestServer } from "./server.js";

type Person = DavClient & { readonly login: string; readonly home: string };

const TEAM = "/principals/groups/team@mail.example/";
const principal = (who: Person) => `/principals/users/${who.login}@mail.example/`;
const setMembers = (...hrefs: string[]) =>
  `<propertyupdate xmlns="DAV:"><set><prop><group-member-set>${hrefs.map((href) => `<href>${href}</href>`).join("")}</group-member-set></prop></set></propertyupdate>`;

eachDatabase("the members of a group over DAV", (database) => {
  let server: TestServer;
  let boss: Person;
  let ann: Person;
  let bob: Person;

  beforeAll(async () => {
    server = await startServer({ database });
    [boss, ann, bob] = [await server.someone(), await server.someone(), await server.someone()];
    const row = await server.db.one<{ id: PrincipalId }>(sql`select id from principal where login = ${boss.login}`);
    if (row) await setAdmin(server.db, row.id, true);
    await server.db.rows(sql`insert into principal (domain_id, kind, login, display_name)
      select id, 'group', 'team', 'The Team' from domain where name = 'mail.example'`);
  });
  afterAll(() => server.stop());

  const hrefs = async (path: string, name: "group-member-set" | "group-membership") =>
    (await boss.propfind(path, [dav(name)]))
      .of(path)
      .props.get(dav(name))
      ?.element.children.map(({ text }) => text);
  const patch = (who: Person, path: string, body: string) => who.request("PROPPATCH", path, { body });

  it("are set by an administrator, and show on both sides (ACL-52, RFC 3744 4.3, 4.4)", async () => {
    const answer = await patch(boss, TEAM, setMembers(principal(ann), principal(bob)));
    expect(answer.status).toBe(207);
    expect(answer.text).toContain("200 OK");
    expect(await hrefs(TEAM, "group-member-set")).toEqual([principal(ann), principal(bob)]);
    expect(await hrefs(principal(ann), "group-membership")).toEqual([TEAM]);
    await patch(boss, TEAM, setMembers(principal(bob)));
    expect(await hrefs(TEAM, "group-member-set")).toEqual([principal(bob)]);
    expect(await hrefs(principal(ann), "group-membership")).toEqual([]);
  });

  it("open what the group may read with the very next request (ACL-21, ACL-74)", async () => {
    await ann.mkcalendar(`${ann.home}Team/`);
    const acl = `<acl xmlns="DAV:"><ace><principal><href>${TEAM}</href></principal><grant><privilege><read/></privilege></grant></ace></acl>`;
    expect((await ann.request("ACL", `${ann.home}Team/`, { body: acl })).status).toBe(200);
    const read = async () => (await bob.request("PROPFIND", `${ann.home}Team/`, { headers: { Depth: "0" } })).status;
    expect(await read()).toBe(207);
    await patch(boss, TEAM, setMembers());
    expect(await read()).toBe(404);
  });

  it("are refused whole when one is unknown or the group itself (ACL-52, DAV-40, DAV-41)", async () => {
    await patch(boss, TEAM, setMembers(principal(bob)));
    for (const wrong of ["/principals/users/nobody/", TEAM]) {
      const answer = await patch(boss, TEAM, setMembers(principal(ann), wrong));
      expect(answer.status).toBe(207);
      expect(answer.text).toContain("409 Conflict");
      expect(await hrefs(TEAM, "group-member-set")).toEqual([principal(bob)]);
    }
  });

  it("are nobody else's to set, and only groups have any (ACL-52, ACL-70, DAV-42)", async () => {
    const refused = await patch(bob, TEAM, setMembers(principal(ann)));
    expect(refused.text).toContain("403 Forbidden");
    expect(refused.text).toContain("need-privileges");
    const user = await patch(boss, principal(ann), setMembers(principal(bob)));
    expect(user.text).toContain("cannot-modify-protected-property");
    expect(await hrefs(TEAM, "group-member-set")).toEqual([principal(bob)]);
  });
});

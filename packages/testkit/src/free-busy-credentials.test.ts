import { randomBytes } from "node:crypto";
import { createAppPassword, principalNamed, setPassword } from "@kalends/accounts";
import type { CollectionId, CredentialScope } from "@kalends/store";
import { sql } from "@kalends/store";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { busyFile, busyLines, MONDAY, TUESDAY } from "./busy-files.js";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { DOMAIN, startServer, type TestServer } from "./server.js";

type Person = DavClient & { readonly login: string; readonly home: string };

eachDatabase("credentials for free/busy files", (database) => {
  let server: TestServer;
  let bob: Person;
  let file: string;

  beforeAll(async () => {
    server = await startServer({ database, clock: () => Date.UTC(2026, 0, 5, 12) });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    bob = await server.someone();
    file = `/pub/calendar/${bob.login}.vfb`;
  });
  afterEach(() => expect(server.faults).toEqual([]));

  const idOf = async () => (await principalNamed(server.db, bob.login, DOMAIN)).id;
  const withPassword = async (scope: CredentialScope, expiresAt: number | null = null) => {
    const given = { label: "device", scope, expiresAt };
    return server.client(bob.login, await createAppPassword(server.db, randomBytes, await idOf(), given));
  };
  const put = async (client: DavClient, line = MONDAY) =>
    (await client.request("PUT", file, { body: busyFile(line) })).status;
  const told = async () => busyLines((await server.client(null).get(`/calendar/${bob.login}.vfb`)).text);

  it("may be app passwords without limits, or limited to these files (VFB-13)", async () => {
    expect(await put(await withPassword({}))).toBe(201);
    const outlook = await withPassword({ access: "free-busy" });
    expect(await put(outlook, TUESDAY)).toBe(204);
    expect(await told()).toEqual([TUESDAY]);
    expect((await outlook.delete(file)).status).toBe(204);
    for (const path of ["/CalendarData/Calendar.ics", bob.home, "/WebDAV/"]) {
      expect([path, (await outlook.get(path)).status]).toEqual([path, 404]);
    }
  });

  it("are refused where they are limited to reading or to calendars: such passwords look and do not publish (VFB-13)", async () => {
    await put(bob);
    const mailbox = await server.db.one<{ id: CollectionId }>(
      sql`select default_calendar_id as id from principal where id = ${await idOf()}`,
    );
    const collections = mailbox ? [mailbox.id] : [];
    for (const scope of [{ access: "read" }, { collections }, { access: "read", collections }] as const) {
      const limited = await withPassword(scope);
      expect(await put(limited, TUESDAY)).toBe(403);
      expect((await limited.delete(file)).status).toBe(403);
      const locked = await limited.request("LOCK", file, {
        body: `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>`,
      });
      expect(locked.status).toBe(403);
      expect((await limited.get(file)).status).toBe(200);
      expect((await limited.request("PROPFIND", "/pub/calendar/", { headers: { Depth: "1" } })).status).toBe(207);
    }
    expect(await told()).toEqual([MONDAY]);
  });

  it("count from their networks and until their time alone (VFB-13)", async () => {
    expect(await put(await withPassword({ access: "free-busy", networks: ["192.0.2.0/24"] }))).toBe(401);
    expect(await put(await withPassword({ access: "free-busy", networks: ["127.0.0.0/8"] }))).toBe(201);
    expect(await put(await withPassword({ access: "free-busy" }, 1000))).toBe(401);
  });

  it("that were remembered are checked anew, once, after the account changed, and the same request goes on (VFB-05)", async () => {
    expect(await put(bob)).toBe(201);
    // The same password again: what is remembered is stale, what was sent is good.
    await setPassword(server.db, server.house.passwords, await idOf(), bob.login);
    const { value, statements } = await server.countStatements(() => put(bob, TUESDAY));
    expect(value).toBe(204);
    expect(statements.filter((each) => each.includes("left join free_busy")).length).toBe(2);
    expect(await told()).toEqual([TUESDAY]);
  });

  it("that were remembered end with the password: the same connection hears 401 and nothing is written (VFB-05)", async () => {
    expect(await put(bob)).toBe(201);
    await setPassword(server.db, server.house.passwords, await idOf(), "another password");
    expect(await put(bob, TUESDAY)).toBe(401);
    expect((await bob.get(`/calendar/${bob.login}.vfb`)).status).toBe(401);
    expect((await bob.request("PROPFIND", "/pub/calendar/", { headers: { Depth: "0" } })).status).toBe(401);
    expect(await told()).toEqual([MONDAY]);
    expect(await put(server.client(bob.login, "another password"), TUESDAY)).toBe(204);
  });
});

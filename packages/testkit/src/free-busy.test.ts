import { addAccountAlias, addDomainAlias, principalNamed, setEnabled } from "@kalends/accounts";
import { cal, dav } from "@kalends/dav-xml";
import { runAdmin } from "@kalends/server";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { busyFile, busyLines, januaryQuery as query, meeting, MONDAY, TUESDAY } from "./busy-files.js";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { startServer, type TestServer } from "./server.js";

const NOW = Date.UTC(2026, 0, 5, 12);
let now = NOW;

const lockBody = `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner>Microsoft</D:owner></D:lockinfo>`;

type Person = DavClient & { readonly login: string; readonly home: string };

eachDatabase("free/busy files", (database) => {
  let server: TestServer;
  let nobody: DavClient;
  let bob: Person;
  let ann: Person;
  const file = ({ login }: Person) => `/pub/calendar/${login}.vfb`;
  const found = ({ login }: Person, extension = "vfb") => `/calendar/${login}.${extension}`;
  const publish = (who: Person, ...lines: readonly string[]) =>
    who.request("PUT", file(who), { body: busyFile(...lines) });
  const admin = (command: string, args: unknown) => runAdmin({ command, args }, server.house, () => undefined);

  beforeAll(async () => {
    server = await startServer({ database, clock: () => now });
    nobody = server.client(null);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    now = NOW;
    [bob, ann] = [await server.someone(), await server.someone()];
  });

  afterEach(() => expect(server.faults).toEqual([]));

  it("is published with PUT and found by everybody, first 201, then 204 (VFB-01, VFB-04, VFB-08, VFB-09)", async () => {
    expect((await publish(bob, MONDAY)).status).toBe(201);
    const read = await nobody.get(found(bob));
    expect(read).toMatchObject({
      status: 200,
      headers: { "content-type": "text/x-vfb", "cache-control": "max-age=300" },
    });
    expect(busyLines(read.text)).toEqual([MONDAY]);
    expect(read.text).toContain(`ORGANIZER:mailto:${bob.login}@mail.example\r\n`);
    expect(read.text).toMatch(/METHOD:PUBLISH[^]*BEGIN:VFREEBUSY[^]*UID:[^]*DTSTAMP:[^]*DTSTART:[^]*DTEND:[^]*URL:/);
    expect((await publish(bob, TUESDAY)).status).toBe(204);
    expect(busyLines((await nobody.get(found(bob))).text)).toEqual([TUESDAY]);
    expect((await nobody.get(found(bob, "ifb"))).headers["content-type"]).toBe(
      "text/calendar; method=PUBLISH; charset=utf-8",
    );
  });

  it("is found by any case, with the domain in the path, by aliases and by the read URL (VFB-03, DSC-80)", async () => {
    await publish(bob, MONDAY);
    await addAccountAlias(server.db, `${bob.login}@mail.example`, "mail.example", `b.${bob.login}`);
    await addDomainAlias(server.db, "mail.example", "old.example");
    const paths = [
      `/calendar/${bob.login.toUpperCase()}.VFB`,
      `/calendar/Mail.Example/${bob.login}.vfb`,
      `/calendar/old.example/${bob.login}.ifb`,
      `/calendar/b.${bob.login}.vfb`,
      `/freebusy/${bob.login}@mail.example`,
      `/freebusy/${bob.login}@mail.example.ifb`,
    ];
    for (const path of paths) {
      const { status, text } = await nobody.get(path);
      expect([path, status, busyLines(text)]).toEqual([path, 200, [MONDAY]]);
    }
    const head = await nobody.request("HEAD", found(bob));
    expect(head).toMatchObject({ status: 200, text: "" });
    const other = await bob.request("PUT", `/pub/calendar/B.${bob.login}.VFB`, { body: busyFile(TUESDAY) });
    expect(other.status).toBe(204);
  });

  it("is 404 for whoever never published, is disabled, switched off or unknown, in the same words (VFB-07, DSC-83)", async () => {
    const unknown = await nobody.get("/calendar/nobody.vfb");
    expect(unknown.status).toBe(404);
    const told = async (who: Person) => {
      const { status, text } = await nobody.get(found(who));
      return { status, text };
    };
    const same = { status: 404, text: unknown.text };
    expect(await told(bob)).toEqual(same);
    await publish(bob, MONDAY);
    await setEnabled(server.db, (await principalNamed(server.db, bob.login, "mail.example")).id, false);
    expect((await publish(bob, TUESDAY)).status).toBe(401);
    expect(await told(bob)).toEqual(same);
    await publish(ann, MONDAY);
    await admin("freebusy.set", { name: ann.login, access: "off" });
    expect(await told(ann)).toEqual(same);
    expect((await publish(ann, TUESDAY)).status).toBe(403);
  });

  it("comes from the calendars of whoever opted in, without any detail, private events too (VFB-07, DSC-83, SHR-92)", async () => {
    await bob.put(`${bob.home}Calendar/a.ics`, meeting("a", "20260114T090000Z", "20260114T100000Z"));
    await bob.mkcalendar(`${bob.home}Hobby/`);
    await bob.put(`${bob.home}Hobby/b.ics`, meeting("b", "20260115T090000Z", "20260115T100000Z"));
    await admin("freebusy.set", { name: bob.login, access: "everyone" });
    const both = ["FREEBUSY:20260114T090000Z/20260114T100000Z", "FREEBUSY:20260115T090000Z/20260115T100000Z"];
    const { text } = await nobody.get(found(bob));
    expect(busyLines(text)).toEqual(both);
    expect(text).not.toContain("Secret");
    const hidden = meeting("c", "20260116T090000Z", "20260116T100000Z").replace("SUMMARY", "CLASS:PRIVATE\r\nSUMMARY");
    await bob.put(`${bob.home}Calendar/c.ics`, hidden);
    const third = "FREEBUSY:20260116T090000Z/20260116T100000Z";
    expect(busyLines((await nobody.get(found(bob))).text)).toEqual([...both, third]);
    await bob.proppatch(`${bob.home}Hobby/`, {
      [cal("schedule-calendar-transp")]: (out) => out.leaf(cal("transparent")),
    });
    expect(busyLines((await nobody.get(found(bob))).text)).toEqual([both[0], third]);
  });

  it("keeps its tag until something changes, and shows a change at once (VFB-09, CGP-54, CGP-55)", async () => {
    await admin("freebusy.set", { name: bob.login, access: "everyone" });
    const first = await nobody.get(found(bob));
    now += 60_000;
    const { value: again, statements } = await server.countStatements(() => nobody.get(found(bob)));
    expect([again.headers["etag"], again.text]).toEqual([first.headers["etag"], first.text]);
    expect(statements.filter((each) => each.includes("from object"))).toEqual([]);
    const etag = first.headers["etag"] ?? "";
    expect(await nobody.get(found(bob), { "If-None-Match": etag })).toMatchObject({ status: 304, text: "" });
    await bob.put(`${bob.home}Calendar/a.ics`, meeting("a", "20260114T090000Z", "20260114T100000Z"));
    const changed = await nobody.get(found(bob), { "If-None-Match": etag });
    expect(changed.status).toBe(200);
    expect(busyLines(changed.text)).toHaveLength(1);
  });

  it("is the union of what was uploaded and what the calendars hold, and these alone after DELETE (VFB-05, VFB-11)", async () => {
    await bob.put(`${bob.home}Calendar/a.ics`, meeting("a", "20260112T093000Z", "20260112T110000Z"));
    await publish(bob, MONDAY, TUESDAY);
    expect(busyLines((await nobody.get(found(bob))).text)).toEqual([
      "FREEBUSY:20260112T090000Z/20260112T110000Z",
      TUESDAY,
    ]);
    expect((await bob.delete(file(bob))).status).toBe(204);
    expect((await bob.delete(file(bob))).status).toBe(404);
    expect(busyLines((await nobody.get(found(bob))).text)).toEqual(["FREEBUSY:20260112T093000Z/20260112T110000Z"]);
  });

  it("says nothing of times later than its DTEND, and nothing at all when that is past (VFB-09)", async () => {
    await publish(bob, MONDAY);
    expect((await nobody.get(found(bob))).text).toContain("DTEND:20260301T000000Z");
    expect((await nobody.get(`/freebusy/${bob.login}?start=20260210T000000Z&period=P60D`)).text).toContain(
      "DTSTART:20260210T000000Z\r\nDTEND:20260301T000000Z",
    );
    expect((await nobody.get(`/freebusy/${bob.login}?start=20260310&period=P7D`)).status).toBe(404);
    now = Date.UTC(2026, 2, 2);
    expect((await nobody.get(found(bob))).status).toBe(404);
    await bob.put(`${bob.home}Calendar/a.ics`, meeting("a", "20260310T090000Z", "20260310T100000Z"));
    expect(busyLines((await nobody.get(found(bob))).text)).toEqual(["FREEBUSY:20260310T090000Z/20260310T100000Z"]);
  });

  it("gives the window asked for by start, end and period, and refuses what is none (DSC-82)", async () => {
    await bob.put(`${bob.home}Calendar/a.ics`, meeting("a", "20260714T090000Z", "20260714T100000Z"));
    await admin("freebusy.set", { name: bob.login, access: "everyone" });
    const path = `/freebusy/${bob.login}@mail.example`;
    for (const window of ["start=20260701T000000Z&end=20260801T000000Z", "start=2026-07-01&period=P31D"]) {
      const { text } = await nobody.get(`${path}?${window}`);
      expect(text).toContain("DTSTART:20260701T000000Z\r\nDTEND:20260801T000000Z\r\n");
      expect(busyLines(text)).toEqual(["FREEBUSY:20260714T090000Z/20260714T100000Z"]);
    }
    expect((await nobody.get(path)).text).toContain("DTSTART:20251229T000000Z\r\nDTEND:20260306T000000Z\r\n");
    for (const window of ["start=tomorrow", "start=20260701&end=20260601", "period=P9000D", "period=long"]) {
      expect([window, (await nobody.get(`${path}?${window}`)).status]).toEqual([window, 400]);
    }
  });

  it("is written by its owner alone: 403 for others', 401 for nobody, wrong passwords and names there are not (VFB-05)", async () => {
    const put = (who: DavClient, path: string) => who.request("PUT", path, { body: busyFile(MONDAY) });
    expect((await put(ann, file(bob))).status).toBe(403);
    expect((await ann.delete(file(bob))).status).toBe(403);
    const anonymous = await put(nobody, file(bob));
    expect(anonymous).toMatchObject({ status: 401, headers: { "www-authenticate": expect.stringContaining("Basic") } });
    expect((await put(server.client(bob.login, "wrong"), file(bob))).status).toBe(401);
    expect((await put(server.client("nosuch", "x"), "/pub/calendar/nosuch.vfb")).status).toBe(401);
    const unknown = await put(ann, "/pub/calendar/nosuch.vfb");
    expect(unknown).toMatchObject({ status: 401, headers: { "www-authenticate": expect.stringContaining("Basic") } });
    expect((await nobody.get(found(bob))).status).toBe(404);
  });

  const event = "BEGIN:VEVENT\r\nUID:x\r\nDTSTART:20260112T090000Z\r\nEND:VEVENT";
  const bad: readonly (readonly [number, string, string])[] = [
    [403, "an event", busyFile(MONDAY).replace("END:VCALENDAR", `${event}\r\nEND:VCALENDAR`)],
    [403, "a second VFREEBUSY", busyFile(MONDAY, "END:VFREEBUSY", "BEGIN:VFREEBUSY", MONDAY)],
    [413, "more than 256 KiB", busyFile(...Array.from({ length: 7000 }, () => MONDAY))],
    [415, "no calendar", "busy on monday"],
    [403, "no VFREEBUSY", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"],
  ];
  it.each(bad)(
    "is refused with %i for %s in one line, and the old one stays (VFB-10, DSC-85)",
    async (status, _, body) => {
      await publish(bob, MONDAY);
      const refused = await bob.request("PUT", file(bob), { body });
      expect([refused.status, refused.text.trimEnd().split("\n")]).toEqual([status, [expect.any(String)]]);
      expect(busyLines((await nobody.get(found(bob))).text)).toEqual([MONDAY]);
    },
  );

  it("is changed under If-Match and If-None-Match only as they say (RFC 9110 13)", async () => {
    await publish(bob, MONDAY);
    const etag = (await bob.get(file(bob))).headers["etag"] ?? "";
    const put = (headers: Record<string, string>) =>
      bob.request("PUT", file(bob), { headers, body: busyFile(TUESDAY) });
    expect((await put({ "If-Match": '"other"' })).status).toBe(412);
    expect((await put({ "If-None-Match": "*" })).status).toBe(412);
    expect((await put({ "If-Match": etag })).status).toBe(204);
    expect((await bob.get(file(bob), { "If-None-Match": etag })).status).toBe(200);
  });

  it("counts in the free-busy-query of whoever may ask about the default calendar, and of nobody else (VFB-12, DSC-84)", async () => {
    await publish(bob, MONDAY);
    const asked = async (path: string) => busyLines((await ann.report(path, query)).text);
    expect(await asked(`${bob.home}Calendar/`)).toEqual([MONDAY]);
    expect(busyLines((await ann.get(found(bob))).text)).toEqual([MONDAY]);
    await server.setRights(`~${bob.login}/Calendar`, "anyone@mail.example", "");
    expect((await ann.report(`${bob.home}Calendar/`, query)).status).toBe(404);
    await bob.mkcalendar(`${bob.home}Hobby/`);
    const own = async (path: string) => busyLines((await bob.report(path, query)).text);
    expect(await own(`${bob.home}Hobby/`)).toEqual([]);
    expect(await own(bob.home)).toEqual([MONDAY]);
  });

  it("satisfies the Windows publishing client: OPTIONS, PROPFIND, LOCK, PUT, UNLOCK (VFB-14, RFC 4918)", async () => {
    const options = await nobody.request("OPTIONS", "/pub/calendar/");
    expect(options).toMatchObject({ status: 200, headers: { dav: "1, 2", "ms-author-via": "DAV" } });
    const listed = async (path: string, depth: "0" | "1") =>
      (await bob.propfind(path, [dav("resourcetype"), dav("getcontentlength")], depth)).responses.length;
    expect(await listed("/pub/", "1")).toBe(2);
    expect([await listed("/pub/calendar/", "0"), await listed("/pub/calendar/", "1")]).toEqual([1, 1]);
    expect((await bob.request("PROPFIND", file(bob), { headers: { Depth: "0" } })).status).toBe(404);
    expect((await nobody.request("PROPFIND", "/pub/calendar/", { headers: { Depth: "0" } })).status).toBe(401);

    const locked = await bob.request("LOCK", file(bob), { headers: { Timeout: "Second-180" }, body: lockBody });
    expect([locked.status, locked.text]).toEqual([201, expect.stringContaining("<D:exclusive/>")]);
    const token = locked.headers["lock-token"] ?? "";
    expect(token).toMatch(/^<urn:uuid:[^>]+>$/);
    expect(await listed("/pub/calendar/", "1")).toBe(2);
    expect((await bob.request("LOCK", file(bob), { body: lockBody })).status).toBe(423);
    expect((await publish(bob, MONDAY)).status).toBe(423);
    expect((await bob.delete(file(bob))).status).toBe(423);
    const If = `(${token})`;
    expect((await bob.request("LOCK", file(bob), { headers: { If, Timeout: "Second-60" } })).status).toBe(200);
    const put = await bob.request("PUT", file(bob), { headers: { If }, body: busyFile(MONDAY) });
    expect(put.status).toBe(201);
    expect((await ann.request("UNLOCK", file(bob), { headers: { "Lock-Token": token } })).status).toBe(403);
    expect((await bob.request("UNLOCK", file(bob), { headers: { "Lock-Token": "<urn:x>" } })).status).toBe(409);
    expect((await bob.request("UNLOCK", file(bob), { headers: { "Lock-Token": token } })).status).toBe(204);
    expect((await publish(bob, TUESDAY)).status).toBe(204);
    const found = await bob.propfind(file(bob), [dav("getetag"), dav("lockdiscovery"), dav("getcontenttype")], "0");
    expect(found.responses).toHaveLength(1);
    expect((await bob.request("MKCOL", "/pub/calendar/x/")).status).toBe(405);
  });

  it("is read by those who sign in only, where the account says so (VFB-06, DSC-83)", async () => {
    await publish(bob, MONDAY);
    await admin("freebusy.set", { name: bob.login, access: "signed-in" });
    expect((await nobody.get(found(bob))).status).toBe(401);
    const read = await ann.get(found(bob));
    expect(read).toMatchObject({ status: 200, headers: { "cache-control": "private, max-age=300" } });
    expect(await admin("freebusy.show", { name: bob.login })).toMatchObject({
      access: "signed-in",
      uploadedAt: NOW,
      start: Date.UTC(2026, 0, 1),
      end: Date.UTC(2026, 2, 1),
    });
  });
});

/** A server under other settings, with a person who uploaded one meeting and keeps another in his calendar. */
async function underSettings<T>(
  freeBusy: Record<string, unknown>,
  run: (server: TestServer) => Promise<T>,
): Promise<T> {
  const server = await startServer({ config: { freeBusy }, clock: () => NOW });
  try {
    await server.createAccount("bob");
    const bob = server.client("bob");
    await bob.put("/CalDAV/~bob/Calendar/a.ics", meeting("a", "20260114T090000Z", "20260114T100000Z"));
    await bob.request("PUT", "/pub/calendar/bob.vfb", { body: busyFile(MONDAY) });
    return await run(server);
  } finally {
    await server.stop();
  }
}

it.each([
  [{ policy: "upload", readers: "signed-in" }, MONDAY],
  [{ policy: "computed", readers: "networks", networks: "10.0.0.0/8" }, "FREEBUSY:20260114T090000Z/20260114T100000Z"],
])(
  "under %j strangers sign in, and file and free-busy-query both say %s (VFB-06, VFB-11)",
  async (settings, expected) => {
    await underSettings({ ...settings, vfbType: "text/calendar" }, async (server) => {
      const nobody = server.client(null);
      for (const name of ["bob", "nosuch"]) {
        const { status, headers } = await nobody.get(`/calendar/${name}.vfb`);
        expect([status, headers["www-authenticate"]]).toEqual([401, expect.stringContaining("Basic")]);
      }
      const bob = server.client("bob");
      const read = await bob.get("/calendar/bob.vfb");
      expect([read.headers["content-type"], busyLines(read.text)]).toEqual(["text/calendar", [expected]]);
      expect(busyLines((await bob.report("/CalDAV/~bob/", query)).text)).toEqual([expected]);
    });
  },
);

it("is open to the networks of the administrator, and makes whoever tries names out wait (VFB-06, DSC-83)", async () => {
  await underSettings({ readers: "networks", networks: "10.0.0.0/8, 127.0.0.1", misses: 3 }, async (server) => {
    const nobody = server.client(null);
    const statuses: number[] = [];
    for (const name of ["bob", "a", "b", "c", "d", "bob"]) {
      statuses.push((await nobody.get(`/calendar/${name}.vfb`)).status);
    }
    expect(statuses).toEqual([200, 404, 404, 404, 429, 429]);
  });
});

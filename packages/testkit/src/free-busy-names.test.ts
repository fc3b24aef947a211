import { createDomain } from "@kalends/accounts";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { busyFile, busyLines, januaryQuery, meeting, MONDAY, TUESDAY } from "./busy-files.js";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { startServer, type TestServer } from "./server.js";

type Person = DavClient & { readonly login: string; readonly home: string };

const NOW = Date.UTC(2026, 0, 5, 12);
const [FROM, TO] = ["20260114T090000Z", "20260114T100000Z"];
const WEDNESDAY = `FREEBUSY:${FROM}/${TO}`;

eachDatabase("what Outlook and others type", (database) => {
  let server: TestServer;
  let nobody: DavClient;
  let bob: Person;

  beforeAll(async () => {
    server = await startServer({ database, clock: () => NOW });
    nobody = server.client(null);
    await createDomain(server.db, "other.example");
    await server.admin("user.add", { name: "twin@other.example", password: "twin-at-other" });
    await server.createAccount("twin");
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    bob = await server.someone();
  });
  afterEach(() => expect(server.faults).toEqual([]));

  const publish = (who: DavClient, path: string, ...lines: readonly string[]) =>
    who.request("PUT", path, { body: busyFile(...lines) });

  it("publishes to what stands for a name as it is, in the address or percent-encoded (VFB-02)", async () => {
    expect((await publish(bob, "/pub/calendar/%NAME%.vfb", MONDAY)).status).toBe(201);
    expect(busyLines((await nobody.get(`/calendar/${bob.login}.vfb`)).text)).toEqual([MONDAY]);
    expect((await publish(bob, "/pub/calendar/%25NAME%25.vfb", TUESDAY)).status).toBe(204);
    expect(busyLines((await bob.get(`/pub/calendar/${bob.login}.vfb`)).text)).toEqual([TUESDAY]);
    expect((await publish(nobody, "/pub/calendar/%NAME%.vfb", MONDAY)).status).toBe(401);
    expect((await nobody.get("/calendar/%NAME%.vfb")).status).toBe(404);
  });

  it("finds the person of the domain that Host names, or the path (VFB-03)", async () => {
    const there = { Host: "other.example" };
    const twin = server.client("twin@other.example", "twin-at-other");
    expect((await publish(twin, "/pub/calendar/twin@other.example.vfb", MONDAY)).status).toBe(201);
    expect((await publish(server.client("twin"), "/pub/calendar/twin.vfb", TUESDAY)).status).toBe(201);
    const told = async (path: string, headers = {}) => busyLines((await nobody.get(path, headers)).text);
    expect(await told("/calendar/twin.vfb")).toEqual([TUESDAY]);
    expect(await told("/calendar/twin.vfb", there)).toEqual([MONDAY]);
    expect(await told("/calendar/other.example/twin.vfb")).toEqual([MONDAY]);
    expect(await told("/calendar/twin@mail.example.vfb", there)).toEqual([TUESDAY]);
    expect(await told("/~twin/freebusy.vfb", there)).toEqual([MONDAY]);
    const replaced = await twin.request("PUT", "/pub/calendar/twin.vfb", { headers: there, body: busyFile(TUESDAY) });
    expect(replaced.status).toBe(204);
    expect((await publish(twin, "/pub/calendar/twin.vfb", MONDAY)).status).toBe(403);
  });

  it("reads freebusy.vfb among the files of an account: changes show at once, without one the tag stays (CGP-54)", async () => {
    await server.admin("freebusy.set", { name: bob.login, access: "everyone" });
    const path = `/~${bob.login}/freebusy.vfb`;
    const read = async () => {
      const { value, statements } = await server.countStatements(() => nobody.get(path));
      const { status, headers, text } = value;
      const wasMade = statements.some((each) => each.includes("from object"));
      return { status, etag: headers["etag"], lines: busyLines(text), wasMade };
    };
    const first = await read();
    expect(first).toMatchObject({ status: 200, lines: [], wasMade: true });
    const conditional = { "If-None-Match": first.etag ?? "" };
    expect(await nobody.get(path, conditional)).toMatchObject({ status: 304, text: "" });
    const steps: readonly (readonly [string, () => Promise<{ status: number }>, readonly string[]])[] = [
      ["CalDAV", () => bob.put(`${bob.home}Calendar/a.ics`, meeting("a", FROM, TO)), [WEDNESDAY]],
      ["CalDAV DELETE", () => bob.delete(`${bob.home}Calendar/a.ics`), []],
      ["whole file", () => bob.put("/CalendarData/Calendar.ics", meeting("b", FROM, TO)), [WEDNESDAY]],
      ["an upload", () => publish(bob, "/pub/calendar/%NAME%.vfb", MONDAY), [MONDAY, WEDNESDAY]],
      ["its removal", () => bob.delete("/pub/calendar/%NAME%.vfb"), [WEDNESDAY]],
    ];
    let before = first.etag;
    for (const [what, change, lines] of steps) {
      expect([what, Math.floor((await change()).status / 100)]).toEqual([what, 2]);
      const changed = await read();
      expect([what, changed.lines]).toEqual([what, lines]);
      expect(await read()).toEqual({ ...changed, wasMade: false });
      expect(changed.etag).not.toBe(before);
      before = changed.etag;
    }
    expect((await nobody.get(path, conditional)).status).toBe(200);
    expect((await nobody.get("/~nosuch/freebusy.vfb")).status).toBe(404);
    expect((await nobody.get(`/~${bob.login}/letter.txt`)).status).toBe(401);
  });

  const spanning = (months: number) =>
    busyFile(MONDAY).replace("DTEND:20260301T000000Z", `DTEND:${2026 + months / 12}0101T000000Z`);

  it("publishes 36 months and not 48, and asks again with the tag every quarter of an hour (VFB-09)", async () => {
    const path = `/calendar/${bob.login}.vfb`;
    const put = (body: string) => bob.request("PUT", `/pub/calendar/${bob.login}.vfb`, { body });
    expect((await put(spanning(36))).status).toBe(201);
    expect((await put(spanning(48))).status).toBe(403);
    const { headers, text } = await nobody.get(path);
    expect(text).toContain("DTEND:20290101T000000Z");
    expect(headers["cache-control"]).toBe("max-age=300");
    const again = await nobody.request("GET", path, { headers: { "If-None-Match": headers["etag"] ?? "" } });
    expect(again).toMatchObject({ status: 304, text: "", headers: { etag: headers["etag"] } });
    expect(await bob.get(path)).toMatchObject({ status: 200, headers: { etag: headers["etag"] } });
  });

  const old: readonly (readonly [string, string, readonly string[]])[] = [
    ["without DTSTAMP, UID and VERSION 2.0, for a bare name", busyFile(MONDAY), [MONDAY]],
    [
      "with a mailto in capitals and lines ended by LF",
      busyFile(MONDAY).replace("ORGANIZER:bob", "ORGANIZER:MAILTO:bob").replaceAll("\r\n", "\n"),
      [MONDAY],
    ],
    [
      "in local times, those of the account",
      busyFile("FREEBUSY:20260112T090000/20260112T100000"),
      ["FREEBUSY:20260112T080000Z/20260112T090000Z"],
    ],
    ["with a comma too many and a duration", busyFile("FREEBUSY:20260112T090000Z/PT1H,"), [MONDAY]],
    [
      "with a byte order mark and Latin-1",
      `\uFEFF${busyFile(MONDAY).replace("ORGANIZER:bob", "ORGANIZER;CN=B\u00f6b:bob")}`,
      [MONDAY],
    ],
  ];
  it.each(old)("publishes as it did long ago: %s (VFB-10)", async (_, body, lines) => {
    const zone = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n`;
    const set = `<D:propertyupdate xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop><C:calendar-timezone>${zone}</C:calendar-timezone></D:prop></D:set></D:propertyupdate>`;
    expect((await bob.request("PROPPATCH", `${bob.home}Calendar/`, { body: set })).status).toBe(207);
    const sent = body.includes("\u00f6") ? Buffer.from(body.slice(1), "latin1") : Buffer.from(body);
    expect((await bob.request("PUT", `/pub/calendar/${bob.login}.vfb`, { body: sent })).status).toBe(201);
    const { text } = await nobody.get(`/calendar/${bob.login}.ifb`);
    expect(busyLines(text)).toEqual(lines);
    expect(text).toContain(`VERSION:2.0\r\n`);
    expect(text).toMatch(/\r\nDTSTAMP:\d{8}T\d{6}Z\r\n/);
    expect(text).toContain(`ORGANIZER:mailto:${bob.login}@mail.example\r\n`);
  });

  it("takes 256 KiB and no octet more, and the old file stays (VFB-10)", async () => {
    const most = 256 * 1024;
    const sized = (line: string, size: number) => {
      const body = busyFile(line);
      return body.replace("END:VCALENDAR", `X-PAD:${"x".repeat(size - Buffer.byteLength(body) - 8)}\r\nEND:VCALENDAR`);
    };
    const put = (body: string) => bob.request("PUT", `/pub/calendar/${bob.login}.vfb`, { body });
    expect(Buffer.byteLength(sized(MONDAY, most))).toBe(most);
    expect((await put(sized(MONDAY, most))).status).toBe(201);
    expect((await put(sized(TUESDAY, most + 1))).status).toBe(413);
    expect(busyLines((await nobody.get(`/calendar/${bob.login}.vfb`)).text)).toEqual([MONDAY]);
  });

  it("counts everywhere busy time is asked for, of the home and of the default calendar (VFB-12)", async () => {
    await publish(bob, "/pub/calendar/%NAME%.vfb", MONDAY);
    await bob.put(`${bob.home}Calendar/a.ics`, meeting("a", FROM, TO));
    for (const path of [bob.home, `${bob.home}Calendar/`]) {
      expect([path, busyLines((await bob.report(path, januaryQuery)).text)]).toEqual([path, [MONDAY, WEDNESDAY]]);
    }
    const window = `/freebusy/${bob.login}@mail.example?start=20260101&end=20260201`;
    expect(busyLines((await nobody.get(window)).text)).toEqual([MONDAY, WEDNESDAY]);
  });
});

import { createListener, type MadeLink, runAdmin } from "@kalends/server";
import { sql } from "@kalends/store";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { startServer, type TestServer } from "./server.js";

const DAY = 24 * 60 * 60_000;
let server: TestServer;
let now = Date.now();
type Person = DavClient & { readonly login: string; readonly home: string };
const event = (uid: string, day: string, more = "") =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\n` +
  `DTSTART;VALUE=DATE:${day}\r\nSUMMARY:About ${uid}\r\nLOCATION:Room\r\n${more}END:VEVENT\r\nEND:VCALENDAR\r\n`;
const dayAt = (offset: number) => new Date(now + offset * DAY).toISOString().slice(0, 10).replaceAll("-", "");
const admin = (command: string, args: unknown) => runAdmin({ command, args }, server.house, () => undefined);
const pathOf = ({ url }: MadeLink) => new URL(url).pathname;

const link = async (who: Person, wish: Readonly<Record<string, unknown>> = {}) => {
  const calendars = ((wish["calendars"] as string[] | undefined) ?? ["Calendar"]).map(
    (name) => `~${who.login}/${name}`,
  );
  return (await admin("link.create", { ...wish, calendars })) as MadeLink;
};
const fetchFeed = (made: MadeLink, headers = {}) => server.client(null).get(pathOf(made), headers);
const uids = (text: string) => [...text.matchAll(/^UID:(\S+)/gm)].map(([, uid]) => uid).sort();

async function someoneWith(events: readonly (readonly [uid: string, day: string, more?: string])[]): Promise<Person> {
  const who = await server.someone();
  for (const [uid, day, more] of events) await who.put(`${who.home}Calendar/${uid}.ics`, event(uid, day, more));
  return who;
}

eachDatabase("links", (database) => {
  beforeAll(async () => {
    server = await startServer({ database, clock: () => now, config: { limits: { anonymousRequests: 100_000 } } });
  });
  afterEach(() => {
    now = Date.now();
  });
  afterAll(() => server.stop());

  it("give a PUBLISH feed to whoever has the secret, with headers that keep it secret (FEED-03, D, DSC-41, DSC-42, DSC-43)", async () => {
    const ann = await someoneWith([["a", dayAt(0)]]);
    const made = await link(ann, { label: "Ann's plans" });
    expect(pathOf(made)).toMatch(/^\/feeds\/[\w-]{27}\.ics$/);
    const feed = await fetchFeed(made);
    expect(feed.headers).toMatchObject({
      "content-type": "text/calendar; charset=UTF-8; method=PUBLISH",
      "cache-control": "private, no-cache",
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex",
    });
    for (const line of ["METHOD:PUBLISH", "X-WR-CALNAME:Ann's plans", "X-PUBLISHED-TTL:PT1H", "UID:a"]) {
      expect(feed.text).toContain(`${line}\r\n`);
    }
    expect((await server.client(null).get("/feeds/")).status).toBe(404);
    expect((await server.client(null).request("PROPFIND", "/feeds/")).status).toBe(405);
    expect((await server.client(null).put(pathOf(made), event("x", dayAt(0)))).status).toBe(405);
  });

  it("answer HEAD and conditions, compress for those who take it, and need no Accept (D, DSC-40, DSC-44)", async () => {
    const ann = await someoneWith([["a", dayAt(0)]]);
    const made = await link(ann);
    const { headers } = await fetchFeed(made, { Range: "bytes=0-3" });
    const head = await server.client(null).request("HEAD", pathOf(made));
    expect([head.status, head.text, head.headers["etag"]]).toEqual([200, "", headers["etag"]]);
    expect((await fetchFeed(made, { "If-None-Match": headers["etag"] ?? "" })).status).toBe(304);
    expect((await fetchFeed(made, { "If-Modified-Since": headers["last-modified"] ?? "" })).status).toBe(304);
    const zipped = await fetch(`${server.base}${pathOf(made)}`, { headers: { "Accept-Encoding": "gzip" } });
    expect([zipped.headers.get("content-encoding"), uids(await zipped.text())]).toEqual(["gzip", ["a"]]);
    await ann.put(`${ann.home}Calendar/b.ics`, event("b", dayAt(1)));
    expect(uids((await fetchFeed(made, { "If-None-Match": headers["etag"] ?? "" })).text)).toEqual(["a", "b"]);
  });

  const LEVELS = [
    ["busy", ["SUMMARY:Busy", "SUMMARY:Busy"], false],
    ["titles", ["SUMMARY:About open", "SUMMARY:Busy"], false],
    ["full", ["SUMMARY:About open", "SUMMARY:Busy"], true],
  ] as const;
  it.each(LEVELS)(
    "show at the level %s what it says, and never what is private (ICS-03, D, Kerio C6, DSC-45)",
    async (level, titles, details) => {
      const alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n";
      const ann = await someoneWith([
        ["open", dayAt(1), `DESCRIPTION:Long\r\n${alarm}`],
        ["some", dayAt(1), "CLASS:CONFIDENTIAL\r\n"],
        ["none", dayAt(1), "CLASS:PRIVATE\r\n"],
        ["odd", dayAt(1), "CLASS:X-MINE\r\n"],
      ]);
      const { text } = await fetchFeed(await link(ann, { level }));
      expect(uids(text)).toEqual(["open", "some"]);
      expect(
        text
          .match(/^SUMMARY:.*/gm)
          ?.map((line) => line.trim())
          .sort(),
      ).toEqual(titles);
      expect([text.match(/^LOCATION:/gm)?.length ?? 0, /DESCRIPTION:Long/.test(text)]).toEqual([
        details ? 1 : 0,
        details,
      ]);
      expect(text).not.toContain("VALARM");
      const withAlarms = await fetchFeed(await link(ann, { level, alarms: true }));
      expect(withAlarms.text.includes("VALARM")).toBe(details);
    },
  );

  it("show one or several calendars, components and days as asked for; a UID once (ICS-03, D, Kerio C6, DSC-45)", async () => {
    const ann = await someoneWith([
      ["past", dayAt(-40)],
      ["near", dayAt(2)],
      ["far", dayAt(90)],
    ]);
    await ann.mkcalendar(`${ann.home}More/`);
    await ann.put(`${ann.home}More/near.ics`, event("near", dayAt(2)));
    await ann.put(`${ann.home}More/other.ics`, event("other", dayAt(2)));
    const task = event("task", dayAt(2)).replaceAll("VEVENT", "VTODO");
    await ann.put("/CalendarData/More", task);
    const both = await link(ann, { calendars: ["Calendar", "More"], pastDays: 30, futureDays: 30 });
    expect(uids((await fetchFeed(both)).text)).toEqual(["near", "other"]);
    const tasks = await link(ann, { calendars: ["More"], components: ["VTODO"] });
    expect(uids((await fetchFeed(tasks)).text)).toEqual(["task"]);
    const tag = (await fetchFeed(both)).headers["etag"];
    now += 60 * DAY;
    const later = await fetchFeed(both, { "If-None-Match": tag ?? "" });
    expect(uids(later.text)).toEqual(["far"]);
  });

  it("tell what is gone as cancelled with a raised SEQUENCE for some days, never as deleted (FEED-03, D, DSC-45, DSC-63)", async () => {
    const ann = await someoneWith([
      ["stays", dayAt(1)],
      ["goes", dayAt(1), "SEQUENCE:4\r\n"],
      ["hidden", dayAt(1), "CLASS:PRIVATE\r\n"],
    ]);
    const made = await link(ann, { level: "titles" });
    const before = (await fetchFeed(made)).headers["etag"] ?? "";
    for (const name of ["goes", "hidden"]) await ann.delete(`${ann.home}Calendar/${name}.ics`);
    const after = await fetchFeed(made, { "If-None-Match": before });
    expect(uids(after.text)).toEqual(["goes", "stays"]);
    const gone = /BEGIN:VEVENT\r\nUID:goes[\s\S]*?END:VEVENT/.exec(after.text)?.[0] ?? "";
    expect(gone).toContain("STATUS:CANCELLED\r\n");
    expect(gone).toContain("SEQUENCE:5\r\n");
    expect(gone, "whoever deletes wants the words gone").toContain("SUMMARY:Cancelled\r\n");
    const later = await link(ann);
    expect((await fetchFeed(later)).text, "who follows later never had it").not.toContain("UID:goes");
    const soon = await link(ann, { futureDays: 10 });
    await ann.put(`${ann.home}Calendar/far.ics`, event("far", dayAt(90)));
    await ann.delete(`${ann.home}Calendar/far.ics`);
    expect((await fetchFeed(soon)).text, "nor what lay outside of the days shown").not.toContain("UID:far");
    expect(after.text).not.toContain("STATUS:DELETED");
    expect((await ann.get(`${ann.home}Calendar/`, { Accept: "text/calendar" })).text).not.toMatch(/goes|STATUS/);
    await ann.put(`${ann.home}Calendar/again.ics`, event("goes", dayAt(1), "SEQUENCE:6\r\n"));
    expect((await fetchFeed(soon)).text).not.toContain("CANCELLED");
    await ann.delete(`${ann.home}Calendar/again.ics`);
    const told = await fetchFeed(made);
    expect(told.text).toContain("CANCELLED");
    await server.db.rows(sql`update removed_object set removed_at = removed_at - interval '100 days'`);
    expect(uids((await fetchFeed(made, { "If-None-Match": told.headers["etag"] ?? "" })).text)).toEqual(["stays"]);
    await ann.delete(`${ann.home}Calendar/`);
    expect(uids((await fetchFeed(made)).text), "a calendar that is gone shows nothing").toEqual([]);
  });

  it("end when they are revoked or expire: 410, where an unknown secret is 404 (DSC-43)", async () => {
    const ann = await someoneWith([["a", dayAt(0)]]);
    const [revoked, expiring] = [await link(ann), await link(ann, { expires: new Date(now + 5 * DAY).toISOString() })];
    await admin("link.revoke", { id: revoked.id });
    expect((await fetchFeed(revoked)).status).toBe(410);
    expect((await fetchFeed(expiring)).status).toBe(200);
    now += 6 * DAY;
    expect((await fetchFeed(expiring)).status).toBe(410);
    expect((await server.client(null).get(`/feeds/${"x".repeat(27)}.ics`)).status).toBe(404);
    await expect(admin("link.revoke", { id: revoked.id })).rejects.toThrow("no link");
  });

  it("count their uses, at most one write a minute (DSC-43)", async () => {
    const ann = await someoneWith([]);
    const made = await link(ann);
    for (let n = 0; n < 5; n += 1) await fetchFeed(made);
    const first = (await admin("link.list", { who: ann.login })) as readonly { hits: number; lastUsed: string }[];
    expect(first).toMatchObject([{ id: made.id, hits: 1, state: "open", calendars: ["Calendar"] }]);
    now += 2 * 60_000;
    await fetchFeed(made);
    expect(await admin("link.list", { who: ann.login })).toMatchObject([{ hits: 6 }]);
  });

  it("are closed with the account of their owner (CGP-14)", async () => {
    const ann = await someoneWith([["a", dayAt(0)]]);
    const made = await link(ann);
    await admin("user.services", { name: ann.login, off: "webcal" });
    expect((await fetchFeed(made)).status).toBe(403);
  });

  it("are made, listed and revoked by owners through JSON; the secret is told once and kept as a digest (FEED-04, DSC-43)", async () => {
    const [ann, bob] = [await someoneWith([["a", dayAt(0)]]), await server.someone()];
    const post = (who: DavClient, body: unknown) =>
      who.request("POST", "/api/links", {
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    const answer = await post(ann, { calendars: ["Calendar"], level: "busy", pastDays: 7 });
    expect(answer.status).toBe(201);
    const made = JSON.parse(answer.text) as MadeLink;
    expect(made.webcal).toBe(made.url.replace("http://", "webcal://"));
    expect(uids((await fetchFeed(made)).text)).toEqual(["a"]);
    const secret = /feeds\/(.*)\.ics/.exec(made.url)?.[1] ?? "";
    expect((await ann.get("/api/links")).text).not.toContain(secret);
    const stored = await server.db.rows(sql`select * from link`);
    expect(JSON.stringify(stored)).not.toContain(secret);
    const wrong: readonly (readonly [unknown, number])[] = [
      [{ calendars: ["Nothing"] }, 404],
      [{ calendars: [] }, 400],
      [{ calendars: ["Calendar"], level: "all" }, 400],
      [{ calendars: ["Calendar"], expires: "soon" }, 400],
      [{ calendars: ["Calendar"], more: 1 }, 400],
    ];
    for (const [body, status] of wrong) expect((await post(ann, body)).status, JSON.stringify(body)).toBe(status);
    expect((await post(server.client(null), {})).status).toBe(401);
    expect((await bob.delete(`/api/links/${made.id}`)).status).toBe(404);
    expect((await ann.delete(`/api/links/${made.id}`)).status).toBe(204);
    expect((await fetchFeed(made)).status).toBe(410);
  });

  it("leave their secrets out of the log (DSC-43)", async () => {
    const ann = await someoneWith([["a", dayAt(0)]]);
    const made = await link(ann);
    const lines: string[] = [];
    const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
    const http = createListener({ ...server.house, log });
    await new Promise<void>((resolve) => void http.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    for (const method of ["GET", "PUT", "DELETE"]) await fetch(base + pathOf(made), { method });
    const secret = pathOf(made).slice(7);
    for (const mistyped of ["//feeds/", "/Feeds/", "/x/feeds/", "/feeds%2F"]) await fetch(base + mistyped + secret);
    await fetch(`${base}${pathOf(made)}/x?y=1`);
    http.close();
    http.closeAllConnections();
    expect(lines.length).toBeGreaterThanOrEqual(8);
    expect(lines.join("")).not.toContain(pathOf(made).slice(7, 30));
  });
});

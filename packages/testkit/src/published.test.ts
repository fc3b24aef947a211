import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runAdmin } from "@kalends/server";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { DOMAIN, startServer, type TestServer } from "./server.js";

let server: TestServer;

const event = (uid: string, summary: string, more = "") =>
  `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\nSUMMARY:${summary}\r\n${more}END:VEVENT\r\n`;
const task = (uid: string) => `BEGIN:VTODO\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Task\r\nEND:VTODO\r\n`;
const fileOf = (parts: readonly string[], head = "") =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\n${head}${parts.join("")}END:VCALENDAR\r\n`;
const admin = (command: string, args: unknown) => runAdmin({ command, args }, server.house, () => undefined);

type Person = DavClient & { readonly login: string };
const nobody = () => server.client(null);
const urlOf = ({ login }: Person, name: string) => `/calendars/${login}@${DOMAIN}/${name}`;
const statusOf = async (answer: Promise<{ status: number }>) => (await answer).status;

eachDatabase("published calendars", (database) => {
  beforeAll(async () => {
    server = await startServer({
      database,
      config: { limits: { anonymousFileSize: 2000, anonymousRequests: 100_000 } },
    });
  });
  afterAll(() => server.stop());

  describe("hosted files (MailEnable B)", () => {
    it("makes a missing mailbox of one's own by PUT: 201 with counts, then 204 (PUB-04, ICS-04, MailEnable B, CGP-39, CGP-40)", async () => {
      const ann = await server.someone();
      const first = await ann.put(urlOf(ann, "Team.ics"), fileOf([event("1@b", "One")]));
      expect([first.status, first.headers["kalends-result"]]).toEqual([
        201,
        "added=1, replaced=0, unchanged=0, removed=0",
      ]);
      expect((await ann.put("/calendars/Team.ics", fileOf([event("2@b", "Two")]))).status).toBe(204);
      expect((await ann.get(`/CalDAV/~${ann.login}/Team/`, { Accept: "text/calendar" })).text).toContain("UID:2@b");
      expect((await ann.put("/CalendarData/Plain.ics", fileOf([event("1@b", "One")]))).status).toBe(201);
      expect(await statusOf(nobody().get(urlOf(ann, "Plain.ics")))).toBe(401);
    });

    it("gives the file by its full name to everybody, by its short one to whoever signs in (PUB-01, PUB-02, MailEnable B)", async () => {
      const ann = await server.someone();
      await ann.put("/calendars/Team.ics", fileOf([event("1@b", "One")]));
      expect(await statusOf(ann.get("/calendars/Team.ics"))).toBe(200);
      expect(await statusOf(ann.get(urlOf(ann, "Team.ics")))).toBe(200);
      expect(await statusOf(nobody().get(urlOf(ann, "Team.ics")))).toBe(200);
      const refused = await nobody().get("/calendars/Team.ics");
      expect([refused.status, refused.headers["www-authenticate"]]).toEqual([
        401,
        'Basic realm="Kalends", charset="UTF-8"',
      ]);
    });

    it("means the own default calendar by a URL without file name (PUB-03, ICS-01, ICS-05, MailEnable B)", async () => {
      const ann = await server.someone();
      await ann.put(`/CalDAV/~${ann.login}/Calendar/1.ics`, fileOf([event("default@b", "Mine")]));
      for (const path of ["/calendars/", "/calendars", "/ical", "/ical/", "/ical/main.ics"]) {
        expect((await ann.get(path)).text, path).toContain("UID:default@b");
        expect(await statusOf(nobody().get(path)), path).toBe(401);
      }
    });

    it("gives the owner back the very bytes, and what is equal to them once somebody else has written (PUB-04, PUB-05, MailEnable B)", async () => {
      const ann = await server.someone();
      const sent = fileOf([event("1@b", "One", "X-MINE:kept\r\n")], "X-WR-CALNAME:Mine\r\nX-ODD:1\r\n");
      const put = await ann.put("/calendars/Team.ics", sent);
      const back = await ann.get("/calendars/Team.ics");
      expect([back.text, back.headers["etag"]]).toEqual([sent, put.headers["etag"]]);
      expect(back.headers["content-type"]).toBe("text/calendar; charset=utf-8");
      await ann.put(`/CalDAV/~${ann.login}/Team/2.ics`, fileOf([event("2@b", "Two")]));
      const later = await ann.get("/calendars/Team.ics");
      expect(later.headers["etag"]).not.toBe(put.headers["etag"]);
      expect(later.text).toContain("X-MINE:kept");
      expect(later.text).toContain("UID:2@b");
    });

    it("removes a published file for the client that deletes it and for its owner: then 404 (PUB-06, MailEnable B)", async () => {
      const ann = await server.someone();
      for (const name of ["One", "Two", "Three"])
        await ann.put(`/calendars/${name}.ics`, fileOf([event("1@b", "One")]));
      expect(await admin("publishing.list", { who: ann.login })).toMatchObject({
        level: "read",
        calendars: [{ name: "One" }, { name: "Three" }, { name: "Two" }],
      });
      expect(await statusOf(ann.delete("/calendars/One.ics"))).toBe(204);
      await admin("publishing.remove", { mailbox: `~${ann.login}/Two` });
      expect(await statusOf(ann.delete("/api/publications/Three"))).toBe(204);
      for (const name of ["One", "Two", "Three"]) {
        expect(await statusOf(ann.get(`/calendars/${name}.ics`)), name).toBe(404);
        expect(await statusOf(nobody().get(urlOf(ann, `${name}.ics`))), name).toBe(401);
      }
      expect((await ann.get("/api/publications")).text).toContain('"calendars":[]');
    });

    it("keeps a calendar that was there before when its publication ends (PUB-06, MailEnable B)", async () => {
      const ann = await server.someone();
      await ann.put(`/CalDAV/~${ann.login}/Calendar/1.ics`, fileOf([event("1@b", "One")]));
      expect(await statusOf(nobody().get(urlOf(ann, "Calendar.ics")))).toBe(401);
      await admin("publishing.add", { mailbox: `~${ann.login}/Calendar` });
      expect((await nobody().get(urlOf(ann, "Calendar.ics"))).text).toContain("UID:1@b");
      await admin("publishing.remove", { mailbox: `~${ann.login}/Calendar` });
      expect(await statusOf(nobody().get(urlOf(ann, "Calendar.ics")))).toBe(401);
      expect((await ann.get("/calendars/Calendar.ics")).text).toContain("UID:1@b");
    });

    const LEVELS = [
      ["none", 401, 401, 401],
      ["read", 200, 401, 401],
      ["full", 200, 204, 204],
    ] as const;
    it.each(LEVELS)(
      "lets everybody, at the level %s, GET %i, PUT %i, DELETE %i (PUB-07, PUB-08, PUB-09, MailEnable B)",
      async (level, get, put, del) => {
        const ann = await server.someone();
        await admin("publishing.cap", { domain: DOMAIN, level: "full" });
        for (const name of ["A", "B"]) await ann.put(`/calendars/${name}.ics`, fileOf([event("1@b", "One")]));
        await admin("publishing.level", { who: ann.login, level });
        const visitor = nobody();
        for (const name of ["A", "B"]) {
          const url = urlOf(ann, `${name}.ics`);
          expect(await statusOf(visitor.get(url))).toBe(get);
          expect(await statusOf(visitor.put(url, fileOf([event("2@b", "Two")])))).toBe(put);
          expect(await statusOf(visitor.delete(url))).toBe(del);
          expect(await statusOf(ann.get(url)), "the owner's own access does not depend on it").toBe(
            del === 204 ? 404 : 200,
          );
        }
        expect(await statusOf(visitor.put(urlOf(ann, "New.ics"), fileOf([])))).toBe(401);
        expect(await statusOf(ann.put("/calendars/Own.ics", fileOf([event("1@b", "One")])))).toBe(201);
        expect(await statusOf(ann.put("/calendars/Own.ics", fileOf([])))).toBe(204);
        expect(await statusOf(ann.delete("/calendars/Own.ics"))).toBe(204);
        expect(await statusOf(visitor.request("LOCK", urlOf(ann, "A.ics"))), "locks are somebody's").toBe(401);
      },
    );

    it("caps what accounts allow everybody at what the domain permits: read unless said otherwise (PUB-12, MailEnable B)", async () => {
      const ann = await server.someone();
      await ann.put("/calendars/A.ics", fileOf([event("1@b", "One")]));
      await admin("publishing.cap", { domain: DOMAIN, level: "read" });
      expect(await admin("publishing.level", { who: ann.login, level: "full" })).toEqual({
        level: "full",
        inForce: "read",
      });
      expect(await statusOf(nobody().put(urlOf(ann, "A.ics"), fileOf([])))).toBe(401);
      await admin("publishing.cap", { domain: DOMAIN, level: "none" });
      expect(await statusOf(nobody().get(urlOf(ann, "A.ics")))).toBe(401);
      await admin("publishing.cap", { domain: DOMAIN, level: "full" });
      expect(await statusOf(nobody().put(urlOf(ann, "A.ics"), fileOf([])))).toBe(204);
      const large = fileOf([event("1@b", "x".repeat(3000))]);
      expect(await statusOf(nobody().put(urlOf(ann, "A.ics"), large)), "size cap").toBe(413);
      await admin("publishing.cap", { domain: DOMAIN, level: "read" });
    });

    it("opens nothing but the published files to those who do not sign in (PUB-08, MailEnable B, CGP-12)", async () => {
      const ann = await server.someone();
      await ann.put("/calendars/A.ics", fileOf([event("1@b", "One")]));
      for (const path of [
        `/CalendarData/~${ann.login}/A.ics`,
        `/CalDAV/~${ann.login}/A/`,
        urlOf(ann, "Calendar.ics"),
      ]) {
        expect(await statusOf(nobody().get(path)), path).toBe(401);
      }
      expect(await statusOf(nobody().get(`/calendars/nobody@${DOMAIN}/A.ics`)), "unknown accounts look alike").toBe(
        401,
      );
      expect(await statusOf(server.client(ann.login, "wrong").get(urlOf(ann, "A.ics")))).toBe(401);
    });

    it("gives other accounts what they are granted: read only or full access (PUB-10, PUB-11, MailEnable B)", async () => {
      const [ann, bob] = [await server.someone(), await server.someone()];
      await ann.put("/calendars/A.ics", fileOf([event("1@b", "One")]));
      await admin("publishing.level", { who: ann.login, level: "none" });
      const url = urlOf(ann, "A.ics");
      expect(await statusOf(bob.get(url))).toBe(404);
      await server.setRights(`~${ann.login}/A`, bob.login, "lr");
      expect([await statusOf(bob.get(url)), await statusOf(bob.put(url, fileOf([])))]).toEqual([200, 403]);
      await server.setRights(`~${ann.login}/A`, bob.login, "lrid");
      expect(await statusOf(bob.put(url, fileOf([event("2@b", "Two")])))).toBe(204);
      await server.setRights(`~${ann.login}/A`, bob.login, "");
      expect(await statusOf(bob.get(url))).toBe(404);
    });

    it("keeps two clients that upload all from losing each other's changes by If-Match (PUB-13, MailEnable B)", async () => {
      const ann = await server.someone();
      await ann.put("/calendars/A.ics", fileOf([event("1@b", "One")]));
      const tag = (await ann.get("/calendars/A.ics")).headers["etag"] ?? "";
      const both = ["2@b", "3@b"].map((uid) =>
        ann.put("/calendars/A.ics", fileOf([event("1@b", "One"), event(uid, "More")]), { "If-Match": tag }),
      );
      expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([204, 412]);
      expect(await statusOf(ann.put("/calendars/A.ics", fileOf([]), { "If-None-Match": "*" }))).toBe(412);
      expect(await statusOf(ann.put("/calendars/New.ics", fileOf([]), { "If-Match": tag }))).toBe(412);
      expect(await statusOf(ann.get("/calendars/New.ics"))).toBe(404);
    });

    it("takes sixty equal uploads for none: no change entries (PUB-14, MailEnable B)", async () => {
      const ann = await server.someone();
      const sent = fileOf([event("1@b", "One"), event("2@b", "Two")]);
      const first = await ann.put("/calendars/A.ics", sent);
      const token = (await ann.syncCollection(`/CalDAV/~${ann.login}/A/`, "")).syncToken ?? "";
      for (let n = 0; n < 60; n += 1) {
        const { headers } = await ann.put("/calendars/A.ics", sent);
        expect(headers).toMatchObject({
          etag: first.headers["etag"],
          "kalends-result": "added=0, replaced=0, unchanged=2, removed=0",
        });
      }
      const changes = await ann.syncCollection(`/CalDAV/~${ann.login}/A/`, token);
      expect([changes.responses.length, changes.syncToken]).toEqual([0, token]);
    });

    it("leaves nothing behind of a new file that is broken, a message, or of another type (CGP-34, CGP-40)", async () => {
      const ann = await server.someone();
      const bad = fileOf([event("1@b", "One").replace("DTSTART:20260105T090000Z", "DTSTART:Tuesday")]);
      expect(await statusOf(ann.put("/calendars/A.ics", bad))).toBe(400);
      const request = fileOf([event("1@b", "One")], "METHOD:REQUEST\r\n");
      expect(await statusOf(ann.put("/calendars/A.ics", request))).toBe(403);
      expect(await statusOf(ann.put("/calendars/A.ics", fileOf([]), { "Content-Type": "text/html" }))).toBe(415);
      expect(await statusOf(ann.get("/calendars/A.ics"))).toBe(404);
      const published = fileOf([event("1@b", "One")], "METHOD:PUBLISH\r\n");
      expect(await statusOf(ann.put("/calendars/A.ics", published))).toBe(201);
      const { headers } = await ann.get("/calendars/A.ics");
      expect(headers["content-type"]).toBe("text/calendar; charset=UTF-8; method=PUBLISH");
      expect(await statusOf(ann.put("/calendars/a.ics", published)), "a name that differs in case only").toBe(409);
    });

    it("slows down addresses that ask without sign-in too often, by 429 (PUB-12, MailEnable B)", async () => {
      const strict = await startServer({ config: { limits: { anonymousRequests: 3 } } });
      try {
        const ann = await strict.someone();
        await ann.put("/calendars/A.ics", fileOf([event("1@b", "One")]));
        const statuses: number[] = [];
        for (let n = 0; n < 4; n += 1) {
          const answer = await strict.client(null).get(`/calendars/${ann.login}@${DOMAIN}/A.ics`);
          statuses.push(answer.status);
          if (answer.status === 429) expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
        }
        expect(statuses).toEqual([200, 200, 200, 429]);
        expect((await ann.get("/calendars/A.ics")).status).toBe(200);
      } finally {
        await strict.stop();
      }
    });
  });

  describe("older publishing paths (Kerio C6, Axigen)", () => {
    it("names a mailbox in every form: sub-calendars, foreign ones, public folders (ICS-01, ICS-05, Kerio C6, Axigen)", async () => {
      const ann = await server.someone();
      if ((await admin("user.list", {})) && !(await hasPublic())) await server.createAccount("public");
      const folders = server.client("public");
      await ann.put("/ical/Work/Team.ics", fileOf([event("nested@c", "Nested")]));
      await ann.put("/ical/Solo", fileOf([event("solo@c", "Solo")]));
      await folders.put("/ical/Board.ics", fileOf([event("board@c", "Board")]));
      const paths: readonly (readonly [string, string])[] = [
        ["/ical/Work/Team", "nested@c"],
        ["/ical/folder/Work/Team.ics", "nested@c"],
        [`/ical/~${ann.login}/folder/Work/Team.ics`, "nested@c"],
        [`/ical/${DOMAIN}/${ann.login}/Work/Team`, "nested@c"],
        [`/ical/${DOMAIN}/${ann.login}/Solo`, "solo@c"],
        ["/ical/public/Board", "board@c"],
        ["/ical/pf/Board.ics", "board@c"],
      ];
      for (const [path, uid] of paths) expect((await ann.get(path)).text, path).toContain(`UID:${uid}`);
      expect((await nobody().get("/ical/public/Board.ics")).text).toContain("UID:board@c");
      expect((await nobody().get(`/ical/${DOMAIN}/${ann.login}/Solo`)).text).toContain("UID:solo@c");
    });
    const hasPublic = async () =>
      ((await admin("user.list", {})) as readonly { name?: string }[]).some(({ name }) => name?.startsWith("public@"));

    it("takes the owner's share to read, and write rights to publish there (ICS-01, Kerio C6)", async () => {
      const [ann, bob] = [await server.someone(), await server.someone()];
      await ann.mkcalendar(`/CalDAV/~${ann.login}/Team/`);
      const url = `/ical/${DOMAIN}/${ann.login}/Team`;
      expect(await statusOf(bob.get(url))).toBe(404);
      await server.setRights(`~${ann.login}/Team`, bob.login, "lr");
      expect([await statusOf(bob.get(url)), await statusOf(bob.put(url, fileOf([])))]).toEqual([200, 403]);
      await server.setRights(`~${ann.login}/Team`, bob.login, "lrid");
      expect(await statusOf(bob.put(url, fileOf([event("1@c", "One")])))).toBe(204);
      const made = `/ical/${DOMAIN}/${ann.login}/New`;
      expect(await statusOf(bob.put(made, fileOf([]))), "who sees something of hers is told what lacks").toBe(403);
      await server.setRights(`~${ann.login}`, bob.login, "lrci");
      expect(await statusOf(bob.put(made, fileOf([event("1@c", "One")])))).toBe(201);
    });

    it("does not publish tasks, nor other people's reminders and private items; subscribers only read (ICS-03, Kerio C6)", async () => {
      const ann = await server.someone();
      const alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Ring\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n";
      const items = [
        event("open@c", "Open", alarm),
        event("secret@c", "Secret", "CLASS:PRIVATE\r\n"),
        event("some@c", "Details", "CLASS:CONFIDENTIAL\r\nLOCATION:Here\r\n"),
        task("task@c"),
      ];
      await ann.put("/ical/Team.ics", fileOf(items));
      const { text } = await nobody().get(`/ical/${DOMAIN}/${ann.login}/Team.ics`);
      expect(
        text
          .match(/^(UID|SUMMARY):.*/gm)
          ?.map((line) => line.trim())
          .sort(),
      ).toEqual(["SUMMARY:Busy", "SUMMARY:Open", "UID:open@c", "UID:some@c"]);
      expect(text).not.toMatch(/VALARM|LOCATION|VTODO/);
      expect(await statusOf(nobody().put(`/ical/${DOMAIN}/${ann.login}/Team.ics`, fileOf([])))).toBe(401);
      await server.setRights(`~${ann.login}/Team`, "anyone", "lrid");
      const bob = await server.someone();
      const got = (await bob.get(`/ical/${DOMAIN}/${ann.login}/Team.ics`)).text;
      expect(await statusOf(bob.put(`/ical/${DOMAIN}/${ann.login}/Team.ics`, got)), "nothing unseen is lost").toBe(403);
    });

    it("replaces the whole calendar, and gives all of it on each refresh or 304 (ICS-01, ICS-04, Kerio C6)", async () => {
      const ann = await server.someone();
      await ann.put("/ical/Team.ics", fileOf([event("1@c", "One"), event("2@c", "Two")]));
      const { headers } = await ann.put("/ical/Team.ics", fileOf([event("2@c", "Two"), event("3@c", "Three")]));
      expect(headers["kalends-result"]).toBe("added=1, replaced=0, unchanged=1, removed=1");
      const got = await ann.get("/ical/Team.ics");
      expect(got.text.match(/^UID:/gm)).toHaveLength(2);
      const again = await ann.get("/ical/Team.ics", { "If-None-Match": got.headers["etag"] ?? "" });
      expect([again.status, again.text]).toEqual([304, ""]);
    });
  });

  describe("feeds of published calendars (iCalendar methods D)", () => {
    it("are PUBLISH messages with stable UIDs, a name and a pace, in type and body alike (FEED-03, D, DSC-40, DSC-41, DSC-42)", async () => {
      const ann = await server.someone();
      await ann.put("/calendars/Team.ics", fileOf([event("1@d", "One")]));
      const feed = await nobody().get(urlOf(ann, "Team.ics"));
      expect(feed.headers["content-type"]).toBe("text/calendar; charset=UTF-8; method=PUBLISH");
      for (const line of [
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Team",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "UID:1@d",
      ]) {
        expect(feed.text).toContain(`${line}\r\n`);
      }
      expect((await nobody().get(urlOf(ann, "Team.ics"))).text, "fetched again it is the same").toBe(feed.text);
    });

    it("answer HEAD, If-None-Match and If-Modified-Since, tolerate ranges, and need no Accept (D, DSC-40, DSC-44)", async () => {
      const ann = await server.someone();
      await ann.put("/calendars/Team.ics", fileOf([event("1@d", "One")]));
      const url = urlOf(ann, "Team.ics");
      const { headers } = await nobody().get(url, { Range: "bytes=0-5" });
      const head = await nobody().request("HEAD", url);
      expect([head.status, head.text, head.headers["etag"]]).toEqual([200, "", headers["etag"]]);
      const since = headers["last-modified"] ?? "";
      expect(new Date(since).getTime()).toBeGreaterThan(0);
      expect(await statusOf(nobody().get(url, { "If-None-Match": headers["etag"] ?? "" }))).toBe(304);
      expect(await statusOf(nobody().get(url, { "If-Modified-Since": since }))).toBe(304);
      await ann.put("/calendars/Team.ics", fileOf([event("1@d", "Other")]));
      expect(await statusOf(nobody().get(url, { "If-None-Match": headers["etag"] ?? "" }))).toBe(200);
    });

    it("are compressed only for clients that take it, whose tag then serves them (DSC-44)", async () => {
      const ann = await server.someone();
      await ann.put("/calendars/Team.ics", fileOf([event("1@d", "One")]));
      const plain = await fetch(`${server.base}${urlOf(ann, "Team.ics")}`, {
        headers: { "Accept-Encoding": "identity" },
      });
      expect(plain.headers.get("content-encoding")).toBeNull();
      const none = await fetch(`${server.base}${urlOf(ann, "Team.ics")}`, {
        headers: { "Accept-Encoding": "gzip;q=0" },
      });
      expect(none.headers.get("content-encoding")).toBeNull();
      const zipped = await fetch(`${server.base}${urlOf(ann, "Team.ics")}`, { headers: { "Accept-Encoding": "gzip" } });
      expect(zipped.headers.get("content-encoding")).toBe("gzip");
      expect(await zipped.text()).toBe(await plain.text());
      const tag = zipped.headers.get("etag") ?? "";
      expect(tag).not.toBe(plain.headers.get("etag"));
      const again = { "Accept-Encoding": "gzip", "If-None-Match": tag };
      expect(await statusOf(nobody().get(urlOf(ann, "Team.ics"), again))).toBe(304);
      const mine = await ann.get("/calendars/Team.ics", { "Accept-Encoding": "gzip" });
      const named = { "If-Match": mine.headers["etag"] ?? "" };
      expect(await statusOf(ann.put("/calendars/Team.ics", fileOf([event("2@d", "Two")]), named))).toBe(204);
    });
  });
});

import { setEnabled, principalNamed } from "@kalends/accounts";
import { dav } from "@kalends/dav-xml";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { DOMAIN, startServer, type TestServer } from "./server.js";

const DAY = 24 * 60 * 60_000;
type Person = DavClient & { readonly login: string; readonly home: string };

const event = (uid: string, day: string, more = "") =>
  `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:${day}\r\nSUMMARY:About ${uid}\r\n${more}END:VEVENT\r\n`;
const fileOf = (...parts: readonly string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\n${parts.join("")}END:VCALENDAR\r\n`;
const uids = (text: string) => [...text.matchAll(/^UID:(\S+)/gm)].map(([, uid]) => uid).sort();
const alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Ring\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n";

eachDatabase("what followers of a published calendar are shown", (database) => {
  let server: TestServer;
  let now = Date.now();
  const dayAt = (offset: number) => new Date(now + offset * DAY).toISOString().slice(0, 10).replaceAll("-", "");
  const nobody = () => server.client(null);
  const urlOf = ({ login }: Person, name: string) => `/calendars/${login}@${DOMAIN}/${name}.ics`;

  beforeAll(async () => {
    server = await startServer({ database, clock: () => now, config: { limits: { anonymousRequests: 100_000 } } });
  });
  afterEach(() => {
    now = Date.now();
  });
  afterAll(() => server.stop());

  async function published(view: Readonly<Record<string, unknown>>): Promise<Person> {
    const ann = await server.someone();
    const items = [
      event("past", dayAt(-60)),
      event("soon", dayAt(2), `LOCATION:Room\r\n${alarm}`),
      event("far", dayAt(200)),
      event("hidden", dayAt(2), "CLASS:PRIVATE\r\n"),
      event("some", dayAt(2), "CLASS:CONFIDENTIAL\r\nLOCATION:Where\r\n"),
    ];
    await ann.put("/calendars/Plan.ics", fileOf(...items));
    await server.admin("publishing.add", { mailbox: `~${ann.login}/Plan`, ...view });
    return ann;
  }

  it("is as much as its publication says: level, days, reminders (ICS-03, Kerio C6, DSC-45)", async () => {
    const ann = await published({ level: "titles", pastDays: 30, futureDays: 30 });
    const feed = await nobody().get(urlOf(ann, "Plan"));
    expect(feed.status).toBe(200);
    expect(uids(feed.text)).toEqual(["some", "soon"]);
    expect(feed.text).toContain("SUMMARY:About soon\r\n");
    expect(feed.text).toContain("SUMMARY:Busy\r\n");
    expect(feed.text).not.toMatch(/LOCATION|VALARM|About some/);
    expect(uids((await ann.get("/calendars/Plan.ics")).text), "the owner has all").toHaveLength(5);
    const all = await published({ alarms: true });
    const { text } = await nobody().get(urlOf(all, "Plan"));
    expect(uids(text)).toEqual(["far", "past", "some", "soon"]);
    expect(text).toMatch(/LOCATION:Room[\s\S]*BEGIN:VALARM/);
  });

  it("does not open the calendar itself to anybody where a part is shown (ICS-03, DSC-45)", async () => {
    const ann = await published({ level: "busy" });
    const bob = await server.someone();
    const calendar = `/CalDAV/~${ann.login}/Plan/`;
    for (const who of [nobody(), bob]) {
      const { text, status } = await who.get(urlOf(ann, "Plan"));
      expect([status, /About|LOCATION/.test(text)]).toEqual([200, false]);
      expect((await who.propfind(urlOf(ann, "Plan"), [dav("getetag")])).responses).toHaveLength(1);
      for (const path of [calendar, `/CalendarData/~${ann.login}/Plan`]) {
        expect((await who.get(path, { Accept: "text/calendar" })).status, path).toBe(who === bob ? 404 : 401);
      }
      expect((await who.put(urlOf(ann, "Plan"), fileOf())).status).toBe(who === bob ? 404 : 401);
    }
    await server.admin("publishing.level", { who: ann.login, level: "none" });
    expect((await nobody().get(urlOf(ann, "Plan"))).status).toBe(401);
    expect((await bob.get(urlOf(ann, "Plan"))).status).toBe(404);
    await server.admin("publishing.level", { who: ann.login, level: "read" });
    const { id } = await principalNamed(server.db, ann.login, DOMAIN);
    await setEnabled(server.db, id, false);
    expect((await nobody().get(urlOf(ann, "Plan"))).status, "with the account goes what it published").toBe(401);
  });

  it("is never written by everybody where a part is shown, whatever the level of the account (PUB-08, PUB-12)", async () => {
    const ann = await published({ futureDays: 30 });
    await server.admin("publishing.cap", { domain: DOMAIN, level: "full" });
    await server.admin("publishing.level", { who: ann.login, level: "full" });
    expect((await nobody().put(urlOf(ann, "Plan"), fileOf())).status).toBe(401);
    expect((await nobody().delete(urlOf(ann, "Plan"))).status).toBe(401);
    await server.admin("publishing.cap", { domain: DOMAIN, level: "read" });
  });

  it("has another tag at every level and on every day that counts, and none of another's serves (DSC-44, DSC-45)", async () => {
    const ann = await published({});
    const tags = new Set<string>();
    const views = [{}, { level: "titles" }, { level: "busy" }, { alarms: true }, { pastDays: 3 }, { futureDays: 3 }];
    for (const view of views) {
      await server.admin("publishing.add", { mailbox: `~${ann.login}/Plan`, ...view });
      const tag = (await nobody().get(urlOf(ann, "Plan"))).headers["etag"] ?? "";
      for (const other of tags) {
        expect((await nobody().get(urlOf(ann, "Plan"), { "If-None-Match": other })).status).toBe(200);
      }
      expect((await nobody().get(urlOf(ann, "Plan"), { "If-None-Match": tag })).status).toBe(304);
      tags.add(tag);
    }
    tags.add((await ann.get("/calendars/Plan.ics")).headers["etag"] ?? "");
    expect(tags.size).toBe(views.length + 1);
    const before = await nobody().get(urlOf(ann, "Plan"));
    expect(uids(before.text)).not.toContain("far");
    now += 199 * DAY;
    const later = await nobody().get(urlOf(ann, "Plan"), { "If-None-Match": before.headers["etag"] ?? "" });
    expect(uids(later.text)).toContain("far");
  });

  it("tells what an upload no longer has as cancelled, without its words, and gives it to nobody who uploads (FEED-03)", async () => {
    const ann = await published({});
    await ann.put("/calendars/Plan.ics", fileOf(event("soon", dayAt(2), "SEQUENCE:3\r\n")));
    await ann.put("/calendars/Plan.ics", fileOf(event("stays", dayAt(2))));
    const { text } = await nobody().get(urlOf(ann, "Plan"));
    expect(uids(text)).toEqual(["far", "past", "some", "soon", "stays"]);
    const gone = /BEGIN:VEVENT\r\nUID:soon[\s\S]*?END:VEVENT/.exec(text)?.[0];
    expect(gone).toContain("STATUS:CANCELLED\r\n");
    expect(gone).toContain("SEQUENCE:4\r\n");
    expect(gone).toContain("SUMMARY:Cancelled\r\n");
    expect(uids((await ann.get("/calendars/Plan.ics")).text)).toEqual(["stays"]);
    await server.admin("publishing.cap", { domain: DOMAIN, level: "full" });
    await server.admin("publishing.level", { who: ann.login, level: "full" });
    const got = await nobody().get(urlOf(ann, "Plan"));
    expect(uids(got.text), "it would come back with the next upload").toEqual(["stays"]);
    const put = await nobody().put(urlOf(ann, "Plan"), got.text, { "If-Match": got.headers["etag"] ?? "" });
    expect(put.status).toBe(204);
    const after = await nobody().get(urlOf(ann, "Plan"), { "If-None-Match": put.headers["etag"] ?? "" });
    expect(after.status, "PUT tells the tag of the next GET").toBe(304);
    await server.admin("publishing.cap", { domain: DOMAIN, level: "read" });
  });

  it("is set, listed with addresses and ended by its owner through JSON (PUB-06, FEED-04)", async () => {
    const ann = await server.someone();
    await ann.put(`${ann.home}Calendar/1.ics`, fileOf(event("mine", dayAt(1))));
    const post = (body: unknown) =>
      ann.request("POST", "/api/publications", {
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await post({ calendar: "Calendar", level: "busy", pastDays: 5 })).status).toBe(200);
    const listed = JSON.parse((await ann.get("/api/publications")).text) as {
      readonly calendars: readonly { readonly url: string; readonly webcal: string; readonly shows: unknown }[];
    };
    const [only] = listed.calendars;
    expect(only?.shows).toEqual({ level: "busy", alarms: false, pastDays: 5, futureDays: null });
    expect(only?.url).toBe(`${server.base}${urlOf(ann, "Calendar")}`);
    expect(only?.webcal).toBe(only?.url.replace("http://", "webcal://"));
    const { text } = await nobody().get(urlOf(ann, "Calendar"));
    expect([uids(text), /About/.test(text)]).toEqual([["mine"], false]);
    for (const body of [{ calendar: "None" }, { calendar: "Calendar", level: "all" }, {}, []]) {
      expect([400, 404]).toContain((await post(body)).status);
    }
    expect((await ann.delete("/api/publications/Calendar")).status).toBe(204);
    expect((await nobody().get(urlOf(ann, "Calendar"))).status).toBe(401);
    expect((await ann.get(`${ann.home}Calendar/1.ics`)).status).toBe(200);
  });

  it("is in the audit log: who published, set levels and made links, and uploads without sign-in by address (PUB-12)", async () => {
    const ann = await server.someone();
    await ann.put("/calendars/Plan.ics", fileOf(event("first", dayAt(1))));
    await server.admin("publishing.cap", { domain: DOMAIN, level: "full" });
    await server.admin("publishing.level", { who: ann.login, level: "full" });
    for (let n = 0; n < 3; n += 1) {
      expect((await nobody().put(urlOf(ann, "Plan"), fileOf(event(`n${n}`, dayAt(n))))).status).toBe(204);
    }
    const made = await server.admin<{ id: number; url: string }>("link.create", { calendars: [`~${ann.login}/Plan`] });
    await server.admin("link.revoke", { id: made.id });
    expect((await nobody().delete(urlOf(ann, "Plan"))).status).toBe(204);
    const entries = await server.admin<readonly Readonly<Record<string, unknown>>[]>("audit", {
      account: ann.login,
      limit: 100,
    });
    const about = (kind: string) => entries.filter((entry) => entry["kind"] === kind);
    expect(about("publishing.written")).toMatchObject([
      { by: "nobody signed in", address: expect.stringMatching(/127\.0\.0\.1|::1/) as unknown, times: 4 },
    ]);
    expect(about("publishing.changed").length).toBeGreaterThanOrEqual(3);
    expect(about("link.changed")).toHaveLength(2);
    expect(JSON.stringify(entries)).not.toContain(/feeds\/(.*)\.ics/.exec(made.url)?.[1]);
    await server.admin("publishing.cap", { domain: DOMAIN, level: "read" });
  });

  it("counts as busy time of its owner below the default calendar, elsewhere only when he says so (ICS-02, Kerio C6)", async () => {
    const ann = await server.someone();
    const at = (uid: string, day: string) =>
      `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:${day}T090000Z\r\nDTEND:${day}T100000Z\r\nEND:VEVENT\r\n`;
    await ann.put("/ical/Calendar/Team.ics", fileOf(at("counts", dayAt(1))));
    await ann.put("/ical/Holidays.ics", fileOf(at("does-not", dayAt(2))));
    await server.admin("freebusy.set", { name: ann.login, access: "everyone" });
    const { text } = await nobody().get(`/freebusy/${ann.login}@${DOMAIN}`);
    expect(text.match(/^FREEBUSY.*/gm)?.map((line) => line.trim())).toEqual([
      `FREEBUSY:${dayAt(1)}T090000Z/${dayAt(1)}T100000Z`,
    ]);
  });

  it("has switches of its own beside free/busy, and a right to busy time alone opens no file (ICS-06, Axigen)", async () => {
    const [ann, bob] = [await server.someone(), await server.someone()];
    await ann.put("/ical/Team.ics", fileOf(event("1@c", dayAt(1))));
    const [own, foreign] = ["/ical/Team.ics", `/ical/~${ann.login}/folder/Team.ics`];
    const set = async (command: string, args: Readonly<Record<string, string>>) =>
      server.admin(command, { name: ann.login, who: ann.login, ...args });
    await server.setRights(`~${ann.login}/Team`, bob.login, "9");
    const span = `start="${dayAt(0)}T000000Z" end="${dayAt(3)}T000000Z"`;
    const query = `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range ${span}/></C:free-busy-query>`;
    await set("publishing.level", { level: "none" });
    expect((await bob.report(`/CalDAV/~${ann.login}/Team/`, query)).status).toBe(200);
    expect((await bob.get(foreign)).status).toBe(404);
    await set("publishing.level", { level: "read" });
    await set("freebusy.set", { access: "everyone" });
    await set("user.services", { off: "webcal" });
    expect([(await ann.get(own)).status, (await nobody().get(foreign)).status]).toEqual([403, 401]);
    await set("user.services", { on: "webcal" });
    await set("freebusy.set", { access: "off" });
    expect((await nobody().get(`/freebusy/${ann.login}@${DOMAIN}`)).status).toBe(404);
    expect((await nobody().get(foreign)).status).toBe(200);
  });
});

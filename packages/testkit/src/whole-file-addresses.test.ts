import { cal, dav } from "@kalends/dav-xml";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eachDatabase } from "./databases.js";
import { eventText, taskText } from "./generators/text.js";
import type { Person } from "./rights-matrix/stage.js";
import { DOMAIN, startServer, type TestServer } from "./server.js";

eachDatabase("addresses of whole files", (database) => {
  let server: TestServer;
  let ann: Person;

  beforeAll(async () => {
    server = await startServer({ database });
  });
  beforeEach(async () => {
    ann = await server.someone();
  });
  afterAll(() => server.stop());

  const told = async (path: string, who = ann) => {
    const { status, headers, text } = await who.get(path);
    return { status, etag: headers["etag"], uids: [...text.matchAll(/^UID:(.*)\r$/gm)].map(([, uid]) => uid) };
  };
  const uidsAt = async (path: string, who = ann) => (await told(path, who)).uids;

  it("name mailboxes for events and for tasks, behind both roots (CGP-01)", async () => {
    await ann.put("/CalendarData/Calendar", eventText("event"));
    await ann.put("/CalendarData/Tasks", taskText("task"));
    for (const root of ["/CalDAV/", "/CalendarData/"]) {
      expect(await uidsAt(`${root}Calendar`)).toEqual(["event"]);
      expect(await uidsAt(`${root}Tasks`)).toEqual(["task"]);
    }
  });

  it("mean the same with .ics and without, in any case of these letters: octets and tag (CGP-02)", async () => {
    await ann.put("/CalendarData/Calendar.ics", eventText("a"));
    for (const root of ["/CalDAV/", "/CalendarData/"]) {
      const [plain, ...others] = await Promise.all(["", ".ics", ".ICS"].map((end) => ann.get(`${root}Calendar${end}`)));
      expect(plain?.text).toContain("UID:a");
      for (const { text, headers } of others)
        expect([text, headers["etag"]]).toEqual([plain?.text, plain?.headers.etag]);
    }
  });

  it("without a name mean the main calendar, with and without the last slash (CGP-03)", async () => {
    await ann.put("/CalendarData", eventText("one"));
    await ann.put("/CalendarData/", eventText("two"));
    for (const path of ["/CalendarData", "/CalendarData/", "/CalDAV", "/CalDAV/", "/CalendarDataDel/"]) {
      expect((await uidsAt(path)).sort()).toEqual(["one", "two"]);
    }
    expect(await uidsAt("/CalendarData/Calendar")).toHaveLength(2);
  });

  it("follow the role of the main calendar when it goes to another (CGP-09)", async () => {
    await ann.mkcalendar(`${ann.home}Other/`);
    await ann.put("/CalendarData/Calendar", eventText("first"));
    await ann.put("/CalendarData/Other", eventText("second"));
    expect(await uidsAt("/CalendarData/")).toEqual(["first"]);
    const inbox = `${ann.home}inbox/`;
    const role = cal("schedule-default-calendar-URL");
    const href = (name: string) => (out: Parameters<Exclude<Parameters<Person["proppatch"]>[1][never], string>>[0]) =>
      out.leaf(dav("href"), `${ann.home}${name}/`);
    await ann.proppatch(inbox, { [role]: href("Other") });
    for (const path of ["/CalendarData/", "/CalDAV/", "/calendars/"]) expect(await uidsAt(path)).toEqual(["second"]);
    await ann.put("/CalendarData/", eventText("third"));
    expect((await uidsAt("/CalendarData/Other")).sort()).toEqual(["second", "third"]);
    const { responses } = await ann.propfind(inbox, [role]);
    expect(responses[0]?.props.get(role)?.element.children.map(({ text }) => text)).toEqual([`${ann.home}Other/`]);
    await ann.proppatch(inbox, { [role]: href("Calendar") });
    expect(await uidsAt("/CalendarData/")).toEqual(["first"]);
  });

  it("name other people's mailboxes by ~account, in another domain by ~account@domain (CGP-04)", async () => {
    const bob = await server.someone();
    const far = `far${ann.login}@far.example`;
    await server.admin("domain.add", { name: "far.example" }).catch(() => undefined);
    await server.createAccount(far, "secret-secret");
    await server.client(far, "secret-secret").put("/CalendarData/Calendar", eventText("far"));
    await bob.put("/CalendarData/Calendar", eventText("near"));
    for (const name of [`~${bob.login}`, `~${far}`]) await server.setRights(`${name}/Calendar`, ann.login, "lr");
    for (const root of ["/CalDAV/", "/CalendarData/", "/CalendarDataDel/"]) {
      expect(await uidsAt(`${root}~${bob.login}/Calendar.ics`)).toEqual(["near"]);
      expect(await uidsAt(`${root}~${bob.login}@${DOMAIN}/Calendar`)).toEqual(["near"]);
      expect(await uidsAt(`${root}~${far}/Calendar.ics`)).toEqual(["far"]);
    }
  });

  describe("of nested mailboxes", () => {
    it("join their names by a slash, and are looked up letter by letter (CGP-05)", async () => {
      await ann.mkcalendar(`${ann.home}Work/`);
      await ann.mkcalendar(`${ann.home}Work%2FTeam/`);
      await ann.put("/CalendarData/Work/Team.ics", eventText("inner"));
      for (const path of ["Work/Team.ics", "Work/Team", "Work%2FTeam"]) {
        expect(await uidsAt(`/CalendarData/${path}`)).toEqual(["inner"]);
      }
      expect(await uidsAt("/CalendarData/Work")).toEqual([]);
      for (const path of ["work/Team", "Work/team", "WORK"]) {
        expect((await told(`/CalendarData/${path}`)).status).toBe(404);
      }
    });

    it.each(["calendar", "CALENDAR.ics"])("refuse to make %s beside Calendar: 409 (CGP-05)", async (twin) => {
      expect((await ann.put(`/CalendarData/${twin}`, eventText("x"))).status).toBe(409);
      expect((await ann.mkcalendar(`${ann.home}${twin.replace(".ics", "")}/`)).status).toBe(409);
      expect((await ann.get(`/CalendarData/${twin}`)).status).toBe(404);
      expect(await uidsAt("/CalendarData/Calendar")).toEqual([]);
    });
  });

  it("find the exact name before the one without .ics, and take off one ending, not two (CGP-06)", async () => {
    await ann.mkcalendar(`${ann.home}x/`);
    await ann.put("/CalendarData/x", eventText("short"));
    expect(await uidsAt("/CalendarData/x.ics")).toEqual(["short"]);
    expect((await told("/CalendarData/x.ics.ics")).status).toBe(404);
    await ann.mkcalendar(`${ann.home}x.ics/`);
    await ann.put("/CalendarData/x.ics.ics", eventText("long"));
    expect(await uidsAt("/CalendarData/x.ics")).toEqual(["long"]);
    expect(await uidsAt("/CalendarData/x")).toEqual(["short"]);
  });

  it("may hold any letters, percent-encoded in any way (CGP-07)", async () => {
    expect((await ann.put("/CalendarData/Sch%C3%B6n%20%26%20gut%3F.ics", eventText("a"))).status).toBe(201);
    expect(await uidsAt("/CalendarData/Sch%c3%b6n%20&%20gut%3f")).toEqual(["a"]);
    expect((await ann.propfind(ann.home, [dav("resourcetype")], "1")).responses.map(({ href }) => href)).toContain(
      `${ann.home}Sch%C3%B6n%20%26%20gut%3F/`,
    );
  });

  it.each([
    "../Calendar",
    "a/../Calendar",
    "%2e%2e/Calendar",
    "a%2F..%2FCalendar",
    "Cal%00endar",
    "a//b",
    "a%2F%2Fb",
    "%ff",
  ])("with %s are 400 (CGP-07)", async (name) => {
    for (const realm of ["/CalendarData/", "/CalendarDataDel/", "/CalDAV/"]) {
      expect([realm, (await ann.get(realm + name)).status]).toEqual([realm, 400]);
      expect([realm, (await ann.put(realm + name, eventText("a"))).status]).toEqual([realm, 400]);
    }
  });

  it("show the same items in both realms at any time (CGP-11)", async () => {
    await ann.put("/CalDAV/Calendar/one.ics", eventText("one"));
    expect(await uidsAt("/CalendarData/Calendar")).toEqual(["one"]);
    await ann.put("/CalendarData/Calendar", eventText("two"));
    expect((await uidsAt("/CalDAV/Calendar")).sort()).toEqual(["one", "two"]);
    const { responses } = await ann.query(`${ann.home}Calendar/`, "VEVENT", null);
    expect(responses).toHaveLength(2);
    await ann.delete("/CalDAV/Calendar/one.ics");
    expect(await uidsAt("/CalendarData/Calendar")).toEqual(["two"]);
    await ann.delete("/CalendarData/Calendar");
    expect(await uidsAt("/CalDAV/Calendar")).toEqual([]);
  });

  it("of principals: the root leads there, is read only, and /UserDAV/ leads to the same ones (CGP-10)", async () => {
    const names = [dav("current-user-principal"), dav("resourcetype"), cal("calendar-home-set")];
    const principal = `/principals/users/${ann.login}@${DOMAIN}/`;
    const hrefsAt = async (path: string, name: (typeof names)[number]) => {
      const { responses } = await ann.propfind(path, names);
      return responses[0]?.props.get(name)?.element.children.map(({ text }) => text);
    };
    expect(await hrefsAt("/", dav("current-user-principal"))).toEqual([principal]);
    expect(await hrefsAt(principal, cal("calendar-home-set"))).toEqual([ann.home]);
    const { status, headers } = await ann.request("PROPFIND", `/UserDAV/${ann.login}@${DOMAIN}`);
    expect([status, headers["location"]]).toEqual([301, server.base + principal]);
    for (const verb of ["PUT", "DELETE", "MKCOL", "PROPPATCH"]) {
      const { status } = await ann.request(verb, "/", { body: verb === "PUT" ? "x" : undefined });
      expect([verb, status >= 400 && status < 500]).toEqual([verb, true]);
    }
  });

  it("of mailboxes without calendar items are 409 for the owner and 404 for others (CGP-30)", async () => {
    const bob = await server.someone();
    await server.setRights(`~${ann.login}/inbox`, bob.login, "lrid");
    for (const realm of ["/CalendarData/", "/CalendarDataDel/", "/calendars/", "/ical/"]) {
      for (const verb of ["GET", "PUT", "DELETE"]) {
        const ask = async (who: Person, name: string) =>
          (await who.request(verb, realm + name, { body: verb === "PUT" ? eventText("a") : undefined })).status;
        expect([realm, verb, await ask(ann, "inbox")]).toEqual([realm, verb, 409]);
        expect([realm, verb, await ask(bob, `~${ann.login}/inbox`)]).toEqual([realm, verb, 404]);
      }
    }
    expect((await ann.get("/CalendarData/Nowhere")).status).toBe(404);
    expect((await bob.get(`/CalendarData/~${ann.login}/Nowhere`)).status).toBe(404);
  });
});

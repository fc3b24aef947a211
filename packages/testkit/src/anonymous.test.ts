import { cal, dav } from "@kalends/dav-xml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { multigetBody, propfindBody, queryBody, syncBody } from "./client/bodies.js";
import type { DavClient } from "./client/client.js";
import { readMultistatus } from "./client/multistatus.js";
import { eachDatabase } from "./databases.js";
import { eventText } from "./generators/text.js";
import { DOMAIN, startServer, type TestServer } from "./server.js";

type Person = DavClient & { readonly login: string; readonly home: string };

const NAMES = [dav("getetag"), dav("current-user-principal"), dav("current-user-privilege-set")];
const BUSY = `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260301T000000Z" end="20260302T000000Z"/></C:free-busy-query>`;

async function open(database: "embedded" | "postgres", anonymous: boolean) {
  const server = await startServer({ database, config: { anonymous } });
  const ann = await server.someone();
  for (const [name, letters] of [
    ["Open", "lr"],
    ["Busy", "9"],
    ["Writable", "lridwca"],
    ["Closed", ""],
  ] as const) {
    await ann.mkcalendar(`${ann.home}${name}/`);
    await ann.put(`${ann.home}${name}/a.ics`, eventText("a"));
    if (letters) await server.setRights(`~${ann.login}/${name}`, "anonymous", letters);
  }
  return { server, ann };
}

eachDatabase("requests without credentials", (database) => {
  describe("as the server comes", () => {
    let server: TestServer;
    let ann: Person;
    beforeAll(async () => ({ server, ann } = await open(database, false)));
    afterAll(() => server.stop());

    it.each([
      ["GET", "/CalDAV/~ann/Open/a.ics"],
      ["GET", "/CalendarData/~ann/Open.ics"],
      ["PROPFIND", "/CalDAV/~ann/Open/"],
      ["REPORT", "/CalDAV/~ann/Open/"],
      ["PUT", "/CalendarDataDel/~ann/Writable.ics"],
    ])("are asked for a password whatever entries say: %s %s (CGP-12)", async (verb, path) => {
      const answer = await server.client(null).request(verb, path.replace("~ann", `~${ann.login}`));
      expect([answer.status, answer.headers["www-authenticate"]]).toEqual([
        401,
        'Basic realm="Kalends", charset="UTF-8"',
      ]);
    });
  });

  describe("where the server allows them", () => {
    let server: TestServer;
    let ann: Person;
    let nobody: DavClient;
    beforeAll(async () => {
      ({ server, ann } = await open(database, true));
      nobody = server.client(null);
    });
    afterAll(() => server.stop());

    const ask = (verb: string, path: string, body?: string, depth = "0") =>
      nobody.request(verb, path.replace("~ann", `~${ann.login}`), { headers: { Depth: depth }, body });
    const CALENDAR = "/CalDAV/~ann/Open/";

    it("read what an entry for anonymous lets them read (B, ACL-22)", async () => {
      expect((await ask("GET", `${CALENDAR}a.ics`)).text).toContain("SUMMARY:Lunch");
      expect((await ask("GET", "/CalendarData/~ann/Open.ics")).text).toContain("SUMMARY:Lunch");
      expect((await ask("HEAD", "/CalendarData/~ann/Open.ics")).status).toBe(200);
      const listing = readMultistatus((await ask("PROPFIND", CALENDAR, propfindBody(NAMES), "1")).xml());
      const [calendar] = listing.responses;
      expect(listing.responses).toHaveLength(2);
      expect(calendar?.props.get(dav("current-user-principal"))?.element.children.map(({ name }) => name)).toEqual([
        dav("unauthenticated"),
      ]);
      const privileges = calendar?.props.get(dav("current-user-privilege-set"))?.element.children ?? [];
      expect(privileges.flatMap(({ children }) => children.map(({ name }) => name))).toEqual([
        dav("read"),
        dav("read-current-user-privilege-set"),
        cal("read-free-busy"),
      ]);
    });

    it.each([
      ["calendar-query", queryBody("VEVENT", null, [dav("getetag")])],
      ["calendar-multiget", "multiget"],
      ["sync-collection", syncBody("", [dav("getetag")])],
    ])("search and follow it: %s", async (_name, body) => {
      const hrefs = [`/CalDAV/~${ann.login}/Open/a.ics`];
      const sent = body === "multiget" ? multigetBody(hrefs, [dav("getetag")]) : body;
      const answer = await ask("REPORT", CALENDAR, sent, body.includes("sync-") ? "0" : "1");
      expect(readMultistatus(answer.xml()).responses.map(({ href }) => href)).toEqual(hrefs);
    });

    it("ask when somebody is busy, where only that is given (RFC 4791 7.10)", async () => {
      expect((await ask("REPORT", "/CalDAV/~ann/Busy/", BUSY, "1")).status).toBe(200);
      expect((await ask("GET", "/CalDAV/~ann/Busy/a.ics")).status).toBe(401);
    });

    it("see of a home what an entry shows, and no principal (ACL-62)", async () => {
      const listing = readMultistatus((await ask("PROPFIND", "/CalDAV/~ann/", propfindBody(NAMES), "1")).xml());
      expect(listing.responses.map(({ href }) => href.split("/").at(-2))).toEqual([
        `~${ann.login}`,
        "Open",
        "Writable",
      ]);
      expect((await ask("PROPFIND", `/principals/users/${ann.login}@${DOMAIN}/`)).status).toBe(401);
      const search = `<principal-property-search xmlns="DAV:"><property-search><prop><displayname/></prop><match>user</match></property-search><apply-to-principal-collection-set/><prop><displayname/></prop></principal-property-search>`;
      expect(readMultistatus((await ask("REPORT", CALENDAR, search)).xml()).responses).toEqual([]);
    });

    it.each([
      ["GET", "/CalDAV/~ann/Closed/a.ics"],
      ["GET", "/CalDAV/~ann/Nothing/a.ics"],
      ["GET", "/CalDAV/~ann/Open/nothing.ics"],
      ["GET", "/CalDAV/~nobody/Open/a.ics"],
      ["PROPFIND", "/CalDAV/"],
      ["PROPFIND", "/CalDAV/~ann/Closed/"],
      ["GET", "/CalendarData/"],
      ["GET", "/CalendarData/~ann/Closed.ics"],
      ["GET", "/CalendarDataDel/~ann/Open.ics"],
      ["PUT", "/CalDAV/~ann/Writable/b.ics"],
      ["DELETE", "/CalDAV/~ann/Writable/a.ics"],
      ["PROPPATCH", "/CalDAV/~ann/Writable/"],
      ["LOCK", "/CalDAV/~ann/Writable/a.ics"],
      ["MKCALENDAR", "/CalDAV/~ann/Mine/"],
      ["POST", "/CalDAV/~ann/Writable/"],
      ["PUT", "/CalendarData/~ann/Writable.ics"],
      ["PUT", "/CalendarDataDel/~ann/Writable.ics"],
      ["DELETE", "/CalendarData/~ann/Writable.ics"],
      ["MKCOL", "/CalDAV/~ann/Open/"],
    ])("are asked for a password for all else, alike for what is there and what is not: %s %s", async (verb, path) => {
      const answer = await ask(verb, path);
      expect([answer.status, answer.headers["www-authenticate"], answer.text]).toEqual([
        401,
        'Basic realm="Kalends", charset="UTF-8"',
        "sign in with name and password\n",
      ]);
      expect((await ann.get(`${ann.home}Writable/a.ics`)).status).toBe(200);
    });

    it("count for nobody who names himself wrongly (CGP-15)", async () => {
      expect((await server.client(ann.login, "wrong").get(`${ann.home}Open/a.ics`)).status).toBe(401);
    });

    it("end with the switch of the account or its domain, and come back with it", async () => {
      const path = `${CALENDAR}a.ics`;
      for (const [command, name] of [
        ["user.services", ann.login],
        ["domain.services", DOMAIN],
      ] as const) {
        for (const service of ["anonymous", "webcal"]) {
          await server.admin(command, { name, off: service });
          expect([command, service, (await ask("GET", path)).status]).toEqual([command, service, 401]);
          await server.admin(command, { name, on: service });
          expect((await ask("GET", path)).status).toBe(200);
        }
      }
    });
  });
});

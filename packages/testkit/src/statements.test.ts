import { cal, cs, dav } from "@kalends/dav-xml";
import { afterAll, beforeAll, expect, it } from "vitest";
import { multigetBody, propfindBody, queryBody, syncBody } from "./client/bodies.js";
import type { DavClient } from "./client/client.js";
import { readMultistatus } from "./client/multistatus.js";
import { eachDatabase } from "./databases.js";
import { fillCalendar } from "./fill-calendar.js";
import { eventText } from "./generators/text.js";
import { startServer, type TestServer } from "./server.js";

const FEW = 10;
const MANY = 10_000;
const XML = { "Content-Type": "application/xml" };

eachDatabase("statements a request takes", (database) => {
  let server: TestServer;
  let ann: DavClient & { readonly home: string };
  const small = () => `${ann.home}Small/`;
  const large = () => `${ann.home}Large/`;

  beforeAll(async () => {
    // What the server remembers for some seconds does not run out while statements are counted.
    const now = Date.now();
    server = await startServer({ database, clock: () => now });
    const account = await server.someone();
    ann = account;
    await ann.mkcalendar(small());
    await ann.mkcalendar(large());
    await fillCalendar(server.db, account.login, "Small", FEW);
    await fillCalendar(server.db, account.login, "Large", MANY);
    await ann.propfind(large(), [dav("resourcetype")]);
  });
  afterAll(() => server.stop());

  /** Statements for the same question to the small and to the large calendar. */
  async function ask(verb: string, body: (calendar: string, count: number) => string, depth: string) {
    const answers = [];
    for (const [path, count] of [
      [small(), FEW],
      [large(), MANY],
    ] as const) {
      const options = { headers: { ...XML, Depth: depth }, body: body(path, count) };
      const { value, count: statements } = await server.countStatements(() => ann.request(verb, path, options));
      expect(value.status).toBe(207);
      answers.push({ statements, responses: readMultistatus(value.xml()).responses.length });
    }
    return answers;
  }

  const names = [
    dav("getetag"),
    dav("resourcetype"),
    dav("getcontenttype"),
    dav("current-user-privilege-set"),
    cs("getctag"),
  ];

  it("lists 10 000 members with as few statements as 10 (PROPFIND, DAV-20, DAV-27)", async () => {
    const answers = await ask("PROPFIND", () => propfindBody(names), "1");
    expect(answers).toEqual([
      { statements: 3, responses: FEW + 1 },
      { statements: 3, responses: MANY + 1 },
    ]);
  });

  it("tells 10 000 changes with as few statements as 10 (sync-collection, SYNC-14)", async () => {
    const answers = await ask("REPORT", () => syncBody("", [dav("getetag"), dav("getcontenttype")]), "0");
    expect(answers).toEqual([
      { statements: 2, responses: FEW },
      { statements: 2, responses: MANY },
    ]);
  });

  it("fetches 1 000 objects with as few statements as 10 (calendar-multiget, CAL-113)", async () => {
    const hrefs = (path: string, count: number) =>
      Array.from({ length: Math.min(count, 1000) }, (_, n) => `${path}e${n + 1}.ics`);
    const body = (path: string, count: number) =>
      multigetBody(hrefs(path, count), [dav("getetag"), cal("calendar-data")]);
    const answers = await ask("REPORT", body, "1");
    expect(answers).toEqual([
      { statements: 2, responses: FEW },
      { statements: 2, responses: 1000 },
    ]);
  });

  it("finds one among 10 000 objects with three statements at most (calendar-query)", async () => {
    await ann.put(
      `${large()}spring.ics`,
      eventText("spring", { start: ":20260501T120000Z", end: ":20260501T130000Z" }),
    );
    const range = { start: "20260501T000000Z", end: "20260502T000000Z" };
    const options = { headers: { ...XML, Depth: "1" }, body: queryBody("VEVENT", range, [dav("getetag")]) };
    const { value, count } = await server.countStatements(() => ann.request("REPORT", large(), options));
    expect(readMultistatus(value.xml()).responses.map(({ href }) => href)).toEqual([`${large()}spring.ics`]);
    expect(count).toBeLessThanOrEqual(3);
  });

  it("stores, changes and removes an object among 10 000 with two statements, and with one what was found before (PUT, DELETE)", async () => {
    const path = `${large()}new.ics`;
    const create = await server.countStatements(() => ann.put(path, eventText("new")));
    const change = await server.countStatements(() => ann.put(path, eventText("new", { summary: "Other" })));
    const read = await server.countStatements(() => ann.get(path));
    const remove = await server.countStatements(() => ann.delete(path));
    expect([create, change, read, remove].map(({ value }) => value.status)).toEqual([201, 204, 200, 204]);
    expect([create, change, read, remove].map(({ count }) => count)).toEqual([2, 2, 1, 1]);
  });

  it("tells the state of a calendar, a home and an object with one statement (PROPFIND depth 0, SYNC-14)", async () => {
    const state = [cs("getctag"), dav("sync-token"), dav("resourcetype")];
    for (const [path, asked] of [
      [large(), state],
      [ann.home, state],
      [`${large()}e1.ics`, [dav("getetag"), dav("getcontenttype")]],
    ] as const) {
      const options = { headers: { ...XML, Depth: "0" }, body: propfindBody(asked) };
      const { value, count } = await server.countStatements(() => ann.request("PROPFIND", path, options));
      expect([value.status, count], path).toEqual([207, 1]);
    }
  });

  it("answers HEAD, a condition that holds and a condition that fails with one statement (GET, DAV-124)", async () => {
    const path = `${large()}e1.ics`;
    const etag = (await ann.get(path)).headers.etag ?? "";
    const head = await server.countStatements(() => ann.request("HEAD", path));
    const same = await server.countStatements(() => ann.get(path, { "If-None-Match": etag }));
    const other = await server.countStatements(() => ann.get(path, { "If-Match": '"other"' }));
    expect([head, same, other].map(({ value, count }) => [value.status, count])).toEqual([
      [200, 1],
      [304, 1],
      [412, 1],
    ]);
  });

  it("answers OPTIONS with one statement at most", async () => {
    const { count } = await server.countStatements(() => ann.request("OPTIONS", large()));
    expect(count).toBeLessThanOrEqual(1);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { startServer, type TestServer } from "./server.js";

let server: TestServer;
let client: DavClient & { readonly login: string; readonly home: string };

const event = (uid: string, start = "20260105T090000Z") =>
  `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:${start}\r\nEND:VEVENT\r\n`;
const fileOf = (parts: readonly string[], head = "") =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\n${head}${parts.join("")}END:VCALENDAR\r\n`;
const numbered = (count: number) => Array.from({ length: count }, (_, n) => event(`${n}@refused`));

beforeAll(async () => {
  server = await startServer({ config: { limits: { wholeFileSize: 20_000 } } });
  client = await server.someone();
  await client.put("/CalendarData/Calendar.ics", fileOf(numbered(3)));
  await client.put("/calendars/Shared.ics", fileOf(numbered(3)));
});
afterAll(() => server.stop());

const broken = fileOf([...numbered(6), event("broken@refused", "on Tuesday"), ...numbered(9).slice(6)]);
const request = fileOf(numbered(1), "METHOD:REQUEST\r\n");
const TEXT = { "Content-Type": "text/calendar" };
const cases: readonly (readonly [
  what: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  status: number,
  reason: RegExp,
])[] = [
  ["another type", fileOf([]), { "Content-Type": "text/html" }, 415, /text\/calendar/],
  ["what is no calendar", "hello\r\n", TEXT, 400, /^line 1: .*VCALENDAR/],
  ["a file that breaks off", fileOf(numbered(2)).slice(0, -20), TEXT, 400, /^line 13: /],
  ["more than the limit", fileOf(numbered(300)), TEXT, 413, /larger than the limit of 20000 octets/],
  ["a broken component", broken, TEXT, 400, /^line 37: UID broken@refused: .*not a DATE-TIME/],
  ["a message", request, TEXT, 403, /METHOD:REQUEST.*mail/],
];
const paths = ["/CalendarData/Calendar.ics", "/CalendarDataDel/Calendar.ics", "/calendars/Shared.ics"];

describe("a whole file is refused with one line that says why, and nothing changes (CommuniGate Pro A5, A7)", () => {
  it.each(cases)("%s", async (_, body, headers, status, reason) => {
    for (const path of paths) {
      const before = (await client.get(path)).headers["etag"];
      const answer = await client.put(path, body, headers);
      expect([answer.status, answer.headers["content-type"]], path).toEqual([status, "text/plain; charset=utf-8"]);
      expect(answer.text, path).toMatch(reason);
      expect(answer.text, path).toMatch(/^[^\n]+\n$/);
      expect((await client.get(path)).headers["etag"], path).toBe(before);
    }
  });

  it("names the precondition to clients that read XML (RFC 4918 16, RFC 4791 5.3.2.1)", async () => {
    const answer = await client.put(paths[0] ?? "", broken, { ...TEXT, Accept: "application/xml" });
    expect([answer.status, answer.headers["content-type"]]).toEqual([400, "application/xml; charset=utf-8"]);
    expect(answer.text).toMatch(/<D:error[^]*<C:valid-calendar-data\/>[^]*line 37: UID broken@refused/);
  });
});

describe("the same file once more (MailEnable B, CommuniGate Pro A5)", () => {
  it("is nothing to do, until somebody else has changed the calendar", async () => {
    const body = fileOf(numbered(4));
    const path = "/CalendarDataDel/Again.ics";
    await client.mkcalendar(`${client.home}Again/`);
    const put = async () => {
      const { status, headers } = await client.put(path, body);
      return [status, headers["kalends-result"]];
    };
    expect(await put()).toEqual([204, "added=4, replaced=0, unchanged=0, removed=0"]);
    expect(await put()).toEqual([204, "added=0, replaced=0, unchanged=4, removed=0"]);
    await client.put(`${client.home}Again/own.ics`, fileOf([event("own@refused")]));
    expect(await put()).toEqual([204, "added=0, replaced=0, unchanged=4, removed=1"]);
    await client.delete(`${client.home}Again/0%40refused.ics`);
    expect(await put()).toEqual([204, "added=1, replaced=0, unchanged=3, removed=0"]);
  });

  it("is more to do where it is to replace what it was added to before", async () => {
    await client.mkcalendar(`${client.home}Both/`);
    await client.put(`${client.home}Both/own.ics`, fileOf([event("own@refused")]));
    const body = fileOf(numbered(2));
    await client.put("/CalendarData/Both.ics", body);
    const { headers } = await client.put("/CalendarDataDel/Both.ics", body);
    expect(headers["kalends-result"]).toBe("added=0, replaced=0, unchanged=2, removed=1");
    const added = await client.put("/CalendarData/Both.ics", body);
    expect(added.headers["kalends-result"]).toBe("added=0, replaced=0, unchanged=2, removed=0");
  });

  it("gives the owner of a published file his bytes back, also of a large one (MailEnable B)", async () => {
    const large = await startServer();
    try {
      const ann = await large.someone();
      const remark = `X-REMARK:${"Räucher".repeat(8)}\r\n`.repeat(1200);
      const parts = Array.from({ length: 80 }, (_, n) =>
        event(`${n}@large`).replace("END:VEVENT", `${remark}END:VEVENT`),
      );
      const body = fileOf(parts);
      expect(body.length).toBeGreaterThan(4 * 1024 * 1024);
      const first = await ann.put("/calendars/Large.ics", body);
      const got = await ann.get("/calendars/Large.ics");
      expect([got.status, got.headers["etag"]]).toEqual([200, first.headers["etag"]]);
      expect(got.text === body).toBe(true);
    } finally {
      await large.stop();
    }
  });
});

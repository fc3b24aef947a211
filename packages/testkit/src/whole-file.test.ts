import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { startServer, type TestServer } from "./server.js";

let server: TestServer;
let client: DavClient & { readonly login: string; readonly home: string };

beforeAll(async () => {
  server = await startServer();
  client = await server.someone();
});
afterAll(() => server.stop());

const COUNT = 1200;
const event = (n: number, summary: string) =>
  `BEGIN:VEVENT\r\nUID:${n}@whole\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\nSUMMARY:${summary}\r\nEND:VEVENT\r\n`;
const events = Array.from({ length: COUNT }, (_, n) => event(n, `Number ${n}`));
const fileOf = (parts: readonly string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\n${parts.join("")}END:VCALENDAR\r\n`;

const path = "/CalendarData/Calendar.ics";
const upload = async (parts: readonly string[]) => {
  const { status, headers } = await client.put(path, fileOf(parts));
  return { status, result: headers["kalends-result"], etag: headers["etag"] };
};

it("counts what a file of many portions adds, leaves and replaces, and tells the tag it leaves behind", async () => {
  const first = await upload(events);
  expect(first).toMatchObject({ status: 204, result: `added=${COUNT}, replaced=0, unchanged=0, removed=0` });
  const again = await upload(events);
  expect(again).toEqual({ ...first, result: `added=0, replaced=0, unchanged=${COUNT}, removed=0` });

  const changed = [event(700, "Moved"), ...events.filter((_, n) => n !== 700), event(COUNT, "New")];
  const last = await upload(changed);
  expect(last).toMatchObject({ status: 204, result: `added=1, replaced=1, unchanged=${COUNT - 1}, removed=0` });
  expect(last.etag).not.toBe(first.etag);
  const { headers, text } = await client.get(path);
  expect(headers["etag"]).toBe(last.etag);
  expect(text.match(/^UID:/gm)).toHaveLength(COUNT + 1);
});

it("writes nothing of a file whose last object is broken", async () => {
  const before = (await client.get(path)).headers["etag"];
  const more = Array.from({ length: COUNT }, (_, n) => event(n + 10_000, "More"));
  const { status } = await upload([...more, event(1, "Broken").replace("DTSTART:20260105T090000Z", "DTSTART:Tuesday")]);
  expect(status).toBe(400);
  expect((await client.get(path)).headers["etag"]).toBe(before);
});

const replacing = async (target: string, parts: readonly string[]) => {
  const { status, headers } = await client.put(target, fileOf(parts));
  return { status, result: headers["kalends-result"] };
};

it("replaces all with CalendarDataDel and with DeleteAll=1, keeping what stays the same (CommuniGate Pro A7)", async () => {
  const collection = `${client.home}Replaced/`;
  await client.mkcalendar(collection);
  const path = "/CalendarData/Replaced.ics";
  await replacing(path, events.slice(0, 900));
  const token = (await client.syncCollection(collection, "")).syncToken ?? "";
  expect(
    await replacing("/CalendarDataDel/Replaced.ics", [
      ...events.slice(100, 899),
      event(899, "Moved"),
      event(5000, "New"),
    ]),
  ).toEqual({
    status: 204,
    result: "added=1, replaced=1, unchanged=799, removed=100",
  });
  const changes = await client.syncCollection(collection, token);
  expect(changes.responses).toHaveLength(102);
  expect(await replacing(`${path}?deleteall=1`, events.slice(0, 2))).toMatchObject({
    result: "added=2, replaced=0, unchanged=0, removed=801",
  });
  for (const query of ["DeleteAll=0", "DeleteAll=yes", "DeleteAll", "other=1"]) {
    expect(await replacing(`${path}?${query}`, events.slice(2, 3))).toMatchObject({ status: 204 });
  }
  expect((await client.get("/CalendarDataDel/Replaced")).text.match(/^UID:/gm)).toHaveLength(3);
});

it("parses before it removes: a bad file leaves the old items (CommuniGate Pro A7)", async () => {
  const before = (await client.get(path)).headers["etag"];
  const broken = fileOf([event(1, "x")]).replace("END:VEVENT", "");
  expect((await client.put("/CalendarDataDel/Calendar", broken)).status).toBe(400);
  expect((await client.put(`${path}?DeleteAll=1`, "no calendar at all")).status).toBe(400);
  expect((await client.get(path)).headers["etag"]).toBe(before);
});

it("empties a calendar with an empty file, for clients that have no DELETE (CommuniGate Pro A7)", async () => {
  expect(await replacing("/CalendarDataDel/Calendar.ics", [])).toEqual({
    status: 204,
    result: `added=0, replaced=0, unchanged=0, removed=${COUNT + 1}`,
  });
  expect((await client.get(path)).text).not.toContain("UID:");
});

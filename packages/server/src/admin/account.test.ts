import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeAccountFolder } from "../cli/account-folder.js";
import { importAccount } from "../cli/import-account.js";
import type { Administrator } from "../cli/session.js";
import { folder as folderSource } from "../cli/sources/folder.js";
import { loadConfig } from "../config/load.js";
import { type OpenHouse, openHouse } from "../open-house.js";
import type { AccountDescription, CalendarDescription } from "./commands/account.js";
import { runAdmin } from "./socket.js";

const env = { KALENDS_DATABASE: "embedded:memory", KALENDS_AUTH_BCRYPT_COST: "4", KALENDS_LOG_LEVEL: "silent" };

let opened: OpenHouse;
let directory: string;
let administrator: Administrator;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "kalends-account-"));
  opened = await openHouse(loadConfig({ env, directory }));
  administrator = (request, progress = () => undefined, out) => runAdmin(request, opened.house, progress, out);
  for (const name of ["ann", "bob"]) await ask("user.add", { name, password: "correct horse", admin: false });
});
afterAll(async () => {
  await opened.close();
  rmSync(directory, { recursive: true });
});

const ask = <R>(command: string, args: unknown) => administrator({ command, args }) as Promise<R>;
const quiet = () => undefined;

const wanted: CalendarDescription = {
  name: "Team/Über uns",
  components: ["VEVENT", "VTODO"],
  displayName: "About & us",
  description: "What we do",
  color: "#aabbccff",
  timezone: null,
  properties: {
    "{http://apple.com/ns/ical/}calendar-order": '<calendar-order xmlns="http://apple.com/ns/ical/">3</calendar-order>',
  },
  unknownProperties: { "{urn:x}x": '<x xmlns="urn:x">y</x>' },
  rights: [{ who: "anyone", letters: "l" }],
};

const text = (uid: string) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

it("makes a calendar as described, once; upper and lower case are alike", async () => {
  expect(await ask("calendar.ensure", { account: "~ann", calendar: wanted })).toEqual({
    mailbox: "~ann/Team/Über uns",
    made: true,
  });
  const again = { ...wanted, name: "TEAM/Über uns", displayName: "Other" };
  expect(await ask("calendar.ensure", { account: "~ann", calendar: again })).toEqual({
    mailbox: "~ann/Team/Über uns",
    made: false,
  });
  const { calendars } = await ask<AccountDescription>("account.describe", { account: "~ann" });
  const { rights: _, ...described } = calendars.find(({ name }) => name === wanted.name) ?? wanted;
  expect(described).toEqual((({ rights: __, ...rest }) => rest)(wanted));
});

it.each(["inbox", "~x", "a//b", ".."])("makes no calendar called %s", async (name) => {
  await expect(ask("calendar.ensure", { account: "~ann", calendar: { ...wanted, name } })).rejects.toThrow(
    /cannot be called|name/,
  );
});

it("stores what can be stored of many texts, and names the others by where they come from", async () => {
  const items = [
    { name: "good.ics", text: text("one@t") },
    { name: "bad.ics", text: "nonsense" },
    { name: "half.ics", text: text("two@t").replace("DTSTART:20260105T090000Z\r\n", "DTSTART:never\r\n") },
    { name: "last.ics", text: text("three@t") },
  ];
  const report = await ask("import.items", { mailbox: `~ann/${wanted.name}`, items });
  expect(report).toMatchObject({
    added: 2,
    refused: [expect.stringMatching(/^bad\.ics: /), expect.stringMatching(/^half\.ics: /)],
  });
});

it("an account written into a folder is the same account when it is read into another one", async () => {
  const [first, second] = [join(directory, "first"), join(directory, "second")];
  await writeAccountFolder("~ann", first, administrator, quiet);
  expect(readdirSync(first).sort()).toEqual([
    "Calendar.ics",
    "Tasks.ics",
    "Team%2F%C3%9Cber%20uns.ics",
    "account.json",
  ]);
  expect(statSync(join(first, "Calendar.ics")).mode & 0o777).toBe(0o600);
  const options = { user: undefined, passwordGiven: false, password: async () => "" };
  const reports = await importAccount("~bob", await folderSource.calendars(first, options), administrator, quiet);
  expect(reports.flatMap(({ refused }) => refused)).toEqual([]);
  await writeAccountFolder("~bob", second, administrator, quiet);
  for (const name of readdirSync(first)) {
    const [a, b] = [first, second].map((each) => readFileSync(join(each, name), "utf8"));
    expect(b?.replaceAll("bob", "ann")).toBe(a);
  }
  await expect(writeAccountFolder("~ann", first, administrator, quiet)).rejects.toThrow(/not empty/);
});

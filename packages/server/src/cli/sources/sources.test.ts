import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AdminError } from "../../admin/command.js";
import type { SourceCalendar, SourceOptions } from "./source.js";
import { addressable } from "./source.js";
import { sources } from "./table.js";
import { headProperty } from "./nextcloud.js";
import { sectionOf } from "./xandikos.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kalends-sources-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function files(all: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const options: SourceOptions = { user: undefined, passwordGiven: false, password: async () => "" };
const from = (kind: string, place: string, more: Partial<SourceOptions> = {}) => {
  const source = sources.find((each) => each.kind === kind);
  if (!source) throw new Error(`no source ${kind}`);
  return source.calendars(place, { ...options, ...more });
};

async function contents(calendars: readonly SourceCalendar[]) {
  const all = [];
  for (const { calendar, items } of calendars) {
    const names: string[] = [];
    for await (const { name, text } of items()) names.push(`${name}=${text}`);
    const { name, displayName, color, components } = calendar;
    all.push({ name, displayName, color, components, names });
  }
  return all;
}

describe("sources of whole accounts", () => {
  it("Radicale: calendars with name and colour; address books, caches and other files are left out", async () => {
    const props = {
      tag: "VCALENDAR",
      "D:displayname": "Työ",
      "ICAL:calendar-color": "#ff0000ff",
      "C:supported-calendar-component-set": "VEVENT,VFOO",
    };
    files({
      "work/.Radicale.props": JSON.stringify(props),
      "work/a.ics": "A",
      "work/b.ics": "B",
      "work/.Radicale.cache/item/a.ics": "cached",
      "people/.Radicale.props": JSON.stringify({ tag: "VADDRESSBOOK" }),
      "people/c.vcf": "C",
    });
    const work = {
      name: "work",
      displayName: "Työ",
      color: "#ff0000ff",
      components: ["VEVENT"],
      names: ["a.ics=A", "b.ics=B"],
    };
    expect(await contents(await from("radicale", folder))).toEqual([work]);
    expect(await contents(await from("radicale", join(folder, "work")))).toEqual([work]);
  });

  it("Xandikos: calendars below a person, described by their own file or by older versions in the settings of git", async () => {
    files({
      "calendars/one/.xandikos":
        "[DEFAULT]\ntype = calendar\ndisplayname = One = 1\ncolor = #00ff00\n\n[calendar]\ncolor = no\n",
      "calendars/one/a.ics": "A",
      "calendars/two/.git/config": "[core]\n\tbare = false\n[xandikos]\n\ttype = calendar\n\tdisplayname = Two\n",
      "calendars/two/b.ics": "B",
      "inbox/.xandikos": "[DEFAULT]\ntype = schedule-inbox\n",
    });
    expect(await contents(await from("xandikos", folder))).toEqual([
      { name: "one", displayName: "One = 1", color: "#00ff00", components: [], names: ["a.ics=A"] },
      { name: "two", displayName: "Two", color: null, components: [], names: ["b.ics=B"] },
    ]);
  });

  it("exported files: each is a calendar named by what its head says, not by what its events say", async () => {
    const head = "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Fa\r\n mily\\, all\r\nX-APPLE-CALENDAR-COLOR:#112233\r\n";
    const text = `${head}BEGIN:VEVENT\r\nNAME:no\r\nEND:VEVENT\r\n`;
    files({
      "personal-2026-11-21.ics": text,
      "notes.txt": "x",
      "plain.ics": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nNAME:no\r\n",
    });
    const [personal, plain] = await contents(await from("nextcloud", folder));
    expect(personal).toMatchObject({ name: "personal", displayName: "Family, all", color: "#112233" });
    expect(plain).toMatchObject({ name: "plain", displayName: null, color: null });
    expect(headProperty(text, "NAME")).toBeNull();
  });

  it.each([
    ["folder", "account.json"],
    ["radicale", "collection-root"],
    ["xandikos", "Xandikos"],
    ["nextcloud", "no .ics files"],
    ["baikal", "--user"],
    ["davical", "--user"],
    ["caldav", "a URL"],
  ])("%s says what it expects where it finds something else", async (kind, expected) => {
    await expect(from(kind, folder)).rejects.toThrow(AdminError);
    await expect(from(kind, folder)).rejects.toThrow(expected);
    if (kind !== "caldav")
      await expect(from(kind, join(folder, "nothing"), { user: "ann" })).rejects.toThrow(AdminError);
  });

  it("a folder of a format this program does not know is refused", async () => {
    await expect(from("folder", files({ "account.json": '{"format":9}' }))).rejects.toThrow(/format 9/);
  });

  it("names that cannot stand in an address are made to", () => {
    expect(["a/b", "~x", "..", "ok \u0001", ""].map(addressable)).toEqual(["a-b", "x", "Calendar", "ok", "Calendar"]);
    expect(sectionOf("a = 1\n[x]\na: 2 = 3\n", "x")).toEqual(new Map([["a", "2 = 3"]]));
  });
});

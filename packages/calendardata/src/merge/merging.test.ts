import type { CollectionResource, Exchange } from "@kalends/dav-core";
import type { ObjectLimits } from "@kalends/icalendar";
import type { Revision } from "@kalends/store";
import { describe, expect, it } from "vitest";
import { realms } from "../realms.js";
import { distancesTask, type MergeArgument, mergeTask } from "./items.js";
import { tellOutcome } from "./merging.js";
import { namesTag, publisherOf } from "./publisher.js";

const text = (...lines: string[]) =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//t//t//EN",
    "BEGIN:VEVENT",
    "UID:1@m",
    "DTSTAMP:20260101T000000Z",
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
const [hosted] = realms.filter(({ merges }) => merges);

const exchange = (headers: Readonly<Record<string, string>>, more: object = {}): Exchange =>
  ({ headers: new Map(Object.entries(headers)), by: null, client: "192.0.2.7", ...more }) as unknown as Exchange;
const keyOf = (headers: Readonly<Record<string, string>>, more?: object) =>
  hosted && publisherOf(hosted, exchange(headers, more)).key;

describe("a publisher (decision 0022)", () => {
  it("stays the same when his program is updated, and is not another program, credential or network", () => {
    const agent = { "user-agent": "Sunbird/1.0 (X11)" };
    const ann = { by: { id: 7, credential: "password" } };
    const known = keyOf(agent, ann);
    expect(keyOf({ "user-agent": "Sunbird/1.0.2 (X11)" }, ann)).toBe(known);
    expect(keyOf(agent, { ...ann, client: "198.51.100.1" }), "laptops move").toBe(known);
    const others = [
      keyOf({ "user-agent": "Rainbird/1.0" }, ann),
      keyOf(agent, { by: { id: 7, credential: "app password 3 (laptop)" } }),
      keyOf(agent, { by: { id: 8, credential: "password" } }),
      keyOf(agent),
      keyOf(agent, { client: "198.51.100.1" }),
    ];
    expect(new Set([known, ...others]).size).toBe(6);
  });

  it.each([
    [{ "if-match": '"tag"' }, true],
    [{ if: '(["tag"])' }, true],
    [{ if: '(<urn:uuid:lock> [W/"tag"])' }, true],
    [{ "if-match": "*" }, false],
    [{ if: "(<urn:uuid:lock>)" }, false],
    [{ "if-unmodified-since": "Thu, 01 Jan 2026 00:00:00 GMT" }, false],
    [{}, false],
  ])("names a version by %j: %s (RFC 9110 13.1.1, RFC 4918 10.4)", (headers, names) => {
    expect(namesTag(exchange(headers as Record<string, string>))).toBe(names);
  });
});

describe("the judgement of items (PUB-13)", () => {
  const limits: ObjectLimits = {
    maxBytes: 10_000,
    maxInstances: 100,
    maxAttendees: 10,
    minDateTime: 0,
    maxDateTime: Date.UTC(2999, 0),
    components: ["VEVENT"],
  };
  const argument = (items: MergeArgument["items"]): MergeArgument => ({
    items,
    base: 0,
    isPublished: false,
    organizers: [],
    limits,
    now: 0,
  });
  const start = "DTSTART:20260105T090000Z";

  it("takes what was sent where both together would be nothing that can be stored", () => {
    const days = ["RDATE;VALUE=DATE:20260107"];
    const item = {
      uid: "1@m",
      current: text(start, "RDATE:20260106T090000Z", "LOCATION:L"),
      upload: text("DTSTART;VALUE=DATE:20260105", ...days),
      bases: [{ text: text(start), isCurrent: false }],
    };
    const [judged] = mergeTask.inline(argument([item]));
    expect(judged).toMatchObject({ take: "upload", isAsSent: true, conflicts: 1, object: null });
  });

  it("takes what was sent where nothing is known of its sender", () => {
    const item = { uid: "1@m", current: text(start, "LOCATION:L"), upload: text(start), bases: [] };
    const [judged] = mergeTask.inline({ ...argument([item]), base: null });
    expect(judged).toMatchObject({ take: "upload", isAsSent: true, conflicts: 0 });
  });

  it("measures how far an upload is from each state", () => {
    const bases = [text(start, "SUMMARY:A"), text(start, "SUMMARY:B", "LOCATION:L"), null].map((each) => ({
      text: each,
      isCurrent: false,
    }));
    const item = { uid: "1@m", current: null, upload: text(start, "SUMMARY:A", "COMMENT:c"), bases };
    expect(distancesTask.inline([item, item])).toEqual([2, 6, 2]);
  });
});

it("tells the log which items both changed, or that merging is off, and nothing that is in them (PUB-13)", () => {
  const told: unknown[] = [];
  const services = { remark: (...line: unknown[]) => told.push(line) };
  const calendar = { collection: { id: 5 } } as CollectionResource;
  if (!hosted) throw new Error("no realm merges");
  const upload = { calendar, realm: hosted, method: undefined, components: [] };
  const cx = exchange({}, { services });
  const stored = { added: 0, replaced: 1, unchanged: 0, removed: 0, revision: 2 as Revision };
  const merge = { merged: 0, conflicts: 0, disputed: [], ignored: 0, isAsSent: true };
  tellOutcome({ ...stored, merge }, upload, cx);
  expect(told).toEqual([]);
  tellOutcome({ ...stored, merge: { ...merge, merged: 1, conflicts: 2, disputed: ["1@m"] } }, upload, cx);
  tellOutcome(stored, upload, cx);
  const about = { calendar: 5, realm: "/calendars/", user: undefined };
  expect(told).toEqual([
    ["an upload was merged", { ...about, merged: 1, conflicts: 2, uids: ["1@m"] }],
    ["an upload replaced what stood", { ...about, replaced: 1, removed: 0 }],
  ]);
});

import { inlineOffload, type Offload, type Services } from "@kalends/dav-core";
import type { ObjectLimits } from "@kalends/icalendar";
import { describe, expect, it } from "vitest";
import { type ReadFileArgument, readFile, readFileTask } from "./file.js";

const limits: ObjectLimits = {
  maxBytes: 100_000,
  maxAttendees: 10,
  components: ["VEVENT"],
  minDateTime: Date.UTC(1900),
  maxDateTime: Date.UTC(2100),
  maxInstances: 1000,
};

const event = (n: number, ...more: readonly string[]) => [
  "BEGIN:VEVENT",
  `UID:${n}@file`,
  "DTSTAMP:20260101T000000Z",
  "DTSTART:20260105T090000Z",
  ...more,
  "END:VEVENT",
];
const fileOf = (...lines: readonly string[]) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//EN", "METHOD:publish", ...lines, "END:VCALENDAR", ""].join(
    "\r\n",
  );
const many = (count: number, ...more: readonly string[]) => Array.from({ length: count }, (_, n) => event(n, ...more));

const argumentOf = (text: string, tolerant = false): ReadFileArgument => ({
  source: new TextEncoder().encode(text),
  limits,
  now: 0,
  tolerant,
});
const portions = (text: string, tolerant = false) => [...readFileTask.inline(argumentOf(text, tolerant))];
const broken = ["BEGIN:VEVENT", "UID:broken", "DTSTAMP:20260101T000000Z", "DTSTART:on Tuesday", "END:VEVENT"];

function requestWith(offload: Offload, signal = new AbortController().signal) {
  return { services: { offload } as Services, signal };
}

describe("the portions of a whole file", () => {
  it("hold at most 250 objects each, and all of them in order", () => {
    const read = portions(fileOf(...many(600).flat()));
    const uids = read.map((portion) => (portion.ok ? portion.value.objects.map(({ uid }) => uid) : []));
    expect(uids.map(({ length }) => length)).toEqual([250, 250, 100]);
    expect(uids.flat()).toEqual(Array.from({ length: 600 }, (_, n) => `${n}@file`));
  });

  it("are smaller where objects are large", () => {
    const read = portions(fileOf(...many(20, `DESCRIPTION:${"a".repeat(60_000)}`).flat()));
    expect(read.map((portion) => portion.ok && portion.value.objects.length)).toEqual([9, 9, 2]);
  });

  it("lie side by side in a buffer of the portion's own, which holds nothing else", () => {
    const source = fileOf(...many(300).flat());
    const read = portions(source).map((portion) =>
      portion.ok ? portion.value.objects.map(({ stored }) => stored) : [],
    );
    const octets = (stored: readonly Uint8Array[]) => stored.reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(read.map((stored) => new Set(stored.map(({ buffer }) => buffer)).size)).toEqual([1, 1]);
    expect(read.map((stored) => stored[0]?.buffer.byteLength)).toEqual(read.map(octets));
    expect(Buffer.from(read[1]?.[0] ?? []).toString()).toContain("UID:250@file\r\n");
  });

  it("end at the first fault", () => {
    const read = portions(fileOf(...many(300).flat(), ...broken, ...many(600).slice(300).flat()));
    expect(read.map(({ ok }) => ok)).toEqual([true, false]);
  });

  it("are one for a file that cannot be taken apart", () => {
    expect(portions("no calendar").map(({ ok }) => ok)).toEqual([false]);
  });
});

describe("reading a whole file", () => {
  it("puts the portions together", async () => {
    const file = await readFile(argumentOf(fileOf(...many(600).flat())), requestWith(inlineOffload));
    expect(file.ok && file.value.objects.map(({ uid }) => uid)).toEqual(many(600).map((_, n) => `${n}@file`));
    expect(file.ok && [file.value.method, file.value.refused]).toEqual(["PUBLISH", []]);
  });

  it("gives an empty file as empty", async () => {
    const file = await readFile(argumentOf(fileOf()), requestWith(inlineOffload));
    expect(file).toEqual({ ok: true, value: { method: "PUBLISH", objects: [], refused: [] } });
  });

  it("gives nothing but the finding for a file with one faulty object in its last portion", async () => {
    const file = await readFile(argumentOf(fileOf(...many(600).flat(), ...broken)), requestWith(inlineOffload));
    expect(file.ok ? [] : file.findings.map(({ uid }) => uid)).toEqual(["broken"]);
  });

  it("goes on past faulty objects where they are tolerated, with the lines of the file", async () => {
    const text = fileOf(...broken, ...many(300).flat());
    const file = await readFile(argumentOf(text, true), requestWith(inlineOffload));
    expect(file.ok && file.value.objects.length).toBe(300);
    expect(file.ok && file.value.refused.map(({ uid, line }) => [uid, line])).toEqual([["broken", 8]]);
  });

  it("stops, and lets the worker stop, once the request is over", async () => {
    const controller = new AbortController();
    let [given, hasEnded] = [0, false];
    const offload: Offload = {
      ...inlineOffload,
      async *stream(task, argument) {
        try {
          for (const portion of task.inline(argument)) {
            given += 1;
            if (given === 2) controller.abort(new RangeError("over"));
            yield portion;
          }
        } finally {
          hasEnded = true;
        }
      },
    };
    const reading = readFile(argumentOf(fileOf(...many(1000).flat())), requestWith(offload, controller.signal));
    await expect(reading).rejects.toThrow(RangeError);
    expect([given, hasEnded]).toEqual([2, true]);
  });
});

import { expand, OBJECT_PARSE_LIMITS, parseCalendar, readObject, splitCalendar, utcZone } from "@kalends/icalendar";
import { describe, expect, it } from "vitest";
import { event, fileOf } from "./event.mjs";
import { covered, expectedIn } from "./expected.mjs";
import { MONTH } from "./times.mjs";
import { todo } from "./todo.mjs";

const COUNT = 600;
const events = Array.from({ length: COUNT }, (_, index) => event("test", index));

const objectOf = (text) => {
  const parsed = parseCalendar(text, OBJECT_PARSE_LIMITS);
  expect(parsed.ok).toBe(true);
  const object = readObject(parsed.value);
  expect(object.ok).toBe(true);
  return object.value;
};

const inMonth = (text) =>
  expand(objectOf(text), { start: MONTH.from, end: MONTH.to }, utcZone, { instances: 10_000 }).occurrences;

describe("the data of the benchmark", () => {
  it("is the same for the same series and index, and other for another", () => {
    expect(event("test", 7).text).toBe(events[7].text);
    expect(event("other", 7).text).not.toBe(events[7].text);
    expect(new Set(events.map(({ uid }) => uid)).size).toBe(COUNT);
  });

  it("changes with a revision without becoming another event", () => {
    const changed = event("test", 7, { revision: 3 });
    expect(changed.uid).toBe(events[7].uid);
    expect(changed.text).toContain("SEQUENCE:3");
    expect(changed.text.replace(/\r\n /g, "")).toContain("(revision 3)");
  });

  it("has the mixture that the workloads are about: a tenth recurs, a tenth has dates, an event is about 1 KiB", () => {
    const share = (is) => events.filter(is).length / COUNT;
    const recurring = share(({ lines }) => lines.some((line) => line.startsWith("RRULE:")));
    expect(recurring).toBeGreaterThan(0.05);
    expect(recurring).toBeLessThan(0.16);
    expect(share(({ text }) => text.includes("DTSTART;VALUE=DATE:"))).toBeGreaterThan(0.05);
    expect(share(({ zone }) => zone !== null)).toBeGreaterThan(0.3);
    const mean = events.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / COUNT;
    expect(mean).toBeGreaterThan(800);
    expect(mean).toBeLessThan(1600);
  });

  it("is what the generator says it is: the instances of a month agree with those of the expander", () => {
    const expected = expectedIn(events, MONTH);
    let instances = 0;
    for (const { uid, text } of events) {
      const found = inMonth(text).length;
      instances += found;
      if (expected.sure.has(uid)) expect(found, uid).toBeGreaterThan(0);
      if (found > 0) expect(expected.perhaps.has(uid), uid).toBe(true);
    }
    expect(expected.sure.size).toBeGreaterThan(COUNT / 100);
    expect(instances).toBeGreaterThanOrEqual(expected.instances.least);
    expect(instances).toBeLessThanOrEqual(expected.instances.most);
  });

  it("lies far from the month where it is to, so that a calendar grows and the answer does not", () => {
    const away = Array.from({ length: COUNT }, (_, index) => event("test", index, { away: true }));
    expect(expectedIn(away, MONTH).perhaps.size).toBe(0);
    for (const { text } of away) expect(inMonth(text)).toEqual([]);
  });

  it("becomes one file with each time zone once", () => {
    const file = fileOf(events);
    const split = splitCalendar(Buffer.from(file));
    expect(split.ok && split.value.parts.length).toBe(COUNT);
    expect(file.split("TZID:Europe/Berlin\r\n").length).toBe(2);
  });

  it("has to-dos of which about two in five are done", () => {
    const all = Array.from({ length: 500 }, (_, index) => todo("test", index));
    const done = all.filter((one) => one.done);
    expect(done.length).toBeGreaterThan(150);
    expect(done.length).toBeLessThan(250);
    for (const { text, done: is } of all) {
      expect(objectOf(text).component).toBe("VTODO");
      expect(text.includes("\r\nCOMPLETED:")).toBe(is);
    }
  });

  it("counts covered time once", () => {
    const pairs = [
      [0, 10],
      [5, 15],
      [20, 30],
      [22, 25],
    ];
    expect(covered(pairs)).toBe(25);
  });
});

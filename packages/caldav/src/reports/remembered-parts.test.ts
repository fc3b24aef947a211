import { octetsOf } from "@kalends/dav-xml";
import { fixedZone, utcZone, zoneOf } from "@kalends/icalendar";
import { expect, it } from "vitest";
import { partKeys, rememberedParts } from "./remembered-parts.js";

const part = (text: string, allowed = 10) => ({ text: octetsOf(text), instances: 1, allowed });

it("recalls what was made, though not where fewer instances are allowed than then (CAL-76)", () => {
  const parts = rememberedParts();
  parts.remember("a", part("one"));
  expect(parts.recall("a", 10)).toEqual(part("one"));
  expect(parts.recall("a", 11)).toEqual(part("one"));
  expect(parts.recall("a", 9)).toBeUndefined();
  expect(parts.recall("b", 10)).toBeUndefined();
});

it("forgets what was not used for long, keeps what was, and takes nothing huge", () => {
  const parts = rememberedParts(800);
  parts.remember("kept", part("x".repeat(50)));
  parts.remember("lost", part("x".repeat(50)));
  for (let n = 0; n < 50; n += 1) {
    parts.remember(`n${n}`, part("x".repeat(50)));
    expect(parts.recall("kept", 10)).toBeDefined();
  }
  expect(parts.recall("lost", 10)).toBeUndefined();
  expect(parts.recall("n0", 10)).toBeUndefined();
  parts.remember("huge", part("x".repeat(500)));
  expect(parts.recall("huge", 10)).toBeUndefined();
});

it("keys differ by text, request and zone; a zone of the request's own has none (RFC 4791 9.6, 9.8)", () => {
  const berlin = zoneOf("Europe/Berlin") ?? utcZone;
  const may = { expand: { start: 1, end: 2 } };
  const keys = [
    partKeys(may, utcZone)?.(octetsOf("a")),
    partKeys(may, utcZone)?.(octetsOf("b")),
    partKeys({ limitRecurrenceSet: { start: 1, end: 2 } }, utcZone)?.(octetsOf("a")),
    partKeys({ expand: { start: 1, end: 3 } }, utcZone)?.(octetsOf("a")),
    partKeys(
      { ...may, comp: { name: "VCALENDAR", allprop: true, props: [], allcomp: true, comps: [] } },
      utcZone,
    )?.(octetsOf("a")),
    partKeys(may, berlin)?.(octetsOf("a")),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).not.toContain(undefined);
  expect(partKeys(may, zoneOf("Europe/Berlin") ?? utcZone)?.(octetsOf("a"))).toBe(keys.at(-1));
  expect(partKeys(may, { ...berlin })).toBeUndefined();
  expect(partKeys(may, fixedZone(3600))).toBeUndefined();
});

import type { CollectionId, PrincipalId } from "@kalends/store";
import { describe, expect, it } from "vitest";
import type { Exchange } from "../exchange.js";
import type { MethodDef, WrittenPart } from "../extension.js";
import { Refused } from "../refusal.js";
import type { CollectionRow, Lock, Target } from "../resource.js";
import { checkLocks, partsWritten, WHOLE } from "./check-locks.js";
import { conflicting, covering } from "./covering.js";

const ANN = 1 as PrincipalId;
const BOB = 2 as PrincipalId;

const lock = (token: string, name: string, more: Partial<Lock> = {}): Lock => ({
  token,
  collection: 1 as CollectionId,
  name,
  owner: ANN,
  scope: "exclusive",
  depthInfinity: false,
  onFolder: false,
  ownerXml: "",
  seconds: 60,
  ...more,
});

const target = (name: string, locks: readonly Lock[]): Target => {
  const collection = { id: 1, locks } as unknown as CollectionRow;
  const parent = { rows: "collection", kind: "calendar", href: "/CalDAV/c/", collection } as const;
  if (name === "") return { mapped: true, resource: parent };
  return { mapped: false, href: `/CalDAV/c/${name}`, parent, name };
};

const asked = (by: PrincipalId | null, ...tokens: string[]): Exchange => {
  const list = tokens.map((token) => `(<${token}>)`).join(" ");
  const headers = new Map(tokens.length > 0 ? [["if", list]] : []);
  return { by: by && { id: by }, headers, services: { catalogue: {} } } as unknown as Exchange;
};

const passes = (at: Target, parts: readonly WrittenPart[], cx: Exchange): boolean => {
  try {
    checkLocks(at, parts, cx);
    return true;
  } catch (error) {
    if (error instanceof Refused && error.refusal.status === 423) return false;
    throw error;
  }
};

describe("which locks cover a name", () => {
  const own = lock("a", "a");
  const flat = lock("flat", "");
  const deep = lock("deep", "", { depthInfinity: true });

  it("its own, and those of the collection with depth infinity (RFC 4918 6.1)", () => {
    expect(covering([own, flat, deep], "a")).toEqual([own, deep]);
    expect(covering([own, flat, deep], "b")).toEqual([deep]);
    expect(covering([own, flat, deep], "")).toEqual([flat, deep]);
  });

  it("a deep lock conflicts with any inside, a flat one with those on the collection (DAV-92, DAV-93)", () => {
    expect(conflicting([own], lock("x", "", { depthInfinity: true }))).toEqual([own]);
    expect(conflicting([own], lock("x", ""))).toEqual([]);
    expect(conflicting([own], lock("x", "a", { scope: "shared" }))).toEqual([own]);
    const shared = lock("s", "a", { scope: "shared" });
    expect(conflicting([shared], lock("x", "a", { scope: "shared" }))).toEqual([]);
    expect(conflicting([shared], lock("x", "a"))).toEqual([shared]);
  });
});

describe("what a write may touch", () => {
  const at = target("a", [lock("t", "a"), lock("flat", "")]);

  it("each part needs its own lock, by a token of its owner's (DAV-95, DAV-96, DAV-97)", () => {
    expect(passes(at, ["self"], asked(ANN, "t"))).toBe(true);
    expect(passes(at, ["self"], asked(ANN))).toBe(false);
    expect(passes(at, ["self"], asked(BOB, "t"))).toBe(false);
    expect(passes(at, ["self"], asked(null, "t"))).toBe(false);
    expect(passes(at, ["self", "parent"], asked(ANN, "t"))).toBe(false);
    expect(passes(at, ["self", "parent"], asked(ANN, "t", "flat"))).toBe(true);
    expect(passes(at, [], asked(BOB))).toBe(true);
  });

  it("one of several shared locks is enough (RFC 4918 6.2)", () => {
    const shared = { scope: "shared" } as const;
    const both = target("a", [lock("t", "a", shared), lock("u", "a", { ...shared, owner: BOB })]);
    expect(passes(both, ["self"], asked(BOB, "u"))).toBe(true);
    expect(passes(both, ["self"], asked(BOB, "t"))).toBe(false);
  });

  it("a collection with all it holds needs the lock of every member (RFC 4918 9.6.1)", () => {
    const whole = target("", [lock("t", "a"), lock("u", "b")]);
    expect(passes(whole, WHOLE, asked(ANN, "t"))).toBe(false);
    expect(passes(whole, WHOLE, asked(ANN, "t", "u"))).toBe(true);
    expect(passes(whole, ["self"], asked(BOB))).toBe(true);
  });

  it("a method that says nothing writes its target, unless its verb only reads (DAV-95, RFC 3744 7.5)", () => {
    const silent = (verb: string) => partsWritten({ verb } as MethodDef, at);
    expect(silent("ACL")).toEqual(["self"]);
    expect(silent("POST")).toEqual(["self"]);
    for (const verb of ["GET", "PROPFIND", "REPORT", "OPTIONS"]) expect(silent(verb)).toEqual([]);
  });
});

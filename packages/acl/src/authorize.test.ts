import type { PrincipalId } from "@kalends/store";
import { describe, expect, it } from "vitest";
import { AccessDenied, authorize, type Held, type NeededRight } from "./authorize.js";
import { maskOf, NO_RIGHTS, type Right } from "./rights.js";

const mask = (letters: string) => maskOf(...([...letters] as Right[]));

const ann = 7 as PrincipalId;
const held = (self: string | null, parent = ""): Held => ({
  self: self === null ? null : mask(self),
  parent: mask(parent),
});
const need = <R extends Right>(right: R, on: "self" | "parent" = "self"): NeededRight<R> => ({ right, on });

function denial(rights: Held, needs: readonly NeededRight[]): AccessDenied | undefined {
  try {
    authorize("target", ann, rights, needs);
    return undefined;
  } catch (error) {
    if (error instanceof AccessDenied) return error;
    throw error;
  }
}

describe("authorize", () => {
  it("hands out the target with the proof when every right is held (RFC 3744 6)", () => {
    const proof = authorize("target", ann, held("lri"), [need("r"), need("i")]);
    expect(proof.target).toBe("target");
    expect(proof.by).toBe(ann);
    expect(Object.isFrozen(proof)).toBe(true);
  });

  it("names each missing right and where, without hiding what can be looked up (ACL-70)", () => {
    const denied = denial(held("lr", "l"), [need("r"), need("d"), need("c", "parent")]);
    expect(denied?.hidden).toBe(false);
    expect(denied?.missing).toEqual([
      { right: "d", on: "self" },
      { right: "c", on: "parent" },
    ]);
  });

  it("hides everything from those without Lookup, even when the right itself is held (ACL-71, CGP-21)", () => {
    expect(denial(held("", "lrc"), [need("r")])?.hidden).toBe(true);
    expect(denial(held("r", "lr"), [need("r")])?.hidden).toBe(true);
    expect(denial(held("id"), [need("i"), need("d")])?.hidden).toBe(true);
  });

  it("judges what is not mapped yet by its parent (ACL-27)", () => {
    expect(denial(held(null, "li"), [need("i", "parent")])).toBeUndefined();
    expect(denial(held(null, "l"), [need("i", "parent")])?.hidden).toBe(false);
    expect(denial(held(null, "i"), [need("i", "parent")])?.hidden).toBe(true);
    expect(denial(held(null, "lr"), [need("r")])).toBeUndefined();
  });

  it("answers free-busy and takes deliveries on what cannot be looked up (RFC 4791 6.1.1, RFC 6638 6.1)", () => {
    expect(denial(held("9"), [need("9")])).toBeUndefined();
    expect(denial(held("p"), [need("p")])).toBeUndefined();
    expect(denial(held("lr"), [need("9")])).toBeUndefined();
    expect(denial(held("p"), [need("9")])?.hidden).toBe(true);
    expect(denial(held("l"), [need("9")])?.hidden).toBe(false);
  });

  it("asks nothing where nothing is needed", () => {
    expect(denial({ self: NO_RIGHTS, parent: NO_RIGHTS }, [])).toBeUndefined();
  });
});

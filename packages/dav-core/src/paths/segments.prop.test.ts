import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refused } from "../refusal.js";
import { decodePath, encodePath } from "./segments.js";

const name = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
  .filter((text) => !/\p{Cc}/u.test(text) && text.split("/").every((part) => !["", ".", ".."].includes(part)));

describe("paths", () => {
  it("come back from their canonical form unchanged (DAV-17)", () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), fc.boolean(), (names, slash) => {
        const path = encodePath({ names, slash });
        expect(decodePath(path)).toEqual({ names, slash });
        expect(encodePath(decodePath(path))).toBe(path);
      }),
    );
  });

  it("are either read, and then stable, or refused with 400 (DAV-17)", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (text) => {
        try {
          const canonical = encodePath(decodePath(`/${text}`));
          expect(encodePath(decodePath(canonical))).toBe(canonical);
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          expect(error.refusal.status).toBe(400);
        }
      }),
    );
  });
});

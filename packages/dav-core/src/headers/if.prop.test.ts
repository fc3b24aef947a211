import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refused } from "../refusal.js";
import { evaluateIf, parseIf } from "./if.js";

const piece = fc.constantFrom(
  "(",
  ")",
  "<urn:a>",
  "</x/>",
  '["a"]',
  "[b]",
  "Not",
  " ",
  "not ",
  '[W/"c"]',
  "<",
  "[",
  '"',
  "x",
);
const header = fc.oneof(
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
  fc.string({ maxLength: 40 }),
);

describe("random If headers", () => {
  it("are true or false, or refused with 400, never anything else (RFC 4918 10.4.2)", async () => {
    await fc.assert(
      fc.asyncProperty(header, async (text) => {
        try {
          const verdict = await evaluateIf(parseIf(text), async () => ({ etag: '"a"', holds: (t) => t === "urn:a" }));
          expect(typeof verdict).toBe("boolean");
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          expect(error.refusal.status).toBe(400);
        }
      }),
    );
  });
});

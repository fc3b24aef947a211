import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binaryOf, readBytes, readOctets, textOfBinary } from "./octets.js";

const numRuns = Number(process.env.KALENDS_PROPERTY_RUNS ?? 300);

/** What makes octets plain or not: line ends, control characters, marks, non-characters and their neighbours, broken sequences. */
const piece = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("\r\n", "UID:a", " ", "é", "日", "🎉", "\u00A0", "\uFB00", "\uFEF0", "\uFFFD"),
  },
  { weight: 1, arbitrary: fc.constantFrom("\n", "\r", "\0", "\t", "\x01", "\x7F", "\uFEFF", "\uFFFE", "\uFFFF") },
);
const octets = fc
  .tuple(fc.array(piece, { maxLength: 12 }), fc.constantFrom("\r\n", "\r\n", "\r\n", "", "\n"), fc.option(fc.nat(40)))
  .map(([pieces, end, cut]) => {
    const bytes = new TextEncoder().encode(pieces.join("") + end);
    return cut === null ? bytes : bytes.filter((_, at) => at !== cut);
  });

describe("octets alone", () => {
  it("are read as text is: the same are refused, and the same come out (RFC 5545 3.1, 3.1.4; CAL-36, CAL-52)", () => {
    fc.assert(
      fc.property(octets, (source) => {
        const [alone, asText] = [readBytes(source), readOctets(source)];
        expect(alone.ok).toBe(asText.ok);
        if (alone.ok && asText.ok) {
          expect(Buffer.from(alone.value).toString("hex")).toBe(Buffer.from(asText.value.bytes).toString("hex"));
          expect(textOfBinary(binaryOf(alone.value))).toBe(asText.value.text);
        }
      }),
      { numRuns },
    );
  });
});

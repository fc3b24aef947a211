import { describe, expect, it } from "vitest";
import { octetBuffer } from "./octets.js";

const together = (octets: readonly Uint8Array[]): string => Buffer.concat(octets).toString("utf8");

describe("octets of text that comes in pieces", () => {
  it("gives the octets of all pieces in order, whatever their length and characters (RFC 3629)", () => {
    const pieces = ["", "a", "ü", "€".repeat(40_000), "\u{1f5d3}".repeat(20_000), "z".repeat(200_000), "end", ""];
    const octets = octetBuffer();
    for (const piece of pieces) octets.add(piece);
    expect(octets.size()).toBe(Buffer.byteLength(pieces.join("")));
    expect(together(octets.take())).toBe(pieces.join(""));
  });

  it("gives each octet once", () => {
    const octets = octetBuffer();
    expect(octets.take()).toEqual([]);
    octets.add("x".repeat(20_000));
    expect(together(octets.take())).toHaveLength(20_000);
    expect([octets.size(), octets.take()]).toEqual([0, []]);
  });

  it("leaves alone what was handed over while more is added", () => {
    const octets = octetBuffer();
    octets.add("a".repeat(20_000));
    const first = octets.take();
    octets.add("b".repeat(20_000));
    expect(together(first)).toBe("a".repeat(20_000));
    expect(together(octets.take())).toBe("b".repeat(20_000));
  });
});

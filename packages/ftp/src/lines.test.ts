import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLineReader } from "./lines.js";

describe("command lines", () => {
  it("come whole out of whatever pieces they arrive in (RFC 959 5.3)", () => {
    const line = fc.string({ unit: "grapheme", maxLength: 30 }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(20), { maxLength: 30 }), (lines, cuts) => {
        const octets = Buffer.from(lines.map((each) => `${each}\r\n`).join(""));
        const reader = createLineReader();
        const found: string[] = [];
        let at = 0;
        for (const length of [...cuts, octets.length]) {
          found.push(...(reader.take(octets.subarray(at, at + length)) ?? []));
          at += length;
        }
        expect(found).toEqual(lines);
      }),
    );
  });

  it("lose the Telnet commands that come before ABOR (RFC 959 4.1.3)", () => {
    const octets = Buffer.from([
      0xff,
      0xf4,
      0xff,
      0xf2,
      ...Buffer.from("ABOR\r\n"),
      0xff,
      0xfd,
      0x01,
      ...Buffer.from("NOOP\n"),
    ]);
    expect(createLineReader().take(octets)).toEqual(["ABOR", "NOOP"]);
  });

  it("are refused when they are too long, whole or not", () => {
    expect(createLineReader().take(Buffer.from(`STOR ${"x".repeat(3000)}\r\n`))).toBeNull();
    expect(createLineReader().take(Buffer.from("x".repeat(3000)))).toBeNull();
  });
});

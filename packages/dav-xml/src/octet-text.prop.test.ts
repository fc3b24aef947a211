import fc from "fast-check";
import { expect, it } from "vitest";
import {
  dav,
  escapedOctets,
  escapeOctets,
  escapeText,
  octetsIn,
  octetsOf,
  streamXml,
  textOf,
  writeXml,
} from "./index.js";

const word = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({
    unit: fc.constantFrom("a", "&", "<", ">", "\r", "\n", "\u0001", "é", "議", "\u{1f600}", "\uffee", "\uffff"),
  }),
);

it("holds any text as its octets, and escapes them as the text would be (RFC 3629, CAL-98)", () => {
  fc.assert(
    fc.property(word, (text) => {
      expect(octetsIn(Buffer.from(text))).toBe(octetsOf(text));
      expect(Buffer.from(octetsOf(text), "latin1").toString()).toBe(text);
      expect(textOf(octetsOf(text))).toBe(text);
      expect(textOf(escapeOctets(octetsOf(text)))).toBe(escapeText(text));
      expect(textOf(escapedOctets(text))).toBe(escapeText(text));
    }),
  );
});

it("writes octets among text in order, in a stream as in one string (RFC 4918 14.16)", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), word)), fc.constantFrom(1, 9000), async (pieces, times) => {
      const write = (out: Parameters<Parameters<typeof writeXml>[1]>[0]) => {
        for (const [inOctets, text] of pieces) {
          if (inOctets) out.octets(escapedOctets(text.repeat(times)));
          else out.leaf("{urn:é}x", text, { k: text });
        }
      };
      const chunks: Uint8Array[] = [];
      const produce = function* (out: Parameters<typeof write>[0]) {
        write(out);
        yield;
      };
      for await (const chunk of streamXml(dav("multistatus"), produce)) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe(writeXml(dav("multistatus"), write));
    }),
    { numRuns: 30 },
  );
});

import { describe, expect, it } from "vitest";
import { readXml, XmlFault } from "./index.js";

function outcome(source: Uint8Array | string): string {
  try {
    return readXml(source).text;
  } catch (fault) {
    if (fault instanceof XmlFault) return fault.kind;
    throw fault;
  }
}

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))));
const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();
const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`;

describe("encodings (RFC 4918 8.2, XML 1.0 4.3.3)", () => {
  it.each<[string, Uint8Array | string, string]>([
    ["UTF-8", Buffer.from("<a>é😀</a>"), "é😀"],
    ["UTF-8 with a byte order mark", bytes([0xef, 0xbb, 0xbf], "<a>x</a>"), "x"],
    ["a string with a byte order mark", "\uFEFF<a>x</a>", "x"],
    ["UTF-16 little end first", Buffer.from("\uFEFF<a>é</a>", "utf16le"), "é"],
    ["UTF-16 big end first", Buffer.concat([bytes([0xfe, 0xff]), utf16be(`${declared("utf-16")}<a>é</a>`)]), "é"],
    ["declared ISO-8859-1", bytes(declared("ISO-8859-1"), "<a>", [0xe9], "</a>"), "é"],
    ["declared US-ASCII", bytes(declared("us-ascii"), "<a>x</a>"), "x"],
    ["declared utf-8 in single quotes", Buffer.from("<?xml version='1.0' encoding='utf-8'?><a>é</a>"), "é"],
  ])("reads %s", (_, source, text) => {
    expect(outcome(source)).toBe(text);
  });

  it.each<[string, Uint8Array | string]>([
    ["a byte that is not UTF-8", bytes("<a>", [0xe9], "</a>")],
    ["an overlong sequence", bytes("<a>", [0xc0, 0xaf], "</a>")],
    ["a surrogate in UTF-8", bytes("<a>", [0xed, 0xa0, 0x80], "</a>")],
    ["a cut-off sequence", bytes("<a/>", [0xe2, 0x82])],
    ["an unpaired surrogate in UTF-16", Buffer.concat([bytes([0xff, 0xfe]), Buffer.from("<a>\uD800</a>", "utf16le")])],
    ["declared UTF-16 with no byte order mark", bytes(declared("utf-16"), "<a/>")],
    [
      "UTF-16 that declares utf-8",
      Buffer.concat([bytes([0xff, 0xfe]), Buffer.from(`${declared("utf-8")}<a/>`, "utf16le")]),
    ],
    ["a UTF-8 mark with declared ISO-8859-1", bytes([0xef, 0xbb, 0xbf], declared("iso-8859-1"), "<a/>")],
    ["declared US-ASCII with a high byte", Buffer.from(`${declared("us-ascii")}<a>é</a>`)],
    ["a declared encoding that is not served", bytes(declared("koi8-r"), "<a/>")],
    ["the same in a string", `${declared("windows-1252")}<a/>`],
    ["the same far behind", bytes(`<?xml version="1.0"${" ".repeat(2000)}encoding="koi8-r"?><a/>`)],
  ])("refuses %s", (_, source) => {
    expect(outcome(source)).toBe("encoding");
  });
});

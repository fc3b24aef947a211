import { describe, expect, it } from "vitest";
import { XmlFault } from "./fault.js";
import { XML_LIMITS } from "./limits.js";
import { readXml } from "./reader.js";
import { rememberingReader } from "./remembering.js";

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const bodyOf = (name: string) =>
  octets(`<D:propfind xmlns:D="DAV:"><D:prop><D:${name} a="1">é</D:${name}></D:prop></D:propfind>`);

describe("a reader that remembers", () => {
  it("reads as one that does not, and gives the same element for the same octets", () => {
    const read = rememberingReader();
    const first = read(bodyOf("getetag"));
    expect(first).toEqual(readXml(bodyOf("getetag")));
    expect(read(bodyOf("getetag"))).toBe(first);
    expect(read(bodyOf("displayname"))).toEqual(readXml(bodyOf("displayname")));
  });

  it("tells octets apart that are the same text in different encodings", () => {
    const read = rememberingReader();
    const latin = Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><a>\u00c3\u00a9</a>', "latin1");
    const utf8 = Buffer.from('<?xml version="1.0" encoding="utf-8"?><a>\u00e9</a>', "utf8");
    expect([read(latin).text, read(utf8).text]).toEqual(["\u00c3\u00a9", "\u00e9"]);
  });

  it("gives what nobody can change", () => {
    const element = rememberingReader()(bodyOf("getetag"));
    for (const each of [element, ...element.children]) {
      expect([each, each.children, each.content].every((part) => Object.isFrozen(part))).toBe(true);
    }
  });

  it("refuses the same octets each time, and known ones beyond the limit of this call (RFC 4918 20.6)", () => {
    const read = rememberingReader();
    for (let times = 0; times < 2; times += 1) expect(() => read(octets("<a><b></a>"))).toThrow(XmlFault);
    read(bodyOf("getetag"));
    expect(() => read(bodyOf("getetag"), { ...XML_LIMITS, size: 10 })).toThrow(XmlFault);
  });

  it("forgets what was not asked for while others were, and keeps what was", () => {
    const read = rememberingReader();
    const [kept, left] = [read(bodyOf("kept")), read(bodyOf("left"))];
    for (let i = 0; i < 12_000; i += 1) {
      read(bodyOf(`p${i}`));
      if (i % 100 === 0) read(bodyOf("kept"));
    }
    expect(read(bodyOf("kept"))).toBe(kept);
    expect(read(bodyOf("left"))).not.toBe(left);
  });
});

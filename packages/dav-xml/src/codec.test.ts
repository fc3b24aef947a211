import { describe, expect, it } from "vitest";
import {
  attr,
  type Codec,
  cal,
  child,
  children,
  dav,
  empty,
  href,
  hrefs,
  httpDate,
  integer,
  isoDate,
  names,
  only,
  raw,
  readXml,
  status,
  statusLine,
  text,
  writeXml,
  type XmlElement,
  XmlFault,
} from "./index.js";

function written<V>(codec: Codec<V>, value: V): XmlElement {
  return readXml(writeXml(dav("p"), (out) => codec.write(out, value)));
}

function markup<V>(codec: Codec<V>, value: V): string {
  return writeXml(dav("p"), (out) => codec.write(out, value)).replace(/^[^>]*>\s*<D:p[^>]*>|<\/D:p>$/g, "");
}

const el = (content: string) => readXml(`<D:p xmlns:D="DAV:">${content}</D:p>`);

describe("codecs read what they write", () => {
  it.each<[string, Required<Codec<unknown>>, unknown]>([
    ["text", text as Required<Codec<unknown>>, " a<&\r\n"],
    ["integer", integer as Required<Codec<unknown>>, -42],
    ["httpDate", httpDate as Required<Codec<unknown>>, 784_111_777_000],
    ["isoDate", isoDate as Required<Codec<unknown>>, 881_000_541_000],
    ["href", href as Required<Codec<unknown>>, "/a%20b/?x&y"],
    ["hrefs", hrefs as Required<Codec<unknown>>, ["/a", "/b"]],
    ["no hrefs", hrefs as Required<Codec<unknown>>, []],
    ["names", names as Required<Codec<unknown>>, [dav("collection"), cal("calendar"), "{}x", "{y}z"]],
    ["empty", empty as Required<Codec<unknown>>, undefined],
    ["raw", raw as Required<Codec<unknown>>, 'a&amp;b<n0:x xmlns:n0="y">c</n0:x>d'],
    ["status", status as Required<Codec<unknown>>, 424],
  ])("%s", (_, codec, value) => {
    expect(codec.read(written(codec, value))).toEqual(value);
  });
});

describe("codecs write the standard forms", () => {
  it("writes dates in UTC (RFC 9110 5.6.7, RFC 4918 15.1)", () => {
    expect(markup(httpDate, 784_111_777_999)).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
    expect(markup(isoDate, Date.UTC(1997, 11, 1, 17, 42, 21, 999))).toBe("1997-12-01T17:42:21Z");
  });

  it("writes hrefs and names as elements (DAV-10, DAV-28)", () => {
    expect(markup(hrefs, ["/a", "/b&c"])).toBe("<D:href>/a</D:href><D:href>/b&amp;c</D:href>");
    expect(markup(names, [dav("collection"), cal("calendar")])).toBe("<D:collection/><C:calendar/>");
  });

  it.each([
    [200, "OK"],
    [207, "Multi-Status"],
    [404, "Not Found"],
    [422, "Unprocessable Content"],
    [423, "Locked"],
    [424, "Failed Dependency"],
    [507, "Insufficient Storage"],
    [299, ""],
  ])("writes the status line of %i (RFC 4918 14.28)", (code, phrase) => {
    expect(statusLine(code)).toBe(`HTTP/1.1 ${code} ${phrase}`);
  });
});

describe("codecs refuse what they cannot read", () => {
  it.each<[string, Required<Codec<unknown>>, string]>([
    ["an integer with letters", integer as Required<Codec<unknown>>, "12x"],
    ["an empty integer", integer as Required<Codec<unknown>>, ""],
    ["a fraction", integer as Required<Codec<unknown>>, "1.5"],
    ["an integer too large to be exact", integer as Required<Codec<unknown>>, "9007199254740993"],
    ["a wrong weekday", httpDate as Required<Codec<unknown>>, "Mon, 06 Nov 1994 08:49:37 GMT"],
    ["31 February", httpDate as Required<Codec<unknown>>, "Thu, 31 Feb 1994 08:49:37 GMT"],
    ["a date without a zone", isoDate as Required<Codec<unknown>>, "1997-12-01T17:42:21"],
    ["30 February", isoDate as Required<Codec<unknown>>, "1997-02-30T17:42:21Z"],
    ["month 13", isoDate as Required<Codec<unknown>>, "1997-13-01T17:42:21Z"],
    ["no href", href as Required<Codec<unknown>>, "/a"],
    ["two hrefs", href as Required<Codec<unknown>>, "<D:href>/a</D:href><D:href>/b</D:href>"],
    ["a bare status code", status as Required<Codec<unknown>>, "404"],
  ])("%s", (_, codec, content) => {
    expect(() => codec.read(el(content))).toThrow(XmlFault);
  });

  it("takes white space around a scalar, offsets, fractions and leap days", () => {
    expect(integer.read(el("\n 7 "))).toBe(7);
    expect(isoDate.read(el("1997-12-01T18:42:21.5+01:00"))).toBe(Date.UTC(1997, 11, 1, 17, 42, 21, 500));
    expect(isoDate.read(el("2024-02-29t00:00:00z"))).toBe(Date.UTC(2024, 1, 29));
    expect(href.read(el("<D:href>\n /a </D:href>"))).toBe("/a");
  });
});

describe("finding", () => {
  const tree = el('<D:a k="1"/><x/><D:a xmlns:q="n" q:k="2"/><D:b/>');

  it("finds children by qualified name and passes over unknown ones (DAV-05)", () => {
    expect(child(tree, dav("a"))?.attrs.get("k")).toBe("1");
    expect(child(tree, cal("a"))).toBeUndefined();
    expect(children(tree, dav("a"))).toHaveLength(2);
    expect(only(tree, dav("b")).name).toBe(dav("b"));
  });

  it("refuses a missing and a repeated child", () => {
    expect(() => only(tree, dav("c"))).toThrow(/'\{DAV:\}c' is missing/);
    expect(() => only(tree, dav("a"))).toThrow(/more than once/);
  });

  it("reads attributes with and without a namespace", () => {
    const second = children(tree, dav("a"))[1] ?? tree;
    expect([attr(second, "k"), attr(second, "{n}k")]).toEqual([undefined, "2"]);
  });
});

import { describe, expect, it } from "vitest";
import { type Clark, cal, clark, dav, ical, readXml, streamXml, writeXml, type XmlOut } from "./index.js";

const HEAD = '<?xml version="1.0" encoding="utf-8"?>\n';
const DECLARED =
  ' xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CR="urn:ietf:params:xml:ns:carddav"' +
  ' xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/" xmlns:ME="http://me.com/_namespace/"';

/** What stands inside the root. */
function inside(build: (out: XmlOut) => void): string {
  const body = writeXml(dav("r"), build);
  const start = `${HEAD}<D:r${DECLARED}>`;
  expect(body.startsWith(start) && body.endsWith("</D:r>")).toBe(true);
  return body.slice(start.length, -"</D:r>".length);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

describe("writeXml", () => {
  it("declares the fixed prefixes at the root, once (RFC 4918 8.2)", () => {
    expect(writeXml(dav("multistatus"), () => undefined)).toBe(`${HEAD}<D:multistatus${DECLARED}/>`);
    expect(inside((out) => out.leaf(cal("calendar")))).toBe("<C:calendar/>");
    expect(inside((out) => out.leaf(ical("calendar-color"), "#fff"))).toBe("<A:calendar-color>#fff</A:calendar-color>");
  });

  it("writes attributes on the root and inside", () => {
    expect(writeXml(dav("r"), () => undefined, { x: "1" })).toBe(`${HEAD}<D:r${DECLARED} x="1"/>`);
    expect(inside((out) => out.leaf(cal("comp"), undefined, { name: "VEVENT" }))).toBe('<C:comp name="VEVENT"/>');
  });

  it("declares unknown namespaces where they are used, and never a default one (DAV-31)", () => {
    const markup = inside((out) => {
      out.open("{x}a", { "{y}k": "1" });
      out.leaf("{x}b");
      out.leaf("{}c");
      out.leaf("{z}d");
      out.close();
      out.leaf("{x}e");
    });
    expect(markup).toBe(
      '<n0:a n1:k="1" xmlns:n0="x" xmlns:n1="y"><n0:b/><c/><n2:d xmlns:n2="z"/></n0:a><n0:e xmlns:n0="x"/>',
    );
  });

  it("escapes text, so that ']]>' and CR survive reading (CAL-98)", () => {
    const value = "a<b>&\"']]>\r\n\t\rx😀";
    expect(inside((out) => out.text(value))).toBe("a&lt;b&gt;&amp;\"']]&gt;&#13;\n\t&#13;x😀");
    expect(readXml(writeXml(dav("r"), (out) => out.text(value))).text).toBe(value);
  });

  it("drops characters that XML forbids (CAL-98)", () => {
    expect(inside((out) => out.text("a\u0000b\u001Fc\uD800d\uFFFEe\uDC00"))).toBe("abcde");
    expect(inside((out) => out.leaf(dav("a"), undefined, { k: "x\u0001y" }))).toBe('<D:a k="xy"/>');
  });

  it("writes calendar text with bare line feeds, so that no client shows '&#13;' (CAL-98)", () => {
    expect(inside((out) => out.calendarText("BEGIN:VCALENDAR\r\nX:<&\rEND\r\n"))).toBe(
      "BEGIN:VCALENDAR\nX:&lt;&amp;\nEND\n",
    );
  });

  it("keeps line ends, tabs and quotes in attributes", () => {
    const value = 'a\t"b"\n\r<&>\'';
    const el = readXml(writeXml(dav("r"), () => undefined, { x: value }));
    expect(el.attrs.get("x")).toBe(value);
  });

  it("lets trusted markup through", () => {
    expect(inside((out) => out.raw('<x:a xmlns:x="y"/>'))).toBe('<x:a xmlns:x="y"/>');
  });

  it("closes an element with empty text as an empty one", () => {
    expect(inside((out) => out.leaf(dav("a"), ""))).toBe("<D:a/>");
  });

  it("refuses an unbalanced body", () => {
    expect(() => writeXml(dav("r"), (out) => out.open(dav("a")))).toThrow(RangeError);
    expect(() => writeXml(dav("r"), (out) => out.close())).toThrow(RangeError);
  });

  it("writes a parsed element back under its own names, with its inherited language (DAV-29, DAV-30)", () => {
    const el = readXml('<D:a xmlns:D="DAV:" xml:lang="de"><q:b xmlns:q="x" k="1">t<c/>u</q:b></D:a>').children[0];
    expect(inside((out) => el && out.element(el))).toBe('<n0:b k="1" xml:lang="de" xmlns:n0="x">t<c/>u</n0:b>');
  });
});

describe("streamXml", () => {
  const item = (out: XmlOut, i: number) => out.leaf(dav("href"), `/c/${i}/${"é".repeat(2000)}.ics`);

  it("hands out chunks of about 64 KiB between items, which join to one document", async () => {
    async function* produce(out: XmlOut): AsyncGenerator<void> {
      for (let i = 0; i < 200; i++) yield item(out, i);
      out.leaf(dav("sync-token"), "t");
    }
    const chunks = await collect(streamXml(dav("multistatus"), produce, { x: "1" }));
    const whole = writeXml(
      dav("multistatus"),
      (out) => {
        for (let i = 0; i < 200; i++) item(out, i);
        out.leaf(dav("sync-token"), "t");
      },
      { x: "1" },
    );
    expect(Buffer.concat(chunks).toString()).toBe(whole);
    expect(chunks.length).toBeGreaterThan(5);
    const sizes = chunks.slice(0, -1).map(({ length }) => length);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(65_536);
    expect(Math.max(...sizes)).toBeLessThan(128 * 1024);
  });

  it("produces no more items than the reader takes", async () => {
    let produced = 0;
    let ended = false;
    function* produce(out: XmlOut): Generator<void> {
      try {
        for (; ; produced++) yield item(out, produced);
      } finally {
        ended = true;
      }
    }
    for await (const _ of streamXml(dav("multistatus"), produce)) break;
    expect([produced < 40, ended]).toEqual([true, true]);
  });

  it("passes on an error of the producer", async () => {
    function* produce(out: XmlOut): Generator<void> {
      yield out.leaf(dav("a"));
      throw new Error("gone");
    }
    await expect(collect(streamXml(dav("r"), produce))).rejects.toThrow("gone");
  });
});

describe("Clark names", () => {
  it.each<[string, string]>([
    ["DAV:", "prop"],
    ["", "local"],
    ["odd{n}s}", "x"],
  ])("takes {%s}%s apart", (ns, local) => {
    const name: Clark = clark(ns, local);
    expect(name).toBe(`{${ns}}${local}`);
    expect(readXml(writeXml(dav("r"), (out) => out.leaf(name))).children[0]?.name).toBe(name);
  });
});

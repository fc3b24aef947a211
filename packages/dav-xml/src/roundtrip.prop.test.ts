import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  APPLE_ICAL_NS,
  CALDAV_NS,
  type Clark,
  clark,
  DAV_NS,
  langOf,
  readFragment,
  readXml,
  writeXml,
  XML_LANG,
  XML_LIMITS,
  type XmlElement,
  XmlFault,
  xmlElement,
  xmlToString,
} from "./index.js";

interface Plan {
  readonly name: Clark;
  readonly attrs: readonly (readonly [string, string])[];
  readonly content: readonly (string | Plan)[];
}

// Legal in XML 1.0: what remains when the characters it forbids are taken out.
const legal = fc
  .string({ unit: "binary", maxLength: 12 })
  .map((value) => value.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, ""));
const mean = fc.constantFrom("]]>", "\r\n", "\r", "&amp;", "&#13;", "<![CDATA[", "<!--", " ", "\t", "'\"", "😀", "}");
const text = fc.array(fc.oneof(legal, mean), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(""));
const local = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "href", "e0", "a0", "n0", "D", "xml", "Ünï-c.o_d3"),
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/),
);
const ns = fc.oneof(
  fc.constantFrom("", DAV_NS, CALDAV_NS, APPLE_ICAL_NS, "x", "odd{n}s}", "a&b<c>\"d'\t e"),
  fc.webUrl(),
);
const name = fc.tuple(ns, local).map(([space, part]) => clark(space, part));
const attribute = fc.oneof(
  fc.tuple(
    fc.oneof(
      local.filter((each) => each !== "xmlns"),
      name.filter((each) => !each.startsWith("{}")),
    ),
    text,
  ),
  fc.tuple(fc.constant(XML_LANG), fc.constantFrom("de", "en-GB", "")),
);
const attributes = fc.uniqueArray(attribute, { maxLength: 4, selector: ([key]) => key });

const { plan } = fc.letrec<{ plan: Plan; piece: string | Plan }>((tie) => ({
  plan: fc.record({ name, attrs: attributes, content: fc.array(tie("piece"), { maxLength: 4 }) }),
  piece: fc.oneof({ maxDepth: 5, withCrossShrink: true }, text, tie("plan")),
}));

function grow({ name, attrs, content }: Plan, inherited?: string): XmlElement {
  const map = new Map(attrs);
  const lang = langOf(map, inherited);
  const pieces: (string | XmlElement)[] = [];
  for (const piece of content) {
    const last = pieces.at(-1);
    if (typeof piece !== "string") pieces.push(grow(piece, lang));
    else if (typeof last === "string") pieces[pieces.length - 1] = last + piece;
    else if (piece !== "") pieces.push(piece);
  }
  return xmlElement(name, map, pieces, inherited);
}

/** Equality of XML: names, attributes in any order, content in document order, the language in scope. */
function comparable(el: XmlElement): unknown {
  return {
    name: el.name,
    lang: el.lang,
    text: el.text,
    attrs: [...el.attrs].sort(([a], [b]) => (a < b ? -1 : 1)),
    content: el.content.map((piece) => (typeof piece === "string" ? piece : comparable(piece))),
  };
}

describe("what is written is read back", () => {
  it("as a fragment that stands alone (DAV-29, DAV-31)", () => {
    fc.assert(
      fc.property(plan, (each) => {
        const el = grow(each);
        expect(comparable(readFragment(xmlToString(el)))).toEqual(comparable(el));
      }),
      { numRuns: 400 },
    );
  });

  it("inside a body, also next to others (DAV-29)", () => {
    fc.assert(
      fc.property(fc.array(plan, { maxLength: 3 }), (plans) => {
        const elements = plans.map((each) => grow(each));
        const body = writeXml("{DAV:}prop", (out) => {
          for (const el of elements) out.element(el);
        });
        expect(readXml(body).children.map(comparable)).toEqual(elements.map(comparable));
      }),
      { numRuns: 200 },
    );
  });

  it("as stored markup inside a body, cut out of the language around it (DAV-30)", () => {
    fc.assert(
      fc.property(plan, fc.constantFrom("de", "en"), (each, lang) => {
        const inner = grow(each, lang);
        const stored = xmlToString(inner);
        const found = readXml(writeXml("{DAV:}prop", (out) => out.raw(stored))).children[0];
        expect(found?.lang).toBe(inner.lang);
        expect(found?.content.length).toBe(inner.content.length);
        expect(xmlToString(found ?? inner)).toBe(stored);
      }),
      { numRuns: 200 },
    );
  });
});

describe("any input is read or refused, and soon", () => {
  function read(source: Uint8Array | string): void {
    expect(() => {
      try {
        readXml(source, XML_LIMITS);
      } catch (fault) {
        if (!(fault instanceof XmlFault)) throw fault;
        expect(fault.message).not.toMatch(/[\r\n]/);
      }
    }).toCostUnder(1000);
  }

  it("random bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), read), { numRuns: 500 });
  });

  it("pieces of markup in any order", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "<a>",
        "</a>",
        "<a",
        "/>",
        ">",
        "<b:c",
        ' xmlns:b="x"',
        ' xmlns=""',
        ' d="',
        "'",
        "]]>",
        "<![CDATA[",
        "-->",
      ),
      fc.constantFrom(
        "<!--",
        "<?x",
        "?>",
        "&amp;",
        "&#1;",
        "&x;",
        "<!DOCTYPE",
        "\u0000",
        "\r",
        "__proto__",
        '<?xml version="1.0"?>',
      ),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => read(pieces.join(""))),
      { numRuns: 1000 },
    );
  });

  it("documents with bytes overwritten", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(plan, damage, (each, changes) => {
        const bytes = Buffer.from(xmlToString(grow(each)));
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        read(bytes);
      }),
      { numRuns: 500 },
    );
  });
});

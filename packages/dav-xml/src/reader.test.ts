import { describe, expect, it } from "vitest";
import {
  type Clark,
  cal,
  dav,
  readXml,
  readXmlInSteps,
  XML_LANG,
  XML_LIMITS,
  XmlFault,
  type XmlFaultKind,
  type XmlLimits,
} from "./index.js";

function kindOf(source: Uint8Array | string, limits?: XmlLimits): XmlFaultKind | "accepted" {
  try {
    readXml(source, limits);
    return "accepted";
  } catch (fault) {
    if (fault instanceof XmlFault) return fault.kind;
    throw fault;
  }
}

function messageOf(source: string): string {
  try {
    readXml(source);
    return "";
  } catch (fault) {
    return (fault as Error).message;
  }
}

const nested = (depth: number) => "<a>".repeat(depth) + "</a>".repeat(depth);

describe("well-formedness (DAV-03, XML 1.0)", () => {
  it.each([
    ["nothing at all", ""],
    ["white space alone", " \n"],
    ["plain text", "hello"],
    ["text before the root", "x<a/>"],
    ["text after the root", "<a/>x"],
    ["a reference after the root", "<a/>&amp;"],
    ["two roots", "<a/><b/>"],
    ["two roots with content", "<a></a><b></b>"],
    ["a tag that is not closed", "<a><b></a>"],
    ["several tags that are not closed", "<a><b>"],
    ["tags closed in the wrong order", "<a><b></a></b>"],
    ["an end tag alone", "</a>"],
    ["one end tag too many", "<a></a></a>"],
    ["an end tag with an attribute", '<a></a x="1">'],
    ["an end tag with a slash", "<a></a/>"],
    ["a name that begins with a digit", "<1a/>"],
    ["a name with two colons", '<a:b:c xmlns:a="x"/>'],
    ["a name that ends in a colon", '<a: xmlns:a="x"/>'],
    ["a space before the name", "< a/>"],
    ["a tag cut off", '<a x="1"'],
    ["an attribute without a value", "<a x/>"],
    ["an attribute without quotes", "<a x=1/>"],
    ["an attribute that is not closed", '<a x="1/>'],
    ["attributes with no space between", '<a x="1"y="2"/>'],
    ["a repeated attribute", '<a x="1" x="2"/>'],
    ["a repeated attribute called __proto__", '<a __proto__="1" __proto__="2"/>'],
    ["'<' in an attribute", '<a x="<"/>'],
    ["a bare ampersand", "<a>a & b</a>"],
    ["a bare ampersand in an attribute", '<a x="a&b"/>'],
    ["an undefined entity", "<a>&nbsp;</a>"],
    ["an undefined entity called like an object method", "<a>&constructor;</a>"],
    ["a reference that is not closed", "<a>&amp</a>"],
    ["a reference to NUL", "<a>&#0;</a>"],
    ["a reference to a control character", "<a>&#x1F;</a>"],
    ["a reference to a surrogate", "<a>&#xD800;</a>"],
    ["a reference beyond Unicode", "<a>&#x110000;</a>"],
    ["a reference with bad digits", "<a>&#12a;</a>"],
    ["a reference with an upper-case X", "<a>&#X41;</a>"],
    ["a control character", "<a>\u0001</a>"],
    ["a NUL", "<a>\u0000</a>"],
    ["a control character in a comment", "<a><!--\u0008--></a>"],
    ["a lone surrogate", "<a>\uD83D</a>"],
    ["U+FFFE", "<a>\uFFFE</a>"],
    ["']]>' in text", "<a>]]></a>"],
    ["a CDATA section outside the root", "<a/><![CDATA[x]]>"],
    ["a CDATA section that is not closed", "<a><![CDATA[x</a>"],
    ["a comment that is not closed", "<a><!-- x</a>"],
    ["a comment with two dashes", "<a><!-- x -- y --></a>"],
    ["a comment that ends in three dashes", "<a><!-- x ---></a>"],
    ["an instruction that is not closed", "<a><?pi x</a>"],
    ["an instruction with no name", "<a><? x?></a>"],
    ["an XML declaration inside", '<a><?xml version="1.0"?></a>'],
    ["an XML declaration after white space", ' <?xml version="1.0"?><a/>'],
    ["an XML declaration with no version", '<?xml encoding="utf-8"?><a/>'],
    ["an entity declaration", "<!ENTITY x 'y'><a/>"],
  ])("refuses %s", (_, source) => {
    expect(kindOf(source)).toBe("malformed");
  });

  it("says in one line what is wrong and where (RFC 4918 8.2)", () => {
    expect(messageOf("<a>\n<b></c></a>")).toBe("Expected closing tag 'b' instead of closing tag 'c'.");
    expect(messageOf('<a x="1" x="2"/>')).toBe("Attribute 'x' is repeated.");
    expect(messageOf("<a>\n\n&nope;</a>")).toMatch(/^the entity '&nope;' is not defined \(line \d\)$/);
    expect(messageOf("<a>&a\nb;</a>")).toBe("'&' does not begin a reference (line 1)");
    expect(messageOf("<a><b>")).toBe("an element is not closed (line 1)");
  });
});

describe("namespaces (DAV-03, DAV-31, Namespaces in XML 1.0)", () => {
  it.each([
    ["an unbound element prefix", "<Z:a/>"],
    ["an unbound attribute prefix", '<a Z:x="1"/>'],
    ["a prefix that was bound in a sibling only", '<a><b xmlns:p="x"/><p:c/></a>'],
    ["a prefix bound to nothing", '<p:a xmlns:p=""/>'],
    ["a declaration of xmlns", '<a xmlns:xmlns="x"/>'],
    ["an element in the xmlns prefix", "<xmlns:a/>"],
    ["a prefix bound to the namespace of xmlns", '<a xmlns:p="http://www.w3.org/2000/xmlns/"/>'],
    ["xml bound to something else", '<a xmlns:xml="x"/>'],
    ["another prefix bound to the namespace of xml", '<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>'],
    ["the namespace of xml as default", '<a xmlns="http://www.w3.org/XML/1998/namespace"/>'],
    ["one attribute under two prefixes", '<a xmlns:p="x" xmlns:q="x" p:i="1" q:i="2"/>'],
    ["a prefix declared twice", '<a xmlns:p="x" xmlns:p="y"/>'],
  ])("refuses %s", (_, source) => {
    expect(kindOf(source)).toBe("malformed");
  });

  it("tells equal local names in different namespaces apart", () => {
    const el = readXml(
      '<C:filter xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:filter/><filter/></C:filter>',
    );
    expect([el.name, ...el.children.map((each) => each.name)]).toEqual([cal("filter"), dav("filter"), "{}filter"]);
  });

  it("keeps the scope of default namespaces, and lets xmlns='' end one", () => {
    const el = readXml('<a xmlns="x"><b xmlns="y"><c/></b><d xmlns=""/><e/></a>');
    expect(el.name).toBe("{x}a");
    expect(el.children.map((each) => each.name)).toEqual(["{y}b", "{}d", "{x}e"]);
    expect(el.children[0]?.children[0]?.name).toBe("{y}c");
  });

  it("binds a prefix for the very tag that declares it, inner before outer", () => {
    const el = readXml('<p:a xmlns:p="x"><p:b xmlns:p="y"/><p:c/></p:a>');
    expect([el.name, ...el.children.map((each) => each.name)]).toEqual(["{x}a", "{y}b", "{x}c"]);
  });

  it("gives no namespace to attributes without a prefix, and no declaration among the attributes", () => {
    const el = readXml('<a xmlns="x" xmlns:p="y" k="1" p:k="2" xml:lang="de"/>');
    expect([...el.attrs]).toEqual([
      ["k", "1"],
      ["{y}k", "2"],
      [XML_LANG, "de"],
    ]);
  });

  it("decodes references in a namespace name", () => {
    expect(readXml('<a xmlns="x?a&amp;b"/>').name).toBe("{x?a&b}a");
  });
});

describe("document types (DAV-07, RFC 4918 20.6)", () => {
  it.each([
    ["a bare one", "<!DOCTYPE a><a/>"],
    ["one with entities", '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'],
    [
      "one with an external entity",
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    ],
    ["one inside the root", "<a><!DOCTYPE a></a>"],
    ["one after the root", "<a/><!DOCTYPE a>"],
    ["one in lower case", "<!doctype html><a/>"],
  ])("refuses %s", (_, source) => {
    expect(kindOf(source)).toBe("doctype");
  });

  it("takes the word for text inside CDATA and comments", () => {
    expect(readXml("<a><!-- <!DOCTYPE x> --><![CDATA[<!DOCTYPE x>]]></a>").text).toBe("<!DOCTYPE x>");
  });
});

describe("limits", () => {
  it("takes 64 nested elements and not 65", () => {
    expect(kindOf(nested(64))).toBe("accepted");
    expect(kindOf(nested(65))).toBe("too-deep");
    expect(kindOf(`${"<a>".repeat(64)}<b/>${"</a>".repeat(64)}`)).toBe("too-deep");
  });

  it("takes 20 000 elements, attributes and texts together and not one more", () => {
    expect(kindOf(`<r>${"<a/>".repeat(19_999)}</r>`)).toBe("accepted");
    expect(kindOf(`<r>${"<a/>".repeat(20_000)}</r>`)).toBe("too-large");
    expect(kindOf(`<r>${'<a b="">x</a>'.repeat(6667)}</r>`)).toBe("too-large");
  });

  it("takes 1 MiB and not a byte more", () => {
    const fill = (size: number) => Buffer.from(`<r>${"x".repeat(size - 7)}</r>`);
    expect(kindOf(fill(1_048_576))).toBe("accepted");
    expect(kindOf(fill(1_048_577))).toBe("too-large");
  });

  it("bounds attributes of a tag, different names, and the length of names", () => {
    const attributes = (n: number) => `<a ${Array.from({ length: n }, (_, i) => `x${i}=""`).join(" ")}/>`;
    expect([kindOf(attributes(256)), kindOf(attributes(257))]).toEqual(["accepted", "too-large"]);
    const elements = (n: number) => `<r>${Array.from({ length: n }, (_, i) => `<x${i}/>`).join("")}</r>`;
    expect([kindOf(elements(1999)), kindOf(elements(2000))]).toEqual(["accepted", "too-large"]);
    const named = (n: number) => `<${"a".repeat(n)}/>`;
    expect([kindOf(named(1024)), kindOf(named(1025))]).toEqual(["accepted", "too-large"]);
    const namespaced = (n: number) => `<a xmlns="${"u".repeat(n)}"/>`;
    expect([kindOf(namespaced(1024)), kindOf(namespaced(1025))]).toEqual(["accepted", "too-large"]);
  });

  it("takes 100 000 references and not one more", () => {
    const references = (n: number) => `<r a="${"&amp;".repeat(n / 2)}">${"&#13;".repeat(n / 2)}</r>`;
    expect([kindOf(references(100_000)), kindOf(references(100_002))]).toEqual(["accepted", "too-large"]);
  });

  it("takes other limits as a parameter", () => {
    expect(kindOf(nested(3), { ...XML_LIMITS, depth: 2 })).toBe("too-deep");
    expect(kindOf(nested(200), { ...XML_LIMITS, depth: 200 })).toBe("accepted");
    expect(kindOf("<a><b/></a>", { ...XML_LIMITS, nodes: 1 })).toBe("too-large");
    expect(kindOf("<a/>", { ...XML_LIMITS, size: 3 })).toBe("too-large");
  });
});

describe("character data (DAV-29, XML 1.0 2.11, 4.6)", () => {
  it("decodes the named and numeric references, once only", () => {
    expect(readXml("<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;&#x000041;</a>").text).toBe("<>&\"'A😀A");
    expect(readXml("<a>&amp;lt;&#38;lt;&amp;#13;&#x26;amp;</a>").text).toBe("&lt;&lt;&#13;&amp;");
  });

  it("reads line ends as LF and keeps a CR that was written as a reference", () => {
    expect(readXml("<a>1\r\n2\r3&#13;\n4</a>").text).toBe("1\n2\n3\r\n4");
  });

  it("reads line ends and tabs in attributes as spaces, unless written as references", () => {
    expect(readXml('<a x="1\t2\r\n3&#10;4&#9;5"/>').attrs.get("x")).toBe("1 2 3\n4\t5");
  });

  it("keeps white space and does not take text for numbers", () => {
    const el = readXml("<a> <b>007</b>\n</a>");
    expect(el.content).toEqual([" ", expect.objectContaining({ text: "007" }), "\n"]);
    expect(el.text).toBe(" \n");
  });

  it("joins CDATA with the text around it and ignores comments and instructions", () => {
    expect(readXml("<a>x<![CDATA[<b>&amp;]]>y<!-- c -->z<?pi <b>?>!</a>").content).toEqual(["x<b>&amp;yz!"]);
  });

  it("keeps mixed content in document order", () => {
    const el = readXml("<a>one<b/>two<c>three</c></a>");
    expect(el.content.map((piece) => (typeof piece === "string" ? piece : piece.name))).toEqual([
      "one",
      "{}b",
      "two",
      "{}c",
    ]);
    expect([el.text, el.children.length]).toEqual(["onetwo", 2]);
  });

  it.each([
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "prototype",
    "e0",
    "a0",
    "xmlish",
    "é",
    "名前",
    "a.b-c_d",
  ])("keeps an element and an attribute called %s", (name) => {
    const el = readXml(`<r><${name} ${name}="1">x</${name}></r>`);
    expect(el.children.map((each) => [each.name, each.text, [...each.attrs]])).toEqual([
      [`{}${name}` as Clark, "x", [[name, "1"]]],
    ]);
  });

  it("gives every element the language in scope, which xml:lang='' ends (DAV-30)", () => {
    const el = readXml('<a><b xml:lang="de"><c/><d xml:lang=""/></b></a>');
    const b = el.children[0];
    expect([el.lang, b?.lang, b?.children[0]?.lang, b?.children[1]?.lang]).toEqual([undefined, "de", "de", undefined]);
  });

  it("takes an unknown declaration, a DTD-less standalone and unknown elements quietly (DAV-05)", () => {
    expect(
      kindOf(
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!-- x --><?pi?><a><nope nix='1'/></a>\n<!-- y -->",
      ),
    ).toBe("accepted");
  });
});

describe("reading in steps", () => {
  it("gives the same element, with a pause after each part of the work", () => {
    const source = `<D:a xmlns:D="DAV:" x="1"><D:b>text</D:b></D:a>`;
    const steps = readXmlInSteps(source);
    const pauses = [steps.next(), steps.next(), steps.next()];
    expect(pauses.map(({ done }) => done)).toEqual([false, false, false]);
    expect(steps.next()).toEqual({ done: true, value: readXml(source) });
  });
});

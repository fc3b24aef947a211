import { describe, expect, it } from "vitest";
import { readXml, XML_LIMITS, XmlFault } from "./index.js";

// Every case takes well under 50 ms on an idle core; quadratic work on this much input takes seconds.
const BOUND_MS = 250;

const fill = (unit: string) => `<r>${unit.repeat(Math.floor((XML_LIMITS.size - 7) / Buffer.byteLength(unit)))}</r>`;
const many = (n: number, make: (i: number) => string, between = "") =>
  Array.from({ length: n }, (_, i) => make(i)).join(between);
const spaces = " ".repeat(XML_LIMITS.size - 40);

const HOSTILE: [string, string][] = [
  ["named references", fill("&amp;")],
  ["numeric references", fill("&#65;")],
  ["ampersands", fill("&")],
  ["plain text", fill("x")],
  ["characters beyond the basic plane", fill("😀")],
  ["CR", fill("\r")],
  ["CRLF", fill("\r\n")],
  ["brackets", fill("]")],
  ["comments", fill("<!---->")],
  ["open comments", fill("<!-- ")],
  ["instructions", fill("<?a?>")],
  ["CDATA sections", fill("<![CDATA[x]]>")],
  ["open declarations", fill("<!")],
  ["open tags", fill("<a ")],
  ["nested elements", fill("<a>")],
  ["empty elements up to the limit", `<r>${"<a/>".repeat(19_999)}</r>`],
  ["elements with text up to the limit", `<r>${"<a>x</a>".repeat(9999)}</r>`],
  ["long tags up to the limit", `<r>${`<${"b".repeat(45)}/>`.repeat(19_999)}</r>`],
  ["nested up to the limit, often", `<r>${("<a>".repeat(63) + "</a>".repeat(63)).repeat(317)}</r>`],
  ["20 000 attributes in one tag", `<r ${many(20_000, (i) => `a${i}="1"`, " ")}/>`],
  ["attributes up to the limits", `<r>${`<a ${many(200, (i) => `a${i}="1"`, " ")}/>`.repeat(99)}</r>`],
  ["as many names as possible", `<r>${many(1990, (i) => `<a${i}/>`).repeat(10)}</r>`],
  [
    "references in as many elements as possible",
    `<r>${`<a>${"&#00000000065;".repeat(10)}</a>`.repeat(6990)}${"<b></b>".repeat(6000)}</r>`,
  ],
  ["a declaration in every element", `<r>${`<a xmlns="${"u".repeat(80)}"/>`.repeat(9999)}</r>`],
  [
    "declarations nested, used below",
    `${many(60, (i) => `<a ${many(200, (j) => `xmlns:p${i % 9}x${j}="u"`, " ")}>`)}${"<p0x0:b/>".repeat(6000)}${"</a>".repeat(60)}`,
  ],
  ["a long name", `<${"a".repeat(XML_LIMITS.size - 3)}/>`],
  ["a long attribute name", `<r ${"a".repeat(XML_LIMITS.size - 9)}="1"/>`],
  ["a long attribute", `<r a="${"\t".repeat(XML_LIMITS.size - 9)}"/>`],
  ["an attribute that is not closed", `<r a="${"x".repeat(XML_LIMITS.size - 9)}`],
  ["spaces in a tag", `<r ${spaces}/>`],
  ["spaces after an attribute name", `<r a${spaces}`],
  ["spaces in an end tag", `<r></r${spaces}`],
  ["spaces in the XML declaration", `<?xml version="1.0"${spaces}`],
  ["spaces before the version", `<?xml ${spaces}`],
];

describe("hostile documents cost bounded time", () => {
  it.each(HOSTILE)("%s", (_, source) => {
    const bytes = Buffer.from(source).subarray(0, XML_LIMITS.size);
    const read = (): void => {
      try {
        readXml(bytes);
      } catch (fault) {
        expect(fault).toBeInstanceOf(XmlFault);
      }
    };
    expect(read).toCostUnder(BOUND_MS);
  });
});

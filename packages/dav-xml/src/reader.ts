import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { XmlElement } from "./element.js";
import { acceptString, decodeBytes } from "./encoding.js";
import { malformed, XmlFault } from "./fault.js";
import { XML_LIMITS, type XmlLimits } from "./limits.js";
import { type Ordered, resolveNamespaces, TEXT_KEY } from "./namespaces.js";
import { type Skeleton, scan } from "./scan.js";

// Depth is bounded by the scan, names and values are numbers by then: the parser has nothing to interpret.
const PARSER = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  textNodeName: TEXT_KEY,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  maxNestedTags: Number.MAX_SAFE_INTEGER,
  jPath: false,
});

/**
 * Reads a request body or a stored fragment. Throws XmlFault for everything that is not well formed, not namespace-true,
 * beyond the limits, or carries a document type (RFC 4918 8.2, 17, 20.6).
 */
export function readXml(source: Uint8Array | string, limits: XmlLimits = XML_LIMITS): XmlElement {
  const steps = readXmlInSteps(source, limits);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** The same for large documents: at each step the caller may let others have their turn. */
export function* readXmlInSteps(
  source: Uint8Array | string,
  limits: XmlLimits = XML_LIMITS,
): Generator<undefined, XmlElement, undefined> {
  if (source.length > limits.size) throw new XmlFault("too-large", `the document is larger than ${limits.size} bytes`);
  const text = typeof source === "string" ? acceptString(source) : decodeBytes(source);
  const skeleton = scan(text, limits);
  yield;
  validate(skeleton);
  yield;
  const [root] = PARSER.parse(skeleton.markup) as readonly Ordered[];
  if (!root) throw malformed("there is no root element");
  yield;
  return resolveNamespaces(root, skeleton, limits.nameLength);
}

// What is left to the validator after the scan: tags that do not match, and attributes repeated in one tag.
function validate(skeleton: Skeleton): void {
  const verdict = XMLValidator.validate(skeleton.markup);
  if (verdict === true) return;
  const message = verdict.err.msg
    .replace(/ \(opened in line \d+, col \d+\)/, "")
    .replaceAll(/'[ea](\d+)'/g, (_, number: string) => `'${skeleton.names[Number(number)] ?? number}'`);
  throw malformed(message);
}

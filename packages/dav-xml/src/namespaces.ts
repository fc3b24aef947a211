import { langOf, type XmlElement, xmlElement } from "./element.js";
import { malformed, XmlFault } from "./fault.js";
import { type Clark, clark, XML_NS, XMLNS_NS } from "./names.js";
import type { Skeleton } from "./scan.js";

/** What the parser makes of a skeleton: one key is the tag (or `#text`), `:@` holds the attributes. */
export interface Ordered {
  readonly [tag: string]: readonly Ordered[] | Readonly<Record<string, string>> | string;
}

export const TEXT_KEY = "#text";
const ATTRIBUTES_KEY = ":@";

/** The declarations of one element over those of its ancestors, with the element names already resolved in it. */
interface Scope {
  readonly declared: ReadonlyMap<string, string>;
  readonly outer: Scope | undefined;
  readonly resolved: Map<string, Clark>;
}

interface Attribute {
  readonly name: string;
  readonly value: string;
}

const OUTERMOST: ReadonlyMap<string, string> = new Map([
  ["", ""],
  ["xml", XML_NS],
]);

/** Puts names and text back into the parser's tree and resolves every prefix (Namespaces in XML 1.0). Throws XmlFault. */
export function resolveNamespaces(root: Ordered, skeleton: Skeleton, longest: number): XmlElement {
  const outermost: Scope = { declared: OUTERMOST, outer: undefined, resolved: new Map() };

  function build(node: Ordered, tag: string, outer: Scope, lang: string | undefined): XmlElement {
    const attributes = attributesOf(node, skeleton);
    const scope = enter(outer, attributes, longest);
    const name = elementName(at(skeleton.names, tag.slice(1)), scope);
    const attrs = attributeMap(attributes, scope);
    const inner = langOf(attrs, lang);
    const content: (string | XmlElement)[] = [];
    for (const child of listOf(node[tag])) {
      const key = tagOf(child);
      content.push(key === TEXT_KEY ? at(skeleton.values, String(child[key])) : build(child, key, scope, inner));
    }
    return xmlElement(name, attrs, content, lang);
  }

  return build(root, tagOf(root), outermost, undefined);
}

function at(list: readonly string[], index: string): string {
  const value = list[Number(index)];
  if (value === undefined) throw new RangeError(`the parser returned an unknown reference '${index}'`);
  return value;
}

function tagOf(node: Ordered): string {
  for (const key in node) if (key !== ATTRIBUTES_KEY) return key;
  throw new RangeError("the parser returned a node with no tag");
}

function listOf(value: Ordered[string] | undefined): readonly Ordered[] {
  return Array.isArray(value) ? value : [];
}

function attributesOf(node: Ordered, skeleton: Skeleton): readonly Attribute[] {
  const packed = node[ATTRIBUTES_KEY];
  if (packed === undefined) return [];
  return Object.entries(packed).map(([key, index]) => ({
    name: at(skeleton.names, key.slice(1)),
    value: at(skeleton.values, String(index)),
  }));
}

function enter(outer: Scope, attributes: readonly Attribute[], longest: number): Scope {
  let declared: Map<string, string> | undefined;
  for (const { name, value } of attributes) {
    const prefix = declaredPrefix(name);
    if (prefix === undefined) continue;
    checkDeclaration(prefix, value, longest);
    declared ??= new Map();
    declared.set(prefix, value);
  }
  return declared ? { declared, outer, resolved: new Map() } : outer;
}

function declaredPrefix(name: string): string | undefined {
  if (name === "xmlns") return "";
  return name.startsWith("xmlns:") ? name.slice(6) : undefined;
}

function checkDeclaration(prefix: string, ns: string, longest: number): void {
  if (ns.length > longest) throw new XmlFault("too-large", "a namespace name is too long");
  if (prefix === "xmlns") throw malformed("the prefix 'xmlns' may not be declared");
  if ((prefix === "xml") !== (ns === XML_NS)) throw malformed("the prefix 'xml' and its namespace belong together");
  if (ns === XMLNS_NS) throw malformed("the namespace of 'xmlns' may not be declared");
  if (prefix !== "" && ns === "") throw malformed(`the prefix '${prefix}' is bound to no namespace`);
}

function elementName(name: string, scope: Scope): Clark {
  const known = scope.resolved.get(name);
  if (known !== undefined) return known;
  const colon = name.indexOf(":");
  const resolved = clark(namespaceOf(name.slice(0, Math.max(colon, 0)), scope), name.slice(colon + 1));
  scope.resolved.set(name, resolved);
  return resolved;
}

function namespaceOf(prefix: string, scope: Scope): string {
  for (let level: Scope | undefined = scope; level; level = level.outer) {
    const ns = level.declared.get(prefix);
    if (ns !== undefined) return ns;
  }
  throw malformed(`the prefix '${prefix}' is not bound to a namespace`);
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

function attributeMap(attributes: readonly Attribute[], scope: Scope): ReadonlyMap<string, string> {
  let attrs: Map<string, string> | undefined;
  for (const { name, value } of attributes) {
    if (declaredPrefix(name) !== undefined) continue;
    const key = name.includes(":") ? elementName(name, scope) : name;
    attrs ??= new Map();
    if (attrs.has(key)) throw malformed(`the attribute '${name}' stands twice in one tag`);
    attrs.set(key, value);
  }
  return attrs ?? NO_ATTRIBUTES;
}

import type { Random } from "../generators/random.js";

/** An element before it is written; a text stands for itself. Attributes come as they are written. */
export interface Markup {
  readonly name: string;
  readonly attributes: string;
  readonly inside: readonly (Markup | string)[];
}

export const el = (name: string, ...inside: readonly (Markup | string)[]): Markup => ({ name, attributes: "", inside });

export const elWith = (name: string, attributes: string, ...inside: readonly (Markup | string)[]): Markup => ({
  name,
  attributes: ` ${attributes}`,
  inside,
});

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

export function written(node: Markup | string): string {
  if (typeof node === "string") return escaped(node);
  const { name, attributes, inside } = node;
  return inside.length === 0
    ? `<${name}${attributes}/>`
    : `<${name}${attributes}>${inside.map(written).join("")}</${name}>`;
}

const STRANGE = [
  "D:x",
  "C:filter",
  "prop",
  "X:unbound",
  "D:href",
  "C:time-range",
  "xml:x",
  "xmlns",
  "__proto__",
  "D:prop",
  "C:comp",
  "\u00e9",
] as const;
const ATTRIBUTES = [
  ' name="VEVENT"',
  ' name="VCALENDAR"',
  ' name=""',
  ' name="x" name="y"',
  ' xmlns:D="other:"',
  ' xmlns=""',
  ' xmlns:x=""',
  ' xmlns:xml="x"',
  ' start="20260101T000000Z" end="20250101T000000Z"',
  ' start="20260101"',
  ' end="99991231T235959Z"',
  ' start="00010101T000000Z"',
  ' start="00000000T000000Z"',
  ' name="\u0000"',
  ' a="&lt;&#xD;"',
  " a=b",
  ' a="<"',
  ' xml:lang="\u00e9"',
  ' collation="i;nothing"',
  ' negate-condition="maybe"',
] as const;

type Change = (random: Random, node: Markup) => readonly (Markup | string)[];

const CHANGES: readonly [Change, ...Change[]] = [
  () => [],
  (_, node) => [node, node],
  (random, node) => [{ ...node, name: random.pick(STRANGE) }],
  (random, node) => [{ ...node, attributes: node.attributes + random.pick(ATTRIBUTES) }],
  (random, node) => [{ ...node, attributes: random.pick(ATTRIBUTES) }],
  (_, node) => [{ ...node, inside: [] }],
  (_, node) => [{ ...node, inside: [...node.inside].reverse() }],
  (_, node) => node.inside,
  (random, node) => [{ ...node, inside: [...node.inside, el(random.pick(STRANGE), "x")] }],
  (_, node) => [{ ...node, inside: [node] }],
  (random, node) => Array.from({ length: random.pick([10, 100, 2000]) }, () => node),
  (random, node) => [deep(node, random.pick([10, 60, 70, 3000]))],
  (random, node) => [
    { ...node, attributes: ` ${"a".repeat(random.pick([1, 300, 70_000]))}="${"v".repeat(random.pick([10, 70_000]))}"` },
  ],
  (random, node) => [
    { ...node, attributes: Array.from({ length: random.pick([20, 2000]) }, (_, n) => ` a${n}="v"`).join("") },
  ],
  (random, node) => [{ ...node, inside: ["\u00e9😀]]>".repeat(random.pick([1, 100, 10_000]))] }],
];

const deep = (node: Markup, times: number): Markup => {
  let inner = node;
  for (let n = 0; n < times; n++) inner = { ...node, inside: [inner] };
  return inner;
};

const size = (node: Markup | string): number =>
  typeof node === "string" ? 0 : node.inside.reduce((sum, child) => sum + size(child), 1);

/** The tree with one of its elements, the nth, changed. */
export function changedTree(random: Random, root: Markup): Markup {
  let left = random.int(size(root));
  const walk = (node: Markup | string): readonly (Markup | string)[] => {
    if (typeof node === "string") return [node];
    if (left-- === 0) return random.pick(CHANGES)(random, node);
    return [{ ...node, inside: node.inside.flatMap(walk) }];
  };
  const [first] = walk(root);
  return first === undefined || typeof first === "string" ? root : first;
}

import type { Random } from "../generators/random.js";
import { drawWeighted } from "./chance.js";
import { octets } from "./shot.js";

const PIECES = [
  "<",
  ">",
  "&",
  "]]>",
  "<![CDATA[",
  "&#0;",
  "&#x110000;",
  "&nbsp;",
  "<!--",
  "<?xml?>",
  "\r\n",
  "\n",
  "\r",
  ";",
  ":",
  '"',
  "'",
  "=",
  ",",
  "\\",
  "%",
  "%00",
  "\u0000",
  "\u0001",
  "\u007f",
  "\ufeff",
  "\u2028",
  "\ud7ff",
  "\uffff",
  "😀",
  "é",
  "..",
  "/",
  "{{",
  "(",
  ")",
  "[",
  "]",
  "*",
  "-1",
  "0",
  "99999999999999999999",
  "NaN",
  "null",
  "__proto__",
  "constructor",
  "\t",
  " ",
] as const;

interface Mutation {
  readonly weight: number;
  /** Takes and gives octets, one character each. */
  readonly change: (random: Random, text: string) => string;
}

const cut = (random: Random, text: string): readonly [number, number] => {
  const at = random.int(text.length + 1);
  return [at, Math.min(text.length, at + 1 + random.int(random.oneIn(4) ? 200 : 8))];
};

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  { weight: 6, change: (random, text) => splice(text, cut(random, text)[0], 0, octets(random.pick(PIECES))) },
  { weight: 4, change: (random, text) => replaced(text, cut(random, text), "") },
  { weight: 3, change: (random, text) => replaced(text, cut(random, text), octets(random.pick(PIECES))) },
  {
    weight: 3,
    change: (random, text) => splice(text, random.int(text.length + 1), 1, String.fromCharCode(random.int(256))),
  },
  { weight: 2, change: duplicated },
  { weight: 2, change: (random, text) => text.slice(0, random.int(text.length + 1)) },
  { weight: 2, change: (random, text) => otherNumber(random, text) },
  {
    weight: 1,
    change: (random, text) => splice(text, random.int(text.length + 1), 0, octets(random.pick(PIECES)).repeat(500)),
  },
  { weight: 1, change: (random, text) => text.slice(random.int(text.length + 1)) },
];

const splice = (text: string, at: number, drop: number, put: string): string =>
  text.slice(0, at) + put + text.slice(at + drop);

const replaced = (text: string, [from, to]: readonly [number, number], put: string): string =>
  text.slice(0, from) + put + text.slice(to);

function duplicated(random: Random, text: string): string {
  const [from, to] = cut(random, text);
  return splice(text, to, 0, text.slice(from, to).repeat(1 + random.int(3)));
}

const NUMBERS = ["0", "-1", "00", "1e9", "2147483648", "9007199254740993", "99999999999999999999999"] as const;

function otherNumber(random: Random, text: string): string {
  const found = [...text.matchAll(/\d+/g)];
  const one = found[random.int(found.length)];
  return one === undefined ? text : splice(text, one.index, one[0].length, random.pick(NUMBERS));
}

/** Octets with up to `most` places changed. */
export function mutated(random: Random, text: string, most = 4): string {
  let now = text;
  for (let left = 1 + random.int(most); left > 0; left--) now = drawWeighted(random, MUTATIONS).change(random, now);
  return now.slice(0, 400_000);
}

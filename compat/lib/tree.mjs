// A tree of files with the names people give them, and what comes back of it.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Names that go wrong where a client or a server encodes them twice, not at all, or folds them. */
export const oddNames = [
  "two words.txt",
  " leading blank.txt",
  "Größe ß.txt",
  "composed \u00e9.txt",
  "decomposed e\u0301.txt",
  "日本語.txt",
  "smile \u{1F600}.txt",
  "100%.txt",
  "50%25.txt",
  "slash%2Fencoded.txt",
  "a+b.txt",
  "c#d.txt",
  "e?f=g.txt",
  "h&i.txt",
  "j;k=l,m.txt",
  "it's.txt",
  '"quoted".txt',
  "<tag>.txt",
  "brackets [1] {2} (3).txt",
  "pipe|caret^tick`.txt",
  "back\\slash.txt",
  "colon:equals=at@dollar$.txt",
  "bang!star*.txt",
  "~tilde",
  ".hidden",
  "...",
  "no extension",
  "CASE.txt",
  "case.txt",
  "calendar.ics",
  `${"long".repeat(50)}.txt`,
];

const oddFolders = ["plain", "folder with blanks", "Übung & Co", "deep/er/and/deeper", "50% off", "a;b=c", "empty.d"];

/** Bytes that are no text, differ from file to file and are the same in every run. */
export function bytesOf(seed, length) {
  const parts = [];
  for (let size = 0, i = 0; size < length; size += 64, i++) {
    parts.push(createHash("sha512").update(`${seed}/${i}`).digest());
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** Writes `count` files into `folder` (which it makes); every odd name is among them, and an empty file. */
export function writeTree(folder, count) {
  const names = oddNames.map((name, i) => join(oddFolders[i % oddFolders.length], name));
  for (let i = names.length; i < count; i++) names.push(join(oddFolders[i % oddFolders.length], `file-${i}.bin`));
  names.forEach((name, i) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytesOf(name, (i * 37) % 4096));
  });
}

/** Every file below `folder` as "path sha256", sorted; folders that hold nothing end in a slash. */
export function hashesOf(folder, prefix = "") {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => name !== "lost+found");
  if (entries.length === 0 && prefix !== "") return [prefix];
  const lines = entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return hashesOf(path, `${prefix}${entry.name}/`);
    return [`${prefix}${entry.name} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`];
  });
  return lines.sort();
}

/** The lines that only one side has, marked - and +; empty when both are the same. */
export function difference(wanted, found) {
  const [left, right] = [new Set(wanted), new Set(found)];
  return [
    ...wanted.filter((line) => !right.has(line)).map((line) => `- ${line}`),
    ...found.filter((line) => !left.has(line)).map((line) => `+ ${line}`),
  ];
}

// What docs/standards says, and where code and tests speak of it: shared by coverage-spec.mjs and standards-page.mjs.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const home = fileURLToPath(new URL("..", import.meta.url));
const folder = join(home, "docs/standards");
/** Files of docs/standards that hold no checks. */
const others = ["README.md", "exceptions.md", "documents.md"];
const checkRow = /^\| ([A-Z]+-\d+) \| ([MSYQ]) \| (.*?) \| (.*) \|$/;
const exceptionRow = /^\| ([A-Z]+-\d+) \| (.+) \|$/;
const idInText = /\b(DAV|CAL|SYNC|ACL|SHR|DSC|APL|CGP|PUB|ICS|FEED|VFB)-(\d+)(?:\.\.(\d+))?((?:, ?-?\d+)*)/g;

const lines = (name) => readFileSync(join(folder, name), "utf8").split("\n");

/** The files of checks, by name. */
export const tables = readdirSync(folder).filter((name) => name.endsWith(".md") && !others.includes(name));

/** The checks of one file: id, level, the sections it comes from, what it says. */
export const checksOf = (name) =>
  lines(name).flatMap((line) => {
    const row = checkRow.exec(line);
    return row ? [{ id: row[1], level: row[2], section: row[3], text: row[4] }] : [];
  });

/** The checks of one file under the headings they stand below. */
export function chaptersOf(name) {
  const chapters = readFileSync(join(folder, name), "utf8").split(/^## /m).slice(1);
  const all = checksOf(name);
  return chapters.map((text) => ({
    title: text.slice(0, text.indexOf("\n")),
    checks: all.filter(({ id }) => text.includes(`| ${id} |`)),
  }));
}

/** Why a check has no test, by id. */
export const reasons = new Map(
  lines("exceptions.md").flatMap((line) => {
    const row = exceptionRow.exec(line);
    return row ? [[row[1], row[2]]] : [];
  }),
);

/** The cells of the tables of a file, without their heads; a blank line ends a table. */
export const rowsOf = (name) =>
  lines(name)
    .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
    .map((line) => line.slice(2, -2).split(" | "));

/** All ids a text names: `CAL-03`, ranges `CAL-60..63`, lists `DAV-25, 26`. */
export function* idsIn(text) {
  for (const [, prefix, first, last, more] of text.matchAll(idInText)) {
    const pad = (n) => `${prefix}-${String(n).padStart(2, "0")}`;
    for (let n = Number(first); n <= Number(last ?? first); n++) yield pad(n);
    for (const n of (more ?? "").match(/\d+/g) ?? []) yield pad(Number(n));
  }
}

/** Every source and test of packages and compat: its path from the root, its text, whether it is a test. */
export function* sources() {
  for (const part of ["packages", "compat"]) {
    for (const entry of readdirSync(join(home, part), { recursive: true })) {
      if (/node_modules|dist\//.test(entry) || !/\.(ts|mjs|http|sh)$/.test(entry)) continue;
      const file = join(part, entry);
      yield { file, text: readFileSync(join(home, file), "utf8"), isTest: /\.test\.ts$|\.http$|^compat/.test(file) };
    }
  }
}

// Prints every check of docs/standards: where it is implemented, what tests it. Usage: npm run coverage:spec [-- FILE…] [--gaps]
// Exits with 1 when a mandatory check of a file in `held` has neither a test nor a reason in exceptions.md.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = "docs/standards";
/** Files whose mandatory checks must all be tested or explained. */
const held = ["caldav.md", "sync.md"];
const checkRow = /^\| ([A-Z]+-\d+) \| ([MSYQ]) \| (.*?) \| (.*) \|$/;
const exceptionRow = /^\| ([A-Z]+-\d+) \| (.+) \|$/;
const idInText = /\b(DAV|CAL|SYNC|ACL|SHR|DSC|APL)-(\d+)(?:\.\.(\d+))?((?:, ?-?\d+)*)/g;

const lines = (file) => readFileSync(file, "utf8").split("\n");
const tables = readdirSync(root).filter((f) => f.endsWith(".md") && f !== "README.md" && f !== "exceptions.md");

/** All ids a text names: `CAL-03`, ranges `CAL-60..63`, lists `DAV-25, 26`. */
function* idsIn(text) {
  for (const [, prefix, first, last, more] of text.matchAll(idInText)) {
    const pad = (n) => `${prefix}-${String(n).padStart(2, "0")}`;
    for (let n = Number(first); n <= Number(last ?? first); n++) yield pad(n);
    for (const n of (more ?? "").match(/\d+/g) ?? []) yield pad(Number(n));
  }
}

function* sources(folder) {
  for (const entry of readdirSync(folder, { recursive: true })) {
    if (/node_modules|dist\//.test(entry)) continue;
    if (/\.(ts|mjs|http|sh)$/.test(entry)) yield join(folder, entry);
  }
}

const implemented = new Map();
const tested = new Map();
const note = (map, id, file) => map.set(id, (map.get(id) ?? new Set()).add(file));
for (const folder of ["packages", "compat"]) {
  for (const file of sources(folder)) {
    const isTest = /\.test\.ts$|\.http$|^compat/.test(file);
    for (const id of idsIn(readFileSync(file, "utf8"))) note(isTest ? tested : implemented, id, file);
  }
}
const reasons = new Map(
  lines(join(root, "exceptions.md")).flatMap((line) => {
    const row = exceptionRow.exec(line);
    return row ? [[row[1], row[2]]] : [];
  }),
);

const wanted = process.argv.slice(2).filter((a) => !a.startsWith("--"));
const gapsOnly = process.argv.includes("--gaps");
const short = (files) => [...(files ?? [])].map((f) => f.replace(/^packages\//, "").replace("/src/", "/")).join(" ");
let failed = 0;
for (const table of tables) {
  if (wanted.length > 0 && !wanted.includes(table)) continue;
  const count = { tested: 0, explained: 0, open: 0, mandatoryOpen: 0 };
  const rows = lines(join(root, table)).flatMap((line) => checkRow.exec(line) ?? []).length / 5;
  for (const line of lines(join(root, table))) {
    const row = checkRow.exec(line);
    if (!row) continue;
    const [, id, level, section] = row;
    const state = tested.has(id) ? "tested" : reasons.has(id) ? "explained" : "open";
    count[state]++;
    if (state === "open" && level === "M") count.mandatoryOpen++;
    if (gapsOnly && (state !== "open" || level !== "M")) continue;
    const where = state === "explained" ? `not tested: ${reasons.get(id)}` : short(tested.get(id)) || "-";
    console.log(
      `${id} [${level}] ${section}\n    implemented in: ${short(implemented.get(id)) || "-"}\n    tested by: ${where}`,
    );
  }
  console.log(
    `== ${table}: ${rows} checks, ${count.tested} tested, ${count.explained} explained, ${count.open} open (${count.mandatoryOpen} of them mandatory)\n`,
  );
  if (held.includes(table)) failed += count.mandatoryOpen;
}
if (failed > 0) console.error(`${failed} mandatory checks have neither a test nor a reason in ${root}/exceptions.md`);
process.exit(failed > 0 ? 1 : 0);

// Prints every check of docs/standards: where it is implemented, what tests it. Usage: npm run coverage:spec [-- FILE…] [--gaps]
// Exits with 1 when a mandatory check of a file in `held` has neither a test nor a reason in exceptions.md.
import { checksOf, idsIn, reasons, sources, tables } from "./checks.mjs";

/** Files whose mandatory checks must all be tested or explained. */
const held = ["caldav.md", "sync.md", "webdav.md", "acl.md", "discovery.md", "old-systems.md"];

const implemented = new Map();
const tested = new Map();
const note = (map, id, file) => map.set(id, (map.get(id) ?? new Set()).add(file));
for (const { file, text, isTest } of sources()) {
  for (const id of idsIn(text)) note(isTest ? tested : implemented, id, file);
}

const wanted = process.argv.slice(2).filter((a) => !a.startsWith("--"));
const gapsOnly = process.argv.includes("--gaps");
const short = (files) => [...(files ?? [])].map((f) => f.replace(/^packages\//, "").replace("/src/", "/")).join(" ");
let failed = 0;
for (const table of tables) {
  if (wanted.length > 0 && !wanted.includes(table)) continue;
  const count = { tested: 0, explained: 0, open: 0, mandatoryOpen: 0 };
  const checks = checksOf(table);
  for (const { id, level, section } of checks) {
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
    `== ${table}: ${checks.length} checks, ${count.tested} tested, ${count.explained} explained, ${count.open} open (${count.mandatoryOpen} of them mandatory)\n`,
  );
  if (held.includes(table)) failed += count.mandatoryOpen;
}
if (failed > 0)
  console.error(`${failed} mandatory checks have neither a test nor a reason in docs/standards/exceptions.md`);
process.exit(failed > 0 ? 1 : 0);

// Writes docs/standards.md from the declarations of the extensions and docs/standards: npm run docs:standards
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { extensions } from "@kalends/server";
import { chaptersOf, checksOf, idsIn, reasons, rowsOf, sources, tables } from "./checks.mjs";

const page = new URL("../docs/standards.md", import.meta.url);
const declared = ["kinds", "methods", "properties", "reports", "posts"];

const introduction = `# Standards

One table per document: by section what is offered, which packages serve it, which checks of
[docs/standards](standards/README.md) hold it and which packages test it; then what is left out, and why. A section stands
for those below it: 9.8 for 9.8.3. \`npm run coverage:spec\` prints the files of every check.

This page is written by \`npm run docs:standards\` from what the extensions declare, from the sections that code and tests
name, and from [documents.md](standards/documents.md); edit those.
`;

/** Sections a text cites: \`RFC 4791 5.2.6, 5.2.7\` gives two. Each with what stands in front of its second dot only. */
function* citations(text) {
  for (const [, number, list] of text.matchAll(
    /RFC (\d{3,5})(?: ((?:§?\d+(?:\.\d+)*|appendix [A-Z])(?:,? (?:and )?§?\d+(?:\.\d+)*)*))?/g,
  )) {
    const found = list?.match(/appendix [A-Z]|\d+(?:\.\d+)*/g) ?? [];
    for (const section of found.filter((each) => !/^\d{3}/.test(each))) {
      yield { document: `RFC ${number}`, section: section.split(".").slice(0, 2).join(".") };
    }
  }
}

const key = ({ document, section }) => `${document} ${section}`;
const local = (name) => name.replace(/^\{.*\}/, "");
const packageOf = (file) => (file.startsWith("compat") ? "compat" : file.split("/")[1]);

/** A map of sets that grows by itself. */
const growing = () => {
  const map = new Map();
  return {
    add: (at, value) => map.set(at, (map.get(at) ?? new Set()).add(value)),
    get: (at) => [...(map.get(at) ?? [])],
    map,
  };
};

/** What is known of each section: names offered, packages that serve and test it, checks. */
function gathered() {
  const known = { offered: growing(), served: growing(), tested: growing(), checks: growing() };
  for (const extension of extensions) {
    for (const part of declared) {
      for (const def of extension[part] ?? []) {
        const name = def.verb ?? def.root ?? def.name ?? `${def.kind} (kind)`;
        for (const at of citations(def.spec)) {
          known.offered.add(key(at), local(name));
          known.served.add(key(at), extension.name);
        }
      }
    }
  }
  const sectionsOf = new Map();
  for (const { id, section } of tables.flatMap(checksOf)) {
    const at = [...citations(section.replaceAll("§", "").replaceAll("App. ", "appendix "))].map(key);
    sectionsOf.set(id, at);
    for (const each of at) known.checks.add(each, id);
  }
  for (const { file, text, isTest } of sources()) {
    if (!isTest && packageOf(file) === "testkit") continue;
    const into = isTest ? known.tested : known.served;
    for (const at of citations(text)) into.add(key(at), packageOf(file));
    for (const id of idsIn(text)) for (const at of sectionsOf.get(id) ?? []) into.add(at, packageOf(file));
  }
  return known;
}

const parts = (section) => (section.startsWith("app") ? [1000, section.charCodeAt(9)] : section.split(".").map(Number));
const bySection = (a, b) => {
  const [x, y] = [parts(a), parts(b)];
  return x[0] - y[0] || (x[1] ?? -1) - (y[1] ?? -1);
};

const code = (names) =>
  [...names]
    .sort()
    .map((name) => `\`${name}\``)
    .join(", ");
const list = (names) => [...names].sort().join(", ");

/** Ids in order, runs joined: ACL-30..32. Those without a test, but with a reason, in parentheses. */
function runs(ids) {
  const shown = (id) => (reasons.has(id) ? `(${id})` : id);
  return ids
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map(shown)
    .join(", ");
}

function tableOf(document, known) {
  const of = (...maps) => {
    const all = maps.flatMap(({ map }) => [...map.keys()]).filter((at) => at.startsWith(`${document} `));
    return [...new Set(all)].map((at) => at.slice(document.length + 1)).sort(bySection);
  };
  // Sections that only the code names are told where nothing else is known of the document.
  const held = of(known.offered, known.checks);
  const sections = held.length > 0 ? held : of(known.served);
  const rows = sections.map((section) => {
    const at = `${document} ${section}`;
    const cells = [section, code(known.offered.get(at)), list(known.served.get(at)), runs(known.checks.get(at))];
    return `| ${[...cells, list(known.tested.get(at))].join(" | ")} |`;
  });
  return ["| section | offered | served by | checks | tested in |", "| --- | --- | --- | --- | --- |", ...rows];
}

/** What is held of the systems whose place the server takes: by system its checks, and the packages that test them. */
function oldSystems() {
  const tested = growing();
  for (const { file, text, isTest } of sources()) {
    if (isTest) for (const id of idsIn(text)) tested.add(id, packageOf(file));
  }
  const rows = chaptersOf("old-systems.md").map(({ title, checks }) => {
    const ids = checks.map(({ id }) => id);
    const [without, held] = [ids.filter((id) => !tested.map.has(id)), ids.filter((id) => tested.map.has(id))];
    return `| ${[title, held.length, runs(without), list(new Set(held.flatMap(tested.get)))].join(" | ")} |`;
  });
  return [
    "## Old systems",
    "",
    "Where people come from; [the checks](standards/old-systems.md) say what they expect.",
    "",
    "| system | checks with a test | checks without | tested in |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** The whole page as Markdown. Throws when a declaration or a check cites an RFC that documents.md does not know. */
export function standardsPage() {
  const rows = rowsOf("documents.md");
  const documents = rows.filter(([document, ...rest]) => document.startsWith("RFC") && rest.length === 1);
  const left = rows.filter(([document, ...rest]) => document.startsWith("RFC") && rest.length === 3);
  const known = gathered();
  const titles = new Set(documents.map(([document]) => document));
  for (const at of known.offered.map.keys()) {
    const document = at.split(" ").slice(0, 2).join(" ");
    if (!titles.has(document))
      throw new Error(`docs/standards/documents.md does not know ${document}, which is declared`);
  }
  const chapters = documents.map(([document, title]) => {
    const without = left.filter(([which]) => which.split(", ").includes(document));
    const notDone = without.map(
      ([, section, what, why]) => `- ${section.trim() === "" ? "" : `${section}: `}${what}. Why: ${why}.`,
    );
    return [
      `## ${document}: ${title}`,
      "",
      ...tableOf(document, known),
      ...(notDone.length > 0 ? ["", "Not done:", "", ...notDone] : []),
      "",
    ].join("\n");
  });
  return [introduction, ...chapters, oldSystems()].join("\n");
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, standardsPage());

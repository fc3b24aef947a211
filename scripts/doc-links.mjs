// Every link between pages has to lead to a file, and to a heading where it names one; and every page of docs/ has to be
// two steps from the README at the most.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const pages = execFileSync("git", ["ls-files", "*.md"], { encoding: "utf8" }).trim().split("\n");
const textOf = (page) => readFileSync(page, "utf8").replace(/^```[\s\S]*?^```/gm, "");

/** The names of headings as GitHub makes them. */
const anchorsOf = (page) =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );

/** Where a page leads, beside itself: file and heading. */
function linksOf(page) {
  const links = [...textOf(page).matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
  return links.map(([, path, anchor]) => ({ to: path === "" ? page : normalize(join(dirname(page), path)), anchor }));
}

const faults = [];
for (const page of pages) {
  for (const { to, anchor } of linksOf(page)) {
    if (!existsSync(to)) faults.push(`${page}: ${to} is not there`);
    else if (anchor && !anchorsOf(to).includes(anchor)) faults.push(`${page}: ${to} has no heading #${anchor}`);
  }
}

const STEPS = 2;
let reached = new Set(["README.md"]);
for (let step = 0; step < STEPS; step++) {
  const further = [...reached]
    .filter((page) => page.endsWith(".md"))
    .flatMap((page) => linksOf(page).map(({ to }) => to));
  reached = new Set([...reached, ...further]);
}
for (const page of pages) {
  if (page.startsWith("docs/") && !reached.has(page)) faults.push(`${page} is not ${STEPS} steps from the README`);
}

for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

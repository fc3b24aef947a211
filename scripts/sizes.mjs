// Lists source files and functions that are longer than we aim for, longest first: a list to read, not a gate.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const AIMS = { file: 300, function: 60 };
const found = { file: [], function: [] };

for (const name of readdirSync("packages")) {
  const src = join("packages", name, "src");
  for (const entry of readdirSync(src, { recursive: true }).filter(
    (f) => f.endsWith(".ts") && !f.endsWith(".test.ts"),
  )) {
    const file = join(src, entry);
    const text = readFileSync(file, "utf8");
    const lines = text.split("\n").length;
    if (lines > AIMS.file) found.file.push([lines, file]);
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    visit(tree, tree, file);
  }
}

function visit(node, tree, file) {
  if (ts.isFunctionLike(node) && node.body) {
    const line = (position) => tree.getLineAndCharacterOfPosition(position).line;
    const length = line(node.end) - line(node.getStart(tree)) + 1;
    const owner = node.name ?? node.parent?.name;
    const inner = node.parent && ts.isCallExpression(node.parent);
    if (length > AIMS.function && !inner) {
      found.function.push([length, `${file}:${line(node.getStart(tree)) + 1} ${owner?.getText(tree) ?? "(unnamed)"}`]);
    }
  }
  ts.forEachChild(node, (child) => visit(child, tree, file));
}

for (const [kind, rows] of Object.entries(found)) {
  console.log(`${kind}s over ${AIMS[kind]} lines: ${rows.length}`);
  for (const [length, where] of rows.sort((a, b) => b[0] - a[0]))
    console.log(`  ${String(length).padStart(4)}  ${where}`);
}

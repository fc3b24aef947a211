// npm hoists, so an import that a package does not declare still resolves. This compares both.
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import ts from "typescript";

const packageOf = (name) =>
  name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
const isBuiltin = (name) => name.startsWith("node:") || builtinModules.includes(name);
const isTest = (file) => /\.test\.ts$/.test(file);

let faults = 0;
for (const name of readdirSync("packages")) {
  const manifest = JSON.parse(readFileSync(join("packages", name, "package.json"), "utf8"));
  // The testkit never runs in production, so what it needs is declared for development alone.
  const development = name === "testkit" ? Object.keys(manifest.devDependencies ?? {}) : [];
  const declared = new Set([manifest.name, ...Object.keys(manifest.dependencies ?? {}), ...development]);
  const src = join("packages", name, "src");
  for (const file of readdirSync(src, { recursive: true }).filter((f) => f.endsWith(".ts") && !isTest(f))) {
    const text = readFileSync(join(src, file), "utf8");
    for (const { fileName: found } of ts.preProcessFile(text).importedFiles) {
      if (found.startsWith(".") || isBuiltin(found) || declared.has(packageOf(found))) continue;
      console.error(`${join(src, file)}: imports ${found}, which ${manifest.name} does not declare`);
      faults++;
    }
  }
}
console.log(faults === 0 ? "every import is declared" : `${faults} undeclared imports`);
process.exit(faults === 0 ? 0 : 1);

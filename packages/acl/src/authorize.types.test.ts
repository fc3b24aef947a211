import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const head = `
import type { PrincipalId } from "@kalends/store";
import { type Authorized, authorize, type Held, type NeededRight } from "./authorize.js";
declare const by: PrincipalId; declare const held: Held; declare const declared: readonly NeededRight[];
declare function insert(at: Authorized<string, "i">): void;
declare function replace(at: Authorized<string, "i" | "d">): void;
declare function checked(at: Authorized<string>): void;
const i = authorize("x", by, held, [{ right: "i", on: "parent" }]);
const id = authorize("x", by, held, [{ right: "i", on: "self" }, { right: "d", on: "self" }]);
const unknown = authorize("x", by, held, declared);
`;

const cases: readonly (readonly [title: string, code: string, compiles: boolean])[] = [
  ["a proof serves what it proves", "insert(i); replace(id);", true],
  ["a proof of more serves where less is asked", "insert(id);", true],
  ["every proof says that the check was made", "checked(i); checked(id); checked(unknown);", true],
  ["a proof of less does not serve", "replace(i);", false],
  ["needs known only at run time prove no letter", "insert(unknown);", false],
  ["a proof for something else does not serve", "insert(authorize(1, by, held, [{ right: 'i', on: 'self' }]));", false],
  ["no proof can be written by hand", "insert({ target: 'x', by, held });", false],
  ["what was not checked does not pass", "checked('x');", false],
  ["unknown letters are refused", "authorize('x', by, held, [{ right: 'q', on: 'self' }]);", false],
];

function faultsOf(): ReadonlyMap<string, readonly string[]> {
  const files = new Map(cases.map(([, code], n) => [here(`./misuse-${n}.ts`), head + code]));
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
    skipLibCheck: true,
    paths: { "@kalends/store": [here("../../store/src/database.ts")] },
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  const getSourceFile = host.getSourceFile;
  host.getSourceFile = (path, ...rest) => {
    const text = files.get(path);
    return text === undefined ? getSourceFile(path, ...rest) : ts.createSourceFile(path, text, ts.ScriptTarget.ES2023);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  const messages = (path: string) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(path))
      .map((found) => ts.flattenDiagnosticMessageText(found.messageText, "\n"));
  return new Map(cases.map(([title], n) => [title, messages(here(`./misuse-${n}.ts`))]));
}

describe("the type of the proof", () => {
  const faults = faultsOf();
  it.each(cases)("%s: %j (ACL-70)", (title, _code, compiles) => {
    const found = faults.get(title) ?? ["not compiled"];
    if (compiles) expect(found).toEqual([]);
    else expect(found).toHaveLength(1);
  });
});

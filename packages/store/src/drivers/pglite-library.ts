import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";

/** Where PGlite keeps its files. */
const folder = (): string => dirname(createRequire(import.meta.url).resolve("@electric-sql/pglite"));

export function pgliteVersion(): string {
  const { version } = JSON.parse(readFileSync(join(folder(), "..", "package.json"), "utf8")) as { version: string };
  return version;
}

/** The parts of it used here; the types of Node leave it out. */
interface Compiler {
  readonly Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  compile(octets: Uint8Array): Promise<object>;
}

/**
 * What runs often is compiled anew by threads beside, each of which keeps the memory it took; one of them is quick enough. Engines
 * that do not know the word go on as they were.
 */
const compileInTurn = (): void => setFlagsFromString("--wasm-num-compilation-tasks=1");

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Compiler };
const PAGE = 64 * 1024;

/**
 * PostgreSQL, ready to be started. It is read into memory of the engine's own kind: the C library, once nine megabytes were given
 * back to it, would keep whatever less any thread gives back later, some fifty megabytes at rest.
 */
export function compilePostgres(): Promise<object> {
  compileInTurn();
  const file = openSync(join(folder(), "pglite.wasm"), "r");
  try {
    const { size } = fstatSync(file);
    const { buffer } = new WebAssembly.Memory({ initial: Math.ceil(size / PAGE) });
    const octets = new Uint8Array(buffer, 0, size);
    readSync(file, octets);
    return WebAssembly.compile(octets);
  } finally {
    closeSync(file);
  }
}

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OffloadTask } from "@kalends/dav-core";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkerPool, type WorkerPool } from "./offload.js";

/** What the workers of these tests do, as a module of their own. */
const tasks = `
const wait = new Int32Array(new SharedArrayBuffer(4));
let left = 0;
export const tasks = [
  { name: "count", inline: function* (to) { for (let n = 0; n < to; n += 1) yield n; } },
  { name: "break", inline: function* () { yield 0; yield 1; throw new RangeError("broken in the middle"); } },
  { name: "hang", inline: function* () { yield 0; Atomics.wait(wait, 0, 0); } },
  { name: "leave", inline: function* () { try { for (;;) yield 0; } finally { left += 1; } } },
  { name: "left", inline: () => left },
  { name: "exit", inline: function* () { yield 0; process.exit(3); } },
];`;

let directory: string;
let pool: WorkerPool;

// Threads load JavaScript, so the sources are translated for them; nothing depends on what was built before.
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "kalends-offload-"));
  const put = (name: string, text: string) => writeFile(join(directory, name), text);
  await put("package.json", '{ "type": "module" }');
  await put("tasks.js", tasks);
  await put(
    "worker.js",
    `import { answering } from "./offload-call.js";\nimport { tasks } from "./tasks.js";
export default answering(tasks);`,
  );
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  for (const name of ["heap", "offload-call", "offload-fault", "offload-portions"]) {
    const source = await readFile(new URL(`${name}.ts`, import.meta.url), "utf8");
    await put(`${name}.js`, ts.transpileModule(source, { compilerOptions }).outputText);
  }
  pool = poolWith(30_000);
});
afterAll(async () => {
  await pool.close();
  await rm(directory, { recursive: true });
});

const poolWith = (deadline: number) => openWorkerPool({ threads: 1, deadline, worker: join(directory, "worker.js") });

/** A task of the module above; here it must not run. */
const inWorker = <A, R>(name: string): OffloadTask<A, R> => ({
  name,
  inline: () => {
    throw new TypeError("not in a worker");
  },
  weigh: () => 10 ** 6,
});
const count = inWorker<number, Iterable<number>>("count");

async function collect<P>(portions: AsyncIterable<P>): Promise<{ taken: readonly P[]; error: string | null }> {
  const taken: P[] = [];
  try {
    for await (const portion of portions) taken.push(portion);
    return { taken, error: null };
  } catch (error) {
    return { taken, error: (error as Error).message };
  }
}

const openPorts = () => process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;

/** Closing is told to the event loop; a few turns later the port is gone. */
async function portsAfterAWhile(wanted: number): Promise<number> {
  for (let turn = 0; turn < 1000 && openPorts() > wanted; turn += 1) await new Promise(setImmediate);
  return openPorts();
}

describe("portions from a worker thread", () => {
  it("come all, in order", async () => {
    const { taken, error } = await collect(pool.stream(count, 300));
    expect(error).toBeNull();
    expect(taken).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  it("come each in a turn of the event loop of its own", async () => {
    let turns = 0;
    let last = -1;
    const tick = () => {
      turns += 1;
      ticking = setImmediate(tick);
    };
    let ticking = setImmediate(tick);
    for await (const n of pool.stream(count, 50)) {
      expect(turns, `portion ${n}`).toBeGreaterThan(last);
      last = turns;
    }
    clearImmediate(ticking);
  });

  it("are none for an empty result", async () => {
    expect(await collect(pool.stream(count, 0))).toEqual({ taken: [], error: null });
  });

  it("end with the worker's error after those that came before it", async () => {
    const { taken, error } = await collect(pool.stream(inWorker<null, Iterable<number>>("break"), null));
    expect(taken).toEqual([0, 1]);
    expect(error).toBe("work in a worker thread failed: broken in the middle");
  });

  it("end with an error at the deadline, and the worker is replaced", async () => {
    const hurried = poolWith(1500);
    const { taken, error } = await collect(hurried.stream(inWorker<null, Iterable<number>>("hang"), null));
    expect(taken).toEqual([0]);
    expect(error).toMatch(/^work in a worker thread failed: .*abort/i);
    expect(await collect(hurried.stream(count, 2))).toEqual({ taken: [0, 1], error: null });
    await hurried.close();
  });

  it("end with an error when the worker dies, and the worker is replaced", async () => {
    const { taken, error } = await collect(pool.stream(inWorker<null, Iterable<number>>("exit"), null));
    expect(taken.length).toBeLessThanOrEqual(1);
    expect(error).toMatch(/^work in a worker thread failed: /);
    expect(await collect(pool.stream(count, 2))).toEqual({ taken: [0, 1], error: null });
  });

  it("are made no more once the reader stops, and the thread is free for others", async () => {
    for await (const portion of pool.stream(inWorker<null, Iterable<number>>("leave"), null)) {
      expect(portion).toBe(0);
      break;
    }
    expect(await pool.run(inWorker<null, number>("left"), null)).toBe(1);
  });

  it("leave no port open, however they end", async () => {
    const before = openPorts();
    await collect(pool.stream(count, 3));
    await collect(pool.stream(inWorker<null, Iterable<number>>("break"), null));
    for await (const _ of pool.stream(count, 1000)) break;
    await collect(pool.stream(inWorker<null, Iterable<number>>("unknown"), null));
    expect(await portsAfterAWhile(before)).toBe(before);
  });

  it("say what an unknown task is", async () => {
    const { error } = await collect(pool.stream(inWorker<null, Iterable<number>>("unknown"), null));
    expect(error).toBe("work in a worker thread failed: no task unknown");
  });
});

describe("a small input", () => {
  const twice: OffloadTask<number, Iterable<number>> = { name: "twice", inline: (n) => [n, n], weigh: () => 10 };

  it("stays in this thread, and others still get their turn between portions", async () => {
    let turns = 0;
    const seen: number[] = [];
    for await (const portion of pool.stream(twice, 7)) {
      seen.push(portion, turns);
      setImmediate(() => (turns += 1));
    }
    expect(seen).toEqual([7, 0, 7, 1]);
  });
});

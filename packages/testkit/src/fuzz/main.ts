// npm run fuzz -- [--count N] [--seed N] [--first N] [--database embedded|postgres] [--keep FOLDER] [--replay FILE]
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { figuresText } from "./figures.js";
import { prepare } from "./honest.js";
import { faultOf } from "./judge.js";
import { type Failure, run } from "./run.js";
import type { Shot } from "./shot.js";
import { startTarget } from "./target.js";
import { openWire } from "./wire.js";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "3000" },
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "0" },
    database: { type: "string", default: "embedded" },
    keep: { type: "string", default: "fuzz-failures" },
    replay: { type: "string" },
  },
});

let interrupted = false;
process.once("SIGINT", () => {
  interrupted = true;
});

const target = await startTarget(values.database === "postgres" ? "postgres" : "embedded");
try {
  process.exitCode = await (values.replay === undefined ? shoot() : replay(values.replay));
} finally {
  await target.stop();
}

function keep(failure: Failure): void {
  mkdirSync(values.keep, { recursive: true });
  const file = join(values.keep, `seed-${values.seed}-${failure.n}.json`);
  writeFileSync(file, `${JSON.stringify(failure, null, 2)}\n`);
  console.log(`FAILED ${failure.fault}: ${file}\n  ${JSON.stringify(failure.smaller).slice(0, 600)}`);
}

async function shoot(): Promise<number> {
  const done = await run(target, {
    seed: Number(values.seed),
    count: Number(values.count),
    first: Number(values.first),
    isOver: () => interrupted,
    onFailure: keep,
    onProgress: (shots, failures) => process.stderr.write(`${shots} requests, ${failures} failures\r`),
  });
  console.log(figuresText(done));
  return done.failures.length + done.aftermath.length === 0 ? 0 : 1;
}

/** Sends the smaller and the whole shot of a kept failure to a fresh server and shows what is answered. */
async function replay(file: string): Promise<number> {
  const { shot, smaller } = JSON.parse(readFileSync(file, "utf8")) as { readonly shot: Shot; readonly smaller: Shot };
  const honest = await prepare(target);
  const wire = openWire(target.base);
  let failed = 0;
  for (const one of [smaller, shot]) {
    const outcome = await wire.send(one);
    const fault = faultOf(one, outcome);
    if (fault !== null) failed++;
    console.log(`${fault ?? "well answered"} in ${outcome.milliseconds.toFixed(0)} ms`);
    for (const { head, body } of outcome.replies) console.log(`${head}\n\n${body.slice(0, 2000)}\n`);
  }
  console.log((await honest.check()).join("\n") + target.log());
  wire.close();
  honest.close();
  return failed;
}

// Faults and bad habits in Dockerfiles; a warning counts like an error: node scripts/lint-dockerfile.mjs FILE…
import { readFileSync } from "node:fs";
import { validate } from "dockerfile-utils";

let faults = 0;
for (const file of process.argv.slice(2)) {
  for (const { range, message } of validate(readFileSync(file, "utf8"))) {
    console.error(`${file}:${range.start.line + 1}: ${message}`);
    faults++;
  }
}
process.exit(faults === 0 ? 0 : 1);

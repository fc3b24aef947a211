#!/usr/bin/env node
import { existsSync } from "node:fs";

// A reader that has seen enough, such as head, is no fault.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const entry = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(entry)) {
  const { main } = await import(entry.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write("kalends: not built yet; run this in the checkout first: npm run build\n");
  process.exitCode = 1;
}

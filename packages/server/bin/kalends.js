#!/usr/bin/env node
import { existsSync, readdirSync, statSync } from "node:fs";

// A reader that has seen enough, such as head, is no fault.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const bundle = new URL("../dist/kalends.mjs", import.meta.url);
const modules = new URL("../dist/cli/main.js", import.meta.url);

/** When something was written last, in milliseconds; 0 = it is not there. */
const writtenAt = (url) => statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The bundle, unless one of the packages was compiled after it. */
function entry() {
  const packages = new URL("../../", import.meta.url);
  const isOlder = readdirSync(packages).some(
    (name) => writtenAt(new URL(`${name}/tsconfig.tsbuildinfo`, packages)) > writtenAt(bundle),
  );
  return existsSync(bundle) && !isOlder ? bundle : modules;
}

if (existsSync(modules)) {
  const { main } = await import(entry().href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write("kalends: not built yet; run this in the checkout first: npm run build\n");
  process.exitCode = 1;
}

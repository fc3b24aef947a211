// Makes the next numbered migration of the store: npm run db:new -- <name>
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = "packages/store/src/migrations";
const [name] = process.argv.slice(2);
if (!name || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
  console.error("usage: npm run db:new -- name-in-lower-case");
  process.exit(2);
}
const last = Math.max(0, ...readdirSync(folder).map((file) => Number.parseInt(file, 10) || 0));
const path = join(folder, `${String(last + 1).padStart(4, "0")}-${name}.sql`);
writeFileSync(
  path,
  "-- What this changes and why. Old processes still run while it is applied: add, never remove or rename.\n",
  { flag: "wx" },
);
console.log(path);

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { CAUSES } from "./causes.js";
import { checks } from "./checks.js";

const page = readFileSync(new URL("../../../../docs/doctor.md", import.meta.url), "utf8").replace(/\s+/g, " ");

it("docs/doctor.md names every check, and every cause with its remedy, as the doctor does", () => {
  for (const { name, about } of checks) expect(page).toContain(`| \`${name}\` | ${about} |`);
  for (const [id, { level, cause, remedy }] of Object.entries(CAUSES)) {
    expect(page.replace(/ +\|/g, " |")).toContain(`| \`${id}\` | ${level} | ${cause} | ${remedy} |`);
  }
});

it("checks need only what comes before them", () => {
  const names = checks.map(({ name }) => name);
  const late = checks.flatMap(({ needs }, i) =>
    needs.filter((need) => !names.includes(need) || names.indexOf(need) === i),
  );
  expect(late).toEqual([]);
});

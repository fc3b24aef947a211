import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { standardsPage } from "../../../scripts/standards-page.mjs";

it("docs/standards.md says what is declared, checked and tested; npm run docs:standards writes it", () => {
  const page = readFileSync(new URL("../../../docs/standards.md", import.meta.url), "utf8");
  expect(page).toBe((standardsPage as () => string)());
});

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { settingsPage } from "../../../../scripts/settings-page.mjs";

it("docs/settings.md says what the schema says; npm run docs:settings writes it", () => {
  const page = readFileSync(new URL("../../../../docs/settings.md", import.meta.url), "utf8");
  expect(page).toBe((settingsPage as () => string)());
});

import { expect, it } from "vitest";
import { shownError } from "./log.js";

it("shows kind, message, code and stack of an error and its causes, and nothing else that hangs on it", () => {
  const cause = Object.assign(new Error("duplicate key"), {
    code: "23505",
    detail: "Key (secret)=(hunter2)",
    parameters: ["hunter2"],
  });
  const shown = JSON.stringify(shownError(new RangeError("it failed", { cause })));
  expect(shown).toContain('"type":"RangeError"');
  expect(shown).toContain('"code":"23505"');
  expect(shown).not.toContain("hunter2");
});

it("follows causes that go round only so far", () => {
  const error = new Error("round");
  error.cause = error;
  expect(JSON.stringify(shownError(error)).match(/round/g)?.length).toBeLessThan(20);
});

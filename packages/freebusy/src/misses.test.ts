import { expect, it } from "vitest";
import { createMisses } from "./misses.js";

it("allows so many look-ups in vain in a quarter of an hour, from each address (DSC-83)", () => {
  let now = 0;
  const misses = createMisses(2, () => now);
  for (let i = 0; i < 5; i++) {
    expect(misses.look("a")).toBe(0);
    misses.found("a");
  }
  expect([misses.look("a"), misses.look("a"), misses.look("a"), misses.look("b")]).toEqual([0, 0, 900, 0]);
  now = 899_500;
  expect(misses.look("a")).toBe(1);
  now = 900_000;
  expect(misses.look("a")).toBe(0);
});

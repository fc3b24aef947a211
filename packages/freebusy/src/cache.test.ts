import { expect, it } from "vitest";
import { createCache } from "./cache.js";

it("makes a text once while it is remembered, and forgets the one used least recently", async () => {
  const cache = createCache(2);
  const made: string[] = [];
  const get = (key: string) =>
    cache.get(key, async () => {
      made.push(key);
      return `text of ${key}`;
    });
  for (const key of ["a", "b", "a", "c", "a", "b"]) expect(await get(key)).toBe(`text of ${key}`);
  expect(made).toEqual(["a", "b", "c", "b"]);
});

it("does not remember what could not be made", async () => {
  const cache = createCache(2);
  await expect(cache.get("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await cache.get("a", async () => "now")).toBe("now");
});

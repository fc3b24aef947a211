import { expect, it } from "vitest";
import { HELP, readOptions } from "./options.mjs";
import { workloads } from "./workloads/index.mjs";

it("has passes of connections and workers", () => {
  expect(readOptions([]).passes).toEqual([
    { connections: 1, workers: 1 },
    { connections: 8, workers: 1 },
  ]);
  expect(readOptions(["--connections", "1,8", "--workers", "1,2"]).passes.at(-1)).toEqual({
    connections: 8,
    workers: 2,
  });
});

it("refuses what it does not know with a sentence", () => {
  expect(() => readOptions(["--workloads", "W99"])).toThrow("there is no W99");
  expect(() => readOptions(["--events", "none"])).toThrow("--events has to be a number above 0");
  expect(() => readOptions(["--colour"])).toThrow("colour");
});

it("tells about every workload in its help", () => {
  for (const { id } of workloads) expect(HELP).toContain(id);
});

import { expect, it } from "vitest";
import { configSchema } from "../config/schema.js";
import { createFreeBusyFiles } from "./free-busy.js";

const files = (freeBusy: Record<string, unknown>, clock = () => 0) =>
  createFreeBusyFiles(configSchema.parse({ freeBusy }), clock);

it("knows the networks that may read, by address and prefix (VFB-06)", () => {
  const { callerFrom } = files({ networks: "10.0.0.0/8, 192.0.2.7 fd00::/8" });
  const inside = ["10.1.2.3", "::ffff:10.1.2.3", "192.0.2.7", "fd00::1%eth0"];
  const outside = ["11.0.0.1", "192.0.2.8", "fe80::1", "", "nonsense"];
  expect(inside.filter((address) => !callerFrom(address).isInNetwork)).toEqual([]);
  expect(outside.filter((address) => callerFrom(address).isInNetwork)).toEqual([]);
});

it("refuses look-ups after too many in vain from one address; those that found something do not count (DSC-83)", () => {
  const { callerFrom } = files({ misses: 2 });
  const caller = callerFrom("192.0.2.1");
  for (let i = 0; i < 5; i++) {
    expect(caller.look()).toBe(0);
    caller.found();
  }
  expect([caller.look(), caller.look()]).toEqual([0, 0]);
  expect(caller.look()).toBe(15 * 60);
  expect(callerFrom("192.0.2.2").look()).toBe(0);
});

it.each(["10.0.0.0/33", "fd00::/129", "local", "10.0.0.1/", "10.0.0.0/8;"])("refuses the network %j", (networks) => {
  expect(configSchema.safeParse({ freeBusy: { networks } }).success).toBe(false);
});

import { describe, expect, it } from "vitest";
import { addressBlock, createThrottle } from "./throttle.js";

function setUp(limit = 3) {
  let now = 1_000_000;
  const throttle = createThrottle({ clock: () => now, limit, windowMs: 60_000, capacity: 10 });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { throttle, pass };
}

describe("the throttle of sign-ins", () => {
  it("refuses after so many failures and says when to come back", () => {
    const { throttle, pass } = setUp();
    for (let n = 0; n < 3; n++) {
      expect(throttle.take("10.0.0.1", "ann").allowed).toBe(true);
      pass(10_000);
    }
    expect(throttle.take("10.0.0.1", "ann")).toEqual({ allowed: false, retryAfter: 30 });
  });

  it("does not prolong the wait by refused attempts: the window slides", () => {
    const { throttle, pass } = setUp();
    for (let n = 0; n < 3; n++) throttle.take("10.0.0.1", "ann");
    for (let n = 0; n < 59; n++) {
      pass(1_000);
      expect(throttle.take("10.0.0.1", "ann").allowed).toBe(false);
    }
    pass(1_000);
    expect(throttle.take("10.0.0.1", "ann").allowed).toBe(true);
  });

  it("counts per address and account", () => {
    const { throttle } = setUp(1);
    throttle.take("10.0.0.1", "ann");
    expect(throttle.take("10.0.0.1", "ann").allowed).toBe(false);
    expect(throttle.take("10.0.0.2", "ann").allowed).toBe(true);
    expect(throttle.take("10.0.0.1", "bob").allowed).toBe(true);
  });

  it("forgets failures after a success, and attempts that were not made", () => {
    const { throttle } = setUp(2);
    throttle.take("a", "ann");
    throttle.reset("a", "ann");
    throttle.take("a", "ann");
    throttle.take("a", "ann");
    throttle.giveBack("a", "ann");
    expect(throttle.take("a", "ann").allowed).toBe(true);
    expect(throttle.take("a", "ann").allowed).toBe(false);
  });

  it("remembers a bounded number of pairs", () => {
    const { throttle } = setUp(1);
    throttle.take("a", "first");
    for (let n = 0; n < 10; n++) throttle.take("a", `other${n}`);
    expect(throttle.take("a", "first").allowed).toBe(true);
  });

  it("takes a whole IPv6 /64 for one client", () => {
    const block = addressBlock("2001:db8:0:1:aaaa::1");
    expect(addressBlock("2001:0db8:0000:0001:ffff:1:2:3")).toBe(block);
    expect(addressBlock("2001:db8:0:2::1")).not.toBe(block);
    expect(addressBlock("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
    expect(addressBlock("::ffff:10.1.2.3")).toBe("10.1.2.3");
    expect(addressBlock("10.1.2.3")).toBe("10.1.2.3");
  });
});

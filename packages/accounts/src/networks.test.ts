import { describe, expect, it } from "vitest";
import { addressBlock, checkedNetwork, isWithin } from "./networks.js";

describe("networks", () => {
  it.each([
    ["192.0.2.7", ["192.0.2.0/24"], true],
    ["192.0.3.7", ["192.0.2.0/24"], false],
    ["::ffff:192.0.2.7", ["192.0.2.0/24"], true],
    ["192.0.2.7", ["192.0.2.7"], true],
    ["2001:db8:1::5", ["2001:db8::/32"], true],
    ["2001:db9::5", ["2001:db8::/32"], false],
    ["fe80::1%eth0", ["fe80::/10"], true],
    ["192.0.2.7", ["::/0"], false],
    ["192.0.2.7", [], false],
    ["somewhere", ["0.0.0.0/0"], false],
    ["", ["0.0.0.0/0"], false],
  ])("%s within %j: %j", (address, networks, expected) => {
    expect(isWithin(address, networks)).toBe(expected);
  });

  it("are written with their length, and refused when they are none", () => {
    expect(checkedNetwork(" 192.0.2.7 ")).toBe("192.0.2.7/32");
    expect(checkedNetwork("2001:DB8::/32")).toBe("2001:db8::/32");
    for (const text of ["", "192.0.2.0/33", "192.0.2", "here", "::/129", "192.0.2.0/x"])
      expect(() => checkedNetwork(text)).toThrow("is no network");
  });

  it("count a whole IPv6 /64 for one client", () => {
    const block = addressBlock("2001:db8:0:1:aaaa::1");
    expect(addressBlock("2001:0db8:0000:0001:ffff:1:2:3")).toBe(block);
    expect(addressBlock("2001:db8:0:2::1")).not.toBe(block);
    expect(addressBlock("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
    expect(addressBlock("::ffff:10.1.2.3")).toBe("10.1.2.3");
    expect(addressBlock("10.1.2.3")).toBe("10.1.2.3");
  });
});

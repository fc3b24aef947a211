import { describe, expect, it } from "vitest";
import { extendedTarget, plainAddress, portArgument, portTarget } from "./addresses.js";

const codeOf = (work: () => unknown): number => {
  try {
    work();
  } catch (error) {
    return (error as { readonly code: number }).code;
  }
  return 0;
};

describe("addresses of data connections", () => {
  it("are read from PORT and EPRT (RFC 959 4.1.2, RFC 2428 2)", () => {
    expect(portTarget("192,0,2,7,195,80")).toEqual({ address: "192.0.2.7", port: 50_000 });
    expect(extendedTarget("|1|192.0.2.7|50000|")).toEqual({ address: "192.0.2.7", port: 50_000 });
    expect(extendedTarget("!2!2001:DB8::1!50000!")).toEqual({ address: "2001:db8::1", port: 50_000 });
    expect(portArgument("192.0.2.7", 50_000)).toBe("192,0,2,7,195,80");
  });

  it.each(["", "1,2,3,4,5", "1,2,3,4,5,6,7", "256,0,0,1,1,1", "a,b,c,d,e,f", "1,2,3,4,5,999"])(
    "PORT %j is 501",
    (text) => {
      expect(codeOf(() => portTarget(text))).toBe(501);
    },
  );

  it.each([
    ["", 501],
    ["|1|192.0.2.7|50000", 501],
    ["|1|2001:db8::1|50000|", 501],
    ["|2|192.0.2.7|50000|", 501],
    ["|1|192.0.2.7|99999|", 501],
    ["|3|x|50000|", 522],
  ])("EPRT %j is %i", (text, code) => {
    expect(codeOf(() => extendedTarget(text))).toBe(code);
  });

  it("are IPv4 where they are mapped into IPv6", () => {
    expect(["::ffff:192.0.2.7", "FE80::1%eth0", undefined].map(plainAddress)).toEqual(["192.0.2.7", "fe80::1", ""]);
  });
});

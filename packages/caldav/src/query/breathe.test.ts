import type { Exchange } from "@kalends/dav-core";
import { describe, expect, it } from "vitest";
import { breathing } from "./breathe.js";

const request = (clock: () => number, signal = new AbortController().signal) =>
  ({ services: { clock }, signal }) as Pick<Exchange, "services" | "signal">;

describe("breathing", () => {
  it("gives way when the stretch is used up, and not before (CAL-113)", async () => {
    let now = 0;
    const breathe = breathing(request(() => now));
    expect(breathe()).toBeUndefined();
    now = 15;
    let others = false;
    setImmediate(() => {
      others = true;
    });
    await breathe();
    expect(others).toBe(true);
    expect(breathe()).toBeUndefined();
  });

  it("gives way after a hundred pieces even if the clock stands still", () => {
    const breathe = breathing(request(() => 0));
    const pauses = Array.from({ length: 100 }, breathe).filter((pause) => pause !== undefined);
    expect(pauses).toHaveLength(1);
  });

  it("ends the work once the request is over", () => {
    const controller = new AbortController();
    const breathe = breathing(request(() => 0, controller.signal));
    expect(breathe()).toBeUndefined();
    controller.abort(new RangeError("over"));
    expect(breathe).toThrow(RangeError);
  });
});

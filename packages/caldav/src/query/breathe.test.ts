import { describe, expect, it } from "vitest";
import { breathing } from "./breathe.js";

describe("breathing", () => {
  it("gives way when the stretch is used up, and not before (CAL-113)", async () => {
    let now = 0;
    const breathe = breathing(() => now);
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
    const breathe = breathing(() => 0);
    const pauses = Array.from({ length: 100 }, breathe).filter((pause) => pause !== undefined);
    expect(pauses).toHaveLength(1);
  });
});

import { describe, expect, it } from "vitest";
import { askedWindow, usualWindow } from "./window.js";

const at = (text: string) => Date.parse(text);
const NOW = at("2026-01-05T12:34:56Z");

describe("the usual window (DSC-82)", () => {
  it("is the same all day: a week back, sixty days ahead", () => {
    const window = { start: at("2025-12-29T00:00Z"), end: at("2026-03-06T00:00Z") };
    expect(usualWindow(NOW, null)).toEqual(window);
    expect(usualWindow(at("2026-01-05T23:59:59Z"), null)).toEqual(window);
  });

  it("reaches as far as an upload, 36 months at most (VFB-09)", () => {
    const upload = { start: at("2025-12-01T00:00Z"), end: at("2029-01-05T00:00Z") };
    expect(usualWindow(NOW, upload)).toEqual(upload);
    const endless = usualWindow(NOW, { start: 0, end: at("2090-01-01T00:00Z") });
    expect(endless.start).toBe(at("2025-11-04T00:00Z"));
    expect(endless.end).toBe(at("2026-01-05T00:00Z") + 37 * 31 * 86_400_000);
  });
});

describe("the window asked for (DSC-82)", () => {
  const asked = (query: string) => askedWindow(new URLSearchParams(query), NOW, 400);
  const july = { start: at("2026-07-01T00:00Z"), end: at("2026-08-01T00:00Z") };

  it.each([
    ["", null],
    ["user=bob", null],
    ["start=20260701T000000Z&end=20260801T000000Z", july],
    ["START=2026-07-01&Period=P31D", july],
    ["start=2026-07-01T02:00:00%2B02:00&period=p31d", july],
    ["period=P8D", { start: at("2025-12-29T00:00Z"), end: at("2026-01-06T00:00Z") }],
    ["start=20260701", { start: july.start, end: july.start + 67 * 86_400_000 }],
  ])("%s", (query, window) => {
    expect(asked(query)).toEqual(window);
  });

  it.each(["start=20261301", "end=soon", "period=P", "period=-P1D", "start=20260701&end=20260701", "period=P401D"])(
    "%s is refused with 400",
    (query) => {
      expect(() => asked(query)).toThrow(
        expect.objectContaining({ refusal: expect.objectContaining({ status: 400 }) }),
      );
    },
  );
});

import { expect, it } from "vitest";
import { factLine, ftpTime, listLine } from "./listing.js";

const at = Date.UTC(2026, 2, 7, 8, 5, 9);
const file = { name: "bob.vfb", size: 328, modifiedAt: at };

it("a line of LIST has the hour while the file is new, then the year (RFC 959 4.1.3)", () => {
  const entry = { name: "bob.vfb", file };
  expect(listLine(entry, at + 1000)).toBe("-rw-------   1 owner    group         328 Mar  7 08:05 bob.vfb");
  expect(listLine(entry, at + 200 * 86_400_000)).toBe("-rw-------   1 owner    group         328 Mar  7  2026 bob.vfb");
  expect(listLine(entry, at - 1000)).toContain("Mar  7  2026");
  expect(listLine({ name: "pub", file: null }, at)).toMatch(/^d.* 0 Mar  7 08:05 pub$/);
});

it("facts are those of RFC 3659", () => {
  expect(ftpTime(at)).toBe("20260307080509");
  expect(factLine({ name: "bob.vfb", file })).toBe("type=file;size=328;modify=20260307080509;perm=drw; bob.vfb");
  expect(factLine({ name: "pub", file: null })).toBe("type=dir;perm=el; pub");
});

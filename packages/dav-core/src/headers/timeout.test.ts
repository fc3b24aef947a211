import { expect, it } from "vitest";
import { parseTimeout } from "./timeout.js";

it.each([
  [undefined, 1800],
  ["Second-600", 600],
  ["Infinite, Second-4100000000", 3600],
  ["second-4100000000", 3600],
  ["Extend, Second-90", 90],
  ["Second-0", 1],
  ["Second-99999999999", 1800],
  ["soon", 1800],
])("reads the wish %j as %i seconds (RFC 4918 10.7, DAV-99)", (header, seconds) => {
  expect(parseTimeout(header)).toBe(seconds);
});

import { raw } from "@kalends/store";
import { expect, it } from "vitest";
import { allOf, anyOf, conditionOf, type Sought } from "./sought.js";

const text = (sought: Sought): string => conditionOf(sought).text;
const named: Sought = { names: raw("array(a)"), where: raw("p") };
const other: Sought = { names: raw("array(b)"), where: raw("q") };
const plain: Sought = { where: raw("r") };

it("looks up the names of one part where all must hold, and asks the others (RFC 4791 9.7)", () => {
  const all = allOf([plain, named, other]);
  expect(all.names).toBe(named.names);
  expect(all.where.text).toBe("(r and p and (o.name = any(array(b)) and q))");
});

it("looks up no names where others may match as well (RFC 4791 9.7)", () => {
  expect(anyOf([named, plain]).names).toBeUndefined();
  expect(text(anyOf([named, plain]))).toBe("((o.name = any(array(a)) and p) or r)");
  expect(anyOf([named])).toBe(named);
  expect(text(plain)).toBe("r");
});

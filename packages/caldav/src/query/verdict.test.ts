import { raw } from "@kalends/store";
import { expect, it } from "vitest";
import { atMost, combine, exactly, type Prefilter } from "./verdict.js";

const named = (name: string): Prefilter => ({
  ...atMost(raw(`may-${name}`), raw(`is-${name}`)),
  named: { marked: raw(`rows-${name}`), where: raw("true"), certain: raw("n.sure") },
});
const texts = ({ where, certain }: { where: { text: string }; certain: { text: string } | null }) => [
  where.text,
  certain?.text ?? null,
];

it("looks up the names of one part where all must hold, and asks the others (RFC 4791 9.7)", () => {
  const all = combine([exactly(raw("e")), named("a"), named("b")]);
  expect(all.named?.marked.text).toBe("rows-a");
  expect(all.named && texts(all.named)).toEqual(["(e and true and may-b)", "(e and n.sure and is-b)"]);
  expect([...texts(all), all.exact]).toEqual(["(e and may-a and may-b)", "(e and is-a and is-b)", false]);
});

it("looks up no names where others may match as well (RFC 4791 9.7)", () => {
  const any = combine([named("a"), atMost(raw("p"))], "anyof");
  expect([...texts(any), any.named]).toEqual(["(may-a or p)", "(is-a)", undefined]);
});

it("is sure of what all are sure of, or any; what stands alone stays as it is (RFC 4791 9.7)", () => {
  const doubt = atMost(raw("p"));
  expect(combine([named("a"), doubt]).certain).toBeNull();
  expect(combine([named("a"), doubt]).named?.certain).toBeNull();
  expect(combine([doubt], "anyof")).toBe(doubt);
  expect(combine([exactly(raw("a")), exactly(raw("b"))]).exact).toBe(true);
});
